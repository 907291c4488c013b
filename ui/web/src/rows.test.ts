import { expect, test } from "vitest";
import type { ChartBar } from "./chart";
import { blanksAfter, cellsOf, widthsOf } from "./rows";

/** bar is a bar of 4/4 with chords of some lengths, in beats. */
function bar(number: number, ...chords: [symbol: string, beats: number][]): ChartBar {
  let after = 0;
  const stays = chords.map(([symbol, beats]) => {
    const stay = { symbol, after, length: 4 * beats };
    after += stay.length;
    return stay;
  });
  return { number, frame: 16 * (number - 1), beat: 4, stays, held: false, meter: number === 1 ? "4/4" : "" };
}

const plain = (n: number) => bar(n, ["C", 4]);
const crowded = (n: number) => bar(n, ["F#m7b5", 1], ["B7", 1], ["Em7", 1], ["A7", 1]);
const shape = (bars: ChartBar[], width: number) =>
  cellsOf(bars, width)
    .map((c) => `${c.begins ? "|" : ""}${c.bar.number}${c.span > 1 ? `x${c.span}` : ""}${c.ends ? "|" : ""}`)
    .join(" ");

test("four bars share a row where their chords can be read", () => {
  expect(shape([1, 2, 3, 4, 5].map(plain), 260)).toBe("|1 2 3 4| |5");
  expect(shape([plain(1), crowded(2), plain(3), plain(4)], 700)).toBe("|1 2 3 4|");
});

test("four bars of which one is crowded have two rows on a phone, the others stay", () => {
  expect(shape([1, 2, 3, 4].map(plain).concat([plain(5), crowded(6), plain(7), plain(8), plain(9)]), 260)).toBe(
    "|1 2 3 4| |5x2 6x2| |7x2 8x2| |9",
  );
});

test("a bar that has a chord on every eighth gets a row of its own", () => {
  const full = bar(1, ...Array.from({ length: 8 }, (): [string, number] => ["F#m7b5", 0.5]));
  expect(shape([full, plain(2)], 260)).toBe("|1x4| |2x4|");
});

test("a pickup stands before the first row", () => {
  expect(shape([plain(0), plain(1), plain(2)], 260)).toBe("0| |1 2");
});

test("where there is room, each chord fits from its beat to that of the next one", () => {
  const { spread, close } = widthsOf(bar(2, ["Dm7", 2], ["G7", 1], ["C", 1]));
  expect(spread).toBeGreaterThan(close);
  const alone = widthsOf(bar(2, ["Dm7", 4]));
  expect(alone.spread).toBeCloseTo(alone.close);
});

test.each([
  [[], [1, 1, 1, 1]],
  [[plain(0)], [1, 1, 1, 1]],
  [[plain(1)], [1, 1, 1]],
  [[1, 2, 3, 4].map(plain), []],
  [[crowded(1)], [2]],
  [[plain(1), crowded(2)], []],
])("the last row is filled", (bars, blanks) => {
  expect(blanksAfter(cellsOf(bars, 320))).toEqual(blanks);
});
