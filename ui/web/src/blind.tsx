// The blind test: one of several policies plays each jam. Its name is shown when the jam has been rated. In a study,
// each participant plays so many jams.
import { effect, signal } from "@preact/signals";
import { info, params, set } from "./jam";
import { texts } from "./language";
import { fixedBy } from "./reasons";

const param = (name: string) => params.value.find((p) => p.name === name);
const drawn = () => (param("blind")?.value ?? "off").split(",").filter((name) => name !== "off");

const chosen = signal<string[]>([]); // they outlast the test: the next participant plays with the same
const who = signal("");
const rounds = signal("1");

effect(() => {
  const policies = drawn();
  if (policies.length === 0) return;
  chosen.value = policies;
  rounds.value = param("rounds")?.value ?? "1";
});

async function start() {
  for (const [name, value] of [
    ["participant", who.value],
    ["rounds", rounds.value],
    ["blind", chosen.value.join(",")],
  ])
    if (!(await set(name, value))) return;
  who.value = "";
}

/** placed tells the place of a jam in a study: "Jam 3 of 9". */
export const placed = (trial?: { jam: number; of: number }) => trial && texts.value.trial(trial.jam, trial.of);

export function Blind() {
  const p = param("blind");
  if (!p) return null;
  const t = texts.value;
  const policies = drawn();
  if (policies.length > 0) {
    const trial = info.value?.trial,
      participant = param("participant")?.value;
    return (
      <fieldset class="group blind" id="blind">
        <legend>{t.blindTest}</legend>
        {participant && (
          <p>
            {t.participant}: {participant}
            {trial && ` · ${placed(trial)}`}
          </p>
        )}
        <p>{info.value?.blind ? t.drawnNow(policies.join(", ")) : t.drawnNext(policies.join(", "))}</p>
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
      <div>
        <label>
          {t.participant}
          <input
            type="text"
            maxLength={60}
            placeholder={t.participantHint}
            value={who.value}
            onKeyDown={(e) => {
              if (e.key === "Enter" && chosen.value.length >= 2) void start();
            }}
            onInput={(e) => {
              who.value = e.currentTarget.value;
            }}
          />
        </label>
        <label>
          {t.rounds}
          <input
            type="number"
            min={1}
            max={100}
            value={rounds.value}
            onInput={(e) => {
              rounds.value = e.currentTarget.value;
            }}
          />
        </label>
      </div>
      <button type="button" disabled={chosen.value.length < 2} onClick={() => void start()}>
        {t.startTest}
      </button>
      {p.fixed && <small>{fixedBy(p)}</small>}
    </fieldset>
  );
}
