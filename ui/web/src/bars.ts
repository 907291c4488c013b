// Bars of the jam, whose meter may change.
import type { Info, Meter } from "./protocol";

/** A Place is where a frame lies: the number of its bar, and how many frames after the bar line. */
export interface Place { bar: number; after: number; meter: Meter }

/** placeOf returns the place of a frame, which may be a fraction. */
export function placeOf(jam: Info, frame: number): Place {
  const meter = jam.meters.findLast((m) => m.frame <= frame) ?? jam.meters[0];
  const bars = Math.floor((frame - meter.frame) / meter.frames_per_bar);
  return { bar: meter.bar + bars, after: frame - meter.frame - bars * meter.frames_per_bar, meter };
}
