// Names of pitches, chords and keys, as they are printed.
import { texts } from "./language";
import { stored } from "./stored";

export const notations = ["letters", "signs"] as const;

/** notation says how kinds of chords are written: with letters, Dm7 and Cmaj7, or with signs, D−7 and C△7. */
export const notation = stored<(typeof notations)[number]>("notation", "letters");

const sharps = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B"];

export const pitchName = (pitch: number) => `${sharps[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** pretty formats a chord symbol for print. root is what is printed at full size, a minor sign with it. */
export function pretty(symbol: string, as = notation.value): { root: string; rest: string } {
  const m = /^([A-G])([#b]?)(.*)$/.exec(symbol);
  if (!m) return { root: symbol === "N.C." ? "–" : symbol, rest: "" };
  const root = m[1] + (m[2] === "#" ? "♯" : m[2] === "b" ? "♭" : "");
  const [, minor, rest] = /^(m(?!aj))?(.*)$/.exec(as === "signs" ? withSigns(m[3]) : m[3])!;
  return { root: root + (minor ? (as === "signs" ? "−" : "m") : ""), rest: rest.replace("b", "♭") };
}

const withSigns = (kind: string) =>
  kind.replace("m7b5", "ø7").replace("maj", "△").replace("dim", "°").replace("aug", "+");

/** widthOf estimates how wide a chord is printed, in em, with what is not its root at a part of its size. */
export function widthOf(symbol: string, small: number): number {
  const { root, rest } = pretty(symbol);
  const above = rest ? 0.06 + 0.56 * small * rest.length : 0;
  return 0.75 + 0.5 * (root.length - 1) + (root.endsWith("m") ? 0.4 : 0) + above;
}

/** keyName names a key in the player's language: Eb is E♭ major, F#m is F♯ minor. "" stays "". */
export function keyName(key: string): string {
  const m = /^([A-G])([#b]?)(m?)$/.exec(key);
  return m ? texts.value.keyName(m[1], m[2], m[3] === "m") : key;
}

/** spokenChord writes a chord symbol in words: F#m7 is "F sharp minor 7". */
export function spokenChord(symbol: string): string {
  const m = /^([A-G])([#b]?)(.*)$/.exec(symbol),
    t = texts.value;
  if (!m) return t.noChord;
  const rest = m[3].replace(/maj|m7b5|dim|aug|\+|sus|m|b(?=\d)/g, (written) => ` ${t.qualities[written]} `);
  return `${t.note(m[1], m[2])} ${rest}`.replace(/\s+/g, " ").trim();
}

/** numeralName formats a Roman numeral for print: bVIImaj7 is ♭VIImaj7 or ♭VII△7. */
export const numeralName = (numeral: string, as = notation.value) => {
  const name = numeral.replace(/^b/, "♭").replace(/^#/, "♯");
  return as === "signs" ? name.replace("maj", "△") : name;
};
