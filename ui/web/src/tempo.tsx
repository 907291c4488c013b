// The tempo: large, to be typed, nudged and tapped.
import { signal, useSignal } from "@preact/signals";
import { act, info, latest, params, set, started } from "./jam";
import { texts } from "./language";
import { meter, tempo } from "./metronome";
import { helpOf } from "./names";

const forgotten = 2500; // ms after the last tap
const remembered = 8; // taps

/** taps are the times of the last taps, in ms on the page's clock. */
export const taps = signal<number[]>([]);
let forget = 0;

/** tap tells jamd of a tap, and shows its tempo at once. */
export function tap(event?: Event) {
  act("tap");
  taps.value = [...taps.value, event?.timeStamp ?? performance.now()].slice(-remembered);
  clearTimeout(forget);
  forget = window.setTimeout(() => {
    taps.value = [];
  }, forgotten);
}

/** tapped returns the tempo of the taps in beats a minute; 0 if there are fewer than two. */
export function tapped(times: readonly number[]): number {
  return times.length < 2 ? 0 : (60_000 * (times.length - 1)) / (times.at(-1)! - times[0]);
}

/** heard returns the tempo that is played now, or that is set; 0 if it is left to the player. */
function heard(): number {
  const f = latest.value,
    jam = info.value;
  if (started.value && f?.length) return 15_000 / f.length;
  return jam?.tempo ?? 0;
}

const written = (bpm: number) => (bpm > 0 ? String(Math.round(bpm * 10) / 10) : "");

/** Tempo shows the tempo and takes another one. free is shown where the tempo is left to the player. */
export function Tempo({ free = "–" }: { free?: string }) {
  const typed = useSignal<string | null>(null); // during typing
  const p = params.value.find((p) => p.name === "tempo");
  if (!p) return null;
  const t = texts.value;
  const beats = tapped(taps.value),
    quarters = beats * (meter.value.frames_per_beat / 4);
  const ask = (bpm: number) => {
    const [low, high] = [p.min ?? 1, p.max ?? 999];
    if (Number.isFinite(bpm)) void set("tempo", String(Math.max(low, Math.min(high, Math.round(bpm * 100) / 100))));
  };
  const nudge = (by: number) => ask(Math.round(heard() || tempo.value) + by);
  return (
    <span class="tempo" role="group" aria-label={t.tempoLabel}>
      <button type="button" aria-label={t.slower} onClick={() => nudge(-1)}>
        −
      </button>
      <input
        id="param-tempo"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        aria-label={t.tempo}
        size={5}
        placeholder={free}
        title={helpOf(p)}
        value={typed.value ?? written(quarters || heard())}
        onFocus={(e) => e.currentTarget.select()}
        onInput={(e) => {
          typed.value = e.currentTarget.value;
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter") e.currentTarget.blur();
          if (e.key === "Escape") {
            typed.value = null;
            e.currentTarget.blur();
          }
        }}
        onChange={(e) => {
          if (e.currentTarget.value.trim()) ask(Number(e.currentTarget.value.replace(",", ".")));
          typed.value = null;
        }}
        onBlur={() => {
          typed.value = null;
        }}
      />
      <button type="button" aria-label={t.faster} onClick={() => nudge(1)}>
        +
      </button>
    </span>
  );
}
