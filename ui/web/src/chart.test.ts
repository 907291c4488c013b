import { expect, test } from "vitest";
import { meterOf } from "./bars";
import { barsOf, meterName, none } from "./chart";

const four = { frame: 0, bar: 1, frames_per_beat: 4, frames_per_bar: 16 };

/** written writes bars as a musician reads them: their number, and where chords begin in them. */
const written = (bars: ReturnType<typeof barsOf>) =>
  bars.map((b) => `${b.number}${b.meter && ` ${b.meter}`}: ${b.held ? "%" : b.stays.map((s) => s.symbol + s.after)}`);

test("a bar has the chord at its line and those that begin in it; a held one is not written again", () => {
  const chords = [none, "C", "G7", "C", none].map((symbol, i) => ({ symbol, frame: [0, 16, 40, 64, 104][i] }));
  const bars = barsOf([four], chords, 113);
  expect(written(bars)).toEqual([
    ...["1 4/4: ", "2: C0", "3: C0,G78", "4: G70", "5: C0", "6: %", "7: C0,N.C.8", "8: N.C.0"],
  ]);
  expect(bars[2].stays.map((s) => s.length)).toEqual([8, 8]);
});

test("the bars of a jam go as far as its current frame", () => {
  expect(barsOf([four], [], 0)).toEqual([]);
  expect(barsOf([four], [], 16)).toHaveLength(1);
  expect(barsOf([four], [], 17)).toHaveLength(2);
});

test("a pickup is bar 0, and its chord stands where it begins", () => {
  const meters = [{ ...four, frame: -12, bar: 0 }];
  const bars = barsOf(
    meters,
    [
      { frame: 0, symbol: none },
      { frame: 2, symbol: "F" },
    ],
    30,
  );
  expect(written(bars)).toEqual(["0 4/4: 0,F14", "1: F0", "2: %"]);
});

test("another meter cuts a bar short, and is told where it begins", () => {
  const meters = [four, { frame: 24, bar: 3, frames_per_beat: 6, frames_per_bar: 12 }];
  const bars = barsOf(
    meters,
    [
      { frame: 0, symbol: "Am" },
      { frame: 20, symbol: "Dm" },
      { frame: 24, symbol: "E" },
    ],
    48,
  );
  expect(written(bars)).toEqual(["1 4/4: Am0", "2: Am0,Dm4", "3 6/8: E0", "4: %"]);
  expect(bars[1].stays[1].length).toBe(4);
});

test("bars that were moved keep the chords where they sounded", () => {
  const meters = [four, { ...four, frame: 20, bar: 2 }];
  expect(
    written(
      barsOf(
        meters,
        [
          { frame: 18, symbol: "C" },
          { frame: 36, symbol: "G" },
        ],
        40,
      ),
    ),
  ).toEqual(["1 4/4: ", "2: 0,C2", "2: C0", "3: G0"]);
});

test.each([
  [4, 16, "4/4"],
  [4, 20, "5/4"],
  [6, 12, "6/8"],
  [6, 24, "12/8"],
  [2, 14, "7/8"],
  [8, 16, "2/2"],
  [1, 7, "7/16"],
  [3, 6, "6/16"],
])("beats of %d frames in bars of %d are %s", (frames_per_beat, frames_per_bar, name) => {
  expect(meterName({ frame: 0, bar: 1, frames_per_beat, frames_per_bar })).toBe(name);
});

test.each(["2+2+3/8", "3+2/4", "3+3+2/8", "4+3/16"])("the groups of %s are written", (name) => {
  expect(meterName({ frame: 0, bar: 1, ...meterOf(name) })).toBe(name);
});

test("other groups are another meter", () => {
  const meters = [
    { ...four, ...meterOf("2+2+3/8") },
    { frame: 28, bar: 3, ...meterOf("3+2+2/8") },
  ];
  expect(barsOf(meters, [], 56).map((b) => b.meter)).toEqual(["2+2+3/8", "", "3+2+2/8", ""]);
});
