import { expect, test } from "vitest";
import { accented, felt, meterOf, placeOf, soundsAt } from "./bars";
import type { Info } from "./protocol";

const jam = {
  meters: [
    { frame: -4, bar: 0, frames_per_beat: 4, frames_per_bar: 4 }, // a pickup of one beat
    { frame: 0, bar: 1, frames_per_beat: 4, frames_per_bar: 16 },
    { frame: 32, bar: 3, frames_per_beat: 6, frames_per_bar: 12 },
  ],
} as Info;

test.each([
  [-4, 0, 0],
  [-1, 0, 3],
  [0, 1, 0],
  [17, 2, 1],
  [31.5, 2, 15.5],
  [32, 3, 0],
  [45, 4, 1],
])("frame %d is in bar %d, %d frames after its line", (frame, bar, after) => {
  expect(placeOf(jam, frame)).toMatchObject({ bar, after });
});

test("a frame before the first meter is counted from it", () => {
  expect(placeOf(jam, -5)).toMatchObject({ bar: -1, after: 3 });
});

test.each([
  ["4/4", 4, 16],
  ["3/4", 4, 12],
  ["6/8", 6, 12],
  ["9/16", 3, 9],
  ["2/2", 8, 16],
  ["7/8=7", 2, 14],
  ["auto", 4, 16],
])("the meter %s has beats of %d frames and bars of %d", (text, frames_per_beat, frames_per_bar) => {
  expect(meterOf(text)).toEqual({ frames_per_beat, frames_per_bar });
});

test("a grouped meter has its groups", () => {
  const seven = meterOf("2+2+3/8");
  expect(seven).toEqual({ frames_per_beat: 2, frames_per_bar: 14, groups: [0, 4, 8] });
  const frames = Array.from({ length: 14 }, (_, i) => i);
  expect(frames.filter((i) => felt(seven, i))).toEqual([0, 4, 8]);
  const five = meterOf("3+2/4");
  expect(frames.filter((i) => felt(five, i))).toEqual([0, 4, 8, 12]);
  expect(frames.filter((i) => accented(five, i))).toEqual([0, 12]);
  expect(frames.filter((i) => accented(meterOf("4/4"), i))).toEqual([0]);
});

test("a swung frame sounds later than its line", () => {
  expect(soundsAt({ at: 1000, length: 125 })).toBe(1000);
  expect(soundsAt({ at: 1000, length: 125, swung: 0.68 })).toBeCloseTo(1085);
});
