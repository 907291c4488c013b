// A recorded jam that plays on this page.
import { signal } from "@preact/signals";
import type { Midi } from "@tonejs/midi";
import { wholeBars } from "./loop";
import { sound } from "./sound";

type Way = "once" | "loop";

/** playing tells how a recorded jam plays; null if none does. */
export const playing = signal<Way | null>(null);

let timers: ReturnType<typeof setTimeout>[] = [];

/** halt ends the playback. */
export function halt() {
  timers.forEach(clearTimeout);
  timers = [];
  if (playing.value) sound.hush();
  playing.value = null;
}

/** playBack plays a session's MIDI file, in place of what played before. */
export function playBack(file: Midi, way: Way) {
  halt();
  sound.wake();
  playing.value = way;
  from(file, performance.now() + 60, way === "loop");
}

/** from plays a file, beginning at a time of the browser's clock; looped, it begins anew after its last bar. */
function from(file: Midi, begin: number, looped: boolean) {
  const at = (time: number, do_: () => void) => timers.push(setTimeout(do_, begin + time * 1000 - performance.now()));
  timers = [];
  for (const track of file.tracks) {
    for (const n of track.notes) {
      const velocity = Math.round(n.velocity * 127),
        ends = n.time + n.duration - 0.005;
      at(n.time, () => sound.recorded([0x90 | track.channel, n.midi, velocity]));
      at(ends, () => sound.recorded([0x80 | track.channel, n.midi, 0]));
    }
  }
  const length = wholeBars(file);
  if (looped) at(length, () => from(file, begin + length * 1000, true));
  else at(file.duration + 0.2, halt);
}
