// The rows of a chord chart: four bars, or fewer where the chords of one could not be read.
import { type ChartBar, none } from "./chart";
import { widthOf } from "./theory";

/** columns of the chart: the most bars of a row. */
export const columns = 4;

const readable = 12; // px, the least size of a chord
const filled = 0.92; // of a bar's width within its lines, at most
const lines = 7; // px, of a bar that is the last of all
const small = 0.68; // of the size, what is not the root
const gap = 0.3; // em, after a chord

/** A Cell is a bar in its row. */
export interface Cell {
  bar: ChartBar;
  span: number; // columns
  begins: boolean; // its row
  ends: boolean; // its row
}

/**
 * widthsOf estimates how wide a bar is printed, in em: with each chord at its beat, and, where that would be too
 * small to read, with the chords one after the other.
 */
export function widthsOf({ stays, meter }: ChartBar): { spread: number; close: number } {
  const widths = stays.map(({ symbol }) => (symbol ? widthOf(symbol === none ? "C7sus" : symbol, small) + gap : 0));
  const whole = stays.reduce((sum, s) => sum + s.length, 0);
  const before = meter ? 0.4 + 0.4 * meter.split("/")[0].length : 0.1;
  return {
    spread: before + Math.max(0, ...stays.map((s, i) => (widths[i] * whole) / s.length)),
    close: widths.reduce((sum, width) => sum + width, before),
  };
}

/**
 * cellsOf lays out bars in a chart of some width, in px. Four bars share a row. If the chords of one of them are too
 * wide for that, the four have two rows, or four. A pickup stands alone, before the first row.
 */
export function cellsOf(bars: readonly ChartBar[], width: number): Cell[] {
  const pickup = bars[0]?.number === 0 ? 1 : 0;
  const cells = bars.slice(0, pickup).map((bar): Cell => ({ bar, span: 1, begins: false, ends: true }));
  for (let from = pickup; from < bars.length; from += columns) {
    const four = bars.slice(from, from + columns);
    const widest = readable * Math.max(...four.map((bar) => widthsOf(bar).close));
    let span = 1;
    while (span < columns && widest > filled * ((width * span) / columns - lines)) span *= 2;
    const inRow = columns / span;
    four.forEach((bar, i) => {
      cells.push({ bar, span, begins: i % inRow === 0, ends: i % inRow === inRow - 1 });
    });
  }
  return cells;
}

/** blanksAfter returns the spans of the empty bars that fill the last row. */
export function blanksAfter(cells: readonly Cell[]): number[] {
  const begins = cells.findLastIndex((c) => c.begins);
  if (begins < 0) return Array(columns).fill(1);
  const { span } = cells[begins];
  return Array(columns / span - (cells.length - begins)).fill(span);
}
