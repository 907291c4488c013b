// Names of pitches, and which key the melody seems to be in.
import type { Frame } from "./protocol";

const flats = ["C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const sharps = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B"];

export const pitchName = (pitch: number) => `${sharps[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** pretty writes a chord symbol as print does: Bb7 with a real flat. */
export function pretty(symbol: string): { root: string; rest: string } {
  const m = /^([A-G])([#b]?)(.*)$/.exec(symbol);
  if (!m) return { root: symbol === "N.C." ? "–" : symbol, rest: "" };
  const rest = m[3].replace("maj7", "△7").replace("maj9", "△9").replace("m7b5", "ø7").replace("dim", "°").replace("b", "♭");
  return { root: m[1] + (m[2] === "#" ? "♯" : m[2] === "b" ? "♭" : ""), rest };
}

// How well each degree fits a key, as listeners judged (Krumhansl & Kessler, 1982).
const major = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const minor = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/** keyOf is the key that correlates best with how long each pitch class sounded, in melody and chords; "" while there is too little. */
export function keyOf(frames: readonly Frame[]): string {
  const weight = new Array<number>(12).fill(0);
  let heard = 0;
  for (const f of frames) {
    if (f.melody !== null) { weight[f.melody % 12]++; heard++; }
    for (const p of f.pitches) weight[p % 12] += 0.4;
  }
  if (heard < 24 || weight.filter((w) => w > 0).length < 4) return "";
  let best = "", score = -Infinity;
  for (let tonic = 0; tonic < 12; tonic++) {
    for (const [profile, name] of [[major, `${flats[tonic]} major`], [minor, `${sharps[tonic]} minor`]] as const) {
      const r = correlation(weight, profile.map((_, i) => profile[(i - tonic + 12) % 12]));
      if (r > score) [best, score] = [name, r];
    }
  }
  return best;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const ma = a.reduce((x, y) => x + y) / a.length, mb = b.reduce((x, y) => x + y) / b.length;
  let ab = 0, aa = 0, bb = 0;
  a.forEach((x, i) => { ab += (x - ma) * (b[i] - mb); aa += (x - ma) ** 2; bb += (b[i] - mb) ** 2; });
  return ab / Math.sqrt(aa * bb || 1);
}
