// Bars of the jam, whose meter may change.
import type { Frame, Info, Meter } from "./protocol";

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

/** A Pulse is the part of a Meter that says where its beats are. */
export type Pulse = Pick<Meter, "frames_per_beat" | "frames_per_bar" | "groups">;

/**
 * meterOf reads a meter as a setting has it: 3/4, 6/8, 2+2+3/8, 5/4=5 (without groups), or auto, which is taken for 4/4
 * until one is found.
 */
export function meterOf(text: string): Pulse {
  const [top, bottom] = text.split("=")[0].split("/");
  const lengths = top.split("+").map(Number);
  const count = lengths.reduce((a, b) => a + b, 0);
  const unit = 16 / (Number(bottom) || 4);
  if (!(count > 0)) return { frames_per_beat: 4, frames_per_bar: 16 };
  const threes = unit <= 2 && lengths.length === 1 && count % 3 === 0;
  const meter: Pulse = { frames_per_beat: threes ? 3 * unit : unit, frames_per_bar: count * unit };
  if (lengths.length > 1) meter.groups = lengths.map((_, i) => unit * lengths.slice(0, i).reduce((a, b) => a + b, 0));
  return meter;
}

/** accented tells whether a frame of the bar begins a group of beats; without groups, whether it begins the bar. */
export const accented = (meter: Pulse, after: number): boolean => meter.groups?.includes(after) ?? after === 0;

/** felt tells whether a frame of the bar is shown as a beat: of groups of eighths and sixteenths, the groups are. */
export const felt = (meter: Pulse, after: number): boolean =>
  meter.groups && meter.frames_per_beat < 4 ? accented(meter, after) : after % meter.frames_per_beat === 0;

/** soundsAt returns when a frame sounds: at its line or, swung, later. */
export const soundsAt = (f: Pick<Frame, "at" | "length" | "swung">): number => f.at + (f.swung ?? 0) * f.length;
