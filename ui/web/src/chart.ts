// A chord chart by its bars, as it is drawn: which chords a bar has, and where they stand in it.
import type { ChartChord, Meter } from "./protocol";

/** A Stay is a chord in a bar. */
export interface Stay {
  symbol: string; // "" for the silence before the first chord of all
  after: number; // frames from the bar line
  length: number; // frames
}

export interface ChartBar {
  number: number; // 0 is a pickup
  frame: number; // of its bar line
  beat: number; // frames
  stays: Stay[]; // none before the first chord of all
  held: boolean; // the chord of the whole bar before goes on for the whole of this one
  meter: string; // "" where it is that of the bar before
}

/** none is the symbol for no chord. */
export const none = "N.C.";

/** meterName writes a meter: 3/4, 6/8, 2+2+3/8. A beat of three parts is written by its parts. */
export function meterName({ frames_per_beat: beat, frames_per_bar: bar, groups }: Meter): string {
  const part = beat % 3 === 0 ? beat / 3 : beat;
  const counts = groups?.map((from, i) => ((groups[i + 1] ?? bar) - from) / part) ?? [bar / part];
  return `${counts.join("+")}/${16 / part}`;
}

/** barsOf returns the bars that begin in the first so many frames. */
export function barsOf(meters: readonly Meter[], chords: readonly ChartChord[], frames: number): ChartBar[] {
  const bars: ChartBar[] = [];
  let before = ""; // the chord that sounds at the bar line
  let next = 0; // the first chord after it
  meters.forEach((meter, i) => {
    const cut = meters[i + 1]?.frame ?? Infinity;
    for (let frame = meter.frame, number = meter.bar; frame < Math.min(cut, frames); number++) {
      const line = Math.min(frame + meter.frames_per_bar, cut); // of the next bar
      const stays = [{ symbol: before, after: 0, length: 0 }];
      for (; next < chords.length && chords[next].frame < line; next++) {
        const symbol = chords[next].symbol === none && !before ? "" : chords[next].symbol;
        if (symbol === before) continue;
        if (chords[next].frame <= frame) stays.pop();
        stays.push({ symbol, after: Math.max(0, chords[next].frame - frame), length: 0 });
        before = symbol;
      }
      stays.forEach((s, k) => {
        s.length = (stays[k + 1]?.after ?? line - frame) - s.after;
      });
      const last = bars.at(-1)?.stays;
      const changes = frame === meter.frame && i > 0 && meterName(meter) !== meterName(meters[i - 1]);
      bars.push({
        number,
        frame,
        beat: meter.frames_per_beat,
        stays: stays.length > 1 || before ? stays : [],
        held: stays.length === 1 && last?.length === 1 && last[0].symbol === before,
        meter: changes || bars.length === 0 ? meterName(meter) : "",
      });
      frame = line;
    }
  });
  return bars;
}
