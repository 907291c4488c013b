// The blind test: one of several policies plays each jam. Its name is shown when the jam has been rated.
import { useSignal } from "@preact/signals";
import { info, params, set } from "./jam";
import { texts } from "./language";
import { fixedBy } from "./reasons";

export function Blind() {
  const p = params.value.find((p) => p.name === "blind"),
    chosen = useSignal<string[]>([]);
  if (!p) return null;
  const t = texts.value;
  const drawn = p.value === "off" ? [] : p.value.split(",");
  if (drawn.length > 0) {
    return (
      <fieldset class="group blind" id="blind">
        <legend>{t.blindTest}</legend>
        <p>{info.value?.blind ? t.drawnNow(drawn.join(", ")) : t.drawnNext(drawn.join(", "))}</p>
        <button type="button" onClick={() => void set("blind", "off")}>
          {t.endTest}
        </button>
      </fieldset>
    );
  }
  return (
    <fieldset class="group blind" id="blind" disabled={!!p.fixed}>
      <legend>{t.blindTest}</legend>
      <p>{t.blindHelp}</p>
      <div>
        {(p.words ?? []).map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.value.includes(name)}
              onChange={(e) => {
                chosen.value = e.currentTarget.checked
                  ? [...chosen.value, name]
                  : chosen.value.filter((n) => n !== name);
              }}
            />
            {name}
          </label>
        ))}
      </div>
      <button
        type="button"
        disabled={chosen.value.length < 2}
        onClick={() => void set("blind", chosen.value.join(","))}
      >
        {t.startTest}
      </button>
      {p.fixed && <small>{fixedBy(p)}</small>}
    </fieldset>
  );
}
