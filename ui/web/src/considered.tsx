// The chords that the policy considered for the current frame, the likeliest first. Hidden unless the player asks for
// them.
import { latest, started } from "./jam";
import { number, texts } from "./language";
import { stored } from "./stored";
import { pretty } from "./theory";

export const showsConsidered = stored("considered", false);
const places = 5;

export function Considered() {
  const f = latest.value;
  if (!showsConsidered.value || !f || !started.value) return null;
  const sounding = f.considered.findIndex((c) => c.symbol === f.symbol); // one, even if two should look the same
  return (
    <ol class="considered" aria-label={texts.value.considersLabel}>
      {Array.from({ length: places }, (_, i) => {
        const c = f.considered[i],
          { root, rest } = pretty(c?.symbol ?? "");
        return (
          <li key={i} class={i === sounding ? "sounds" : ""} aria-current={i === sounding || undefined}>
            <b>
              {root}
              {rest && <sup>{rest}</sup>}
            </b>
            <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(c?.prob ?? 0) * 100} height="1" />
            </svg>
            <span>{c ? percent(c.prob) : ""}</span>
          </li>
        );
      })}
    </ol>
  );
}

const percent = (p: number) => (p > 0 && p < 0.005 ? "< 1 %" : `${number(p * 100)} %`);

/** ShowConsidered is the switch for it. */
export function ShowConsidered() {
  return (
    <div class="control switch wide">
      <label for="considered">{texts.value.considers}</label>
      <input
        id="considered"
        type="checkbox"
        role="switch"
        checked={showsConsidered.value}
        aria-description={texts.value.considersHelp}
        onChange={(e) => {
          showsConsidered.value = e.currentTarget.checked;
        }}
      />
    </div>
  );
}
