// Bars of the jam, whose meter may change.
import type { Info, Meter } from "./protocol";

/** A Place is where a frame lies: the number of its bar, and how many frames after the bar line. */
export interface Place {
  bar: number;
  after: number;
  meter: Meter;
}

/** placeOf returns the place of a frame, which may be a fraction. */
export function placeOf(jam: Info, frame: number): Place {
  const meter = jam.meters.findLast((m) => m.frame <= frame) ?? jam.meters[0];
  const bars = Math.floor((frame - meter.frame) / meter.frames_per_bar);
  return { bar: meter.bar + bars, after: frame - meter.frame - bars * meter.frames_per_bar, meter };
}

/** meterOf reads a meter as a setting has it: 3/4, 6/8, or auto, which is taken for 4/4 until one is found. */
export function meterOf(text: string): Pick<Meter, "frames_per_beat" | "frames_per_bar"> {
  const [count, unit] = text.split("/").map(Number);
  return unit === 8
    ? { frames_per_beat: 6, frames_per_bar: 2 * count }
    : { frames_per_beat: 4, frames_per_bar: 4 * (count || 4) };
}
