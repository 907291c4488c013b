// The metronome before the first note. It clicks in this page alone, at the tempo that is set; from the first note on
// it is the jam's.
import { computed, effect, signal } from "@preact/signals";
import { accented, meterOf } from "./bars";
import { between, info, params, started } from "./jam";
import { sound } from "./sound";

const ahead = 150,
  every = 50; // ms: how far ahead clicks are scheduled, and how often

/** waits tells whether a jam is there that waits for its player. */
export const waits = computed(
  () => !!info.value && !started.value && !between.value && ["note", "beat"].includes(info.value.waits_for),
);

/** tempo is the tempo that is set, in quarter notes a minute. */
export const tempo = computed(
  () => info.value?.tempo || Number(params.value.find((p) => p.name === "tempo")?.value) || 0,
);

/** meter is the one that is set for the jam that waits. */
export const meter = computed(() => meterOf(params.value.find((p) => p.name === "meter")?.value ?? "4/4"));

/** clicks tells whether the metronome clicks before the first note. */
const clicks = computed(
  () => waits.value && tempo.value > 0 && params.value.some((p) => p.name === "metronome" && p.value === "on"),
);

/** previewed is the beat of the bar that was clicked last, from 0; -1 if none was. */
export const previewed = signal(-1);

effect(() => {
  previewed.value = -1;
  if (!clicks.value) return;
  const { frames_per_beat, frames_per_bar } = meter.value,
    beats = Math.max(1, frames_per_bar / frames_per_beat);
  const length = (60_000 / tempo.value) * (frames_per_beat / 4); // of a beat, in ms
  let beat = 0,
    at = performance.now() + ahead;
  const timers = new Set<number>();
  const clock = setInterval(() => {
    for (; at < performance.now() + ahead; at += length, beat = (beat + 1) % beats) {
      const lit = beat,
        wait = Math.max(0, at - performance.now());
      const after = lit * frames_per_beat;
      sound.clickIn(wait, lit === 0, meter.value.groups && !accented(meter.value, after) ? 50 : 100);
      const timer = window.setTimeout(() => {
        timers.delete(timer);
        previewed.value = lit;
      }, wait);
      timers.add(timer);
    }
  }, every);
  return () => {
    clearInterval(clock);
    timers.forEach(clearTimeout);
  };
});
