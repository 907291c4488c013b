// The blind test: one of several policies plays each jam. Its name is shown when the jam has been rated.
import { useSignal } from "@preact/signals";
import { info, params, set } from "./jam";

export function Blind() {
  const p = params.value.find((p) => p.name === "blind"),
    chosen = useSignal<string[]>([]);
  if (!p) return null;
  const drawn = p.value === "off" ? [] : p.value.split(",");
  if (drawn.length > 0) {
    return (
      <fieldset class="group blind" id="blind">
        <legend>Blind test</legend>
        <p>
          {info.value?.blind ? "This jam and the next ones are" : "The next jams are"} drawn from {drawn.join(", ")}.
          Rate a jam to learn which one played.
        </p>
        <button type="button" onClick={() => void set("blind", "off")}>
          End the test
        </button>
      </fieldset>
    );
  }
  return (
    <fieldset class="group blind" id="blind" disabled={!!p.fixed}>
      <legend>Blind test</legend>
      <p>One of these plays each jam, in balanced order. Rate a jam to learn which one played.</p>
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
        Start the test
      </button>
      {p.fixed && <small>{p.fixed}</small>}
    </fieldset>
  );
}
