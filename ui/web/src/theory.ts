// Names of pitches, chords and keys, as they are printed.
import { texts } from "./language";

const sharps = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B"];

export const pitchName = (pitch: number) => `${sharps[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** pretty formats a chord symbol for print: Bb7 with a real flat sign. */
export function pretty(symbol: string): { root: string; rest: string } {
  const m = /^([A-G])([#b]?)(.*)$/.exec(symbol);
  if (!m) return { root: symbol === "N.C." ? "–" : symbol, rest: "" };
  const rest = m[3]
    .replace("maj7", "△7")
    .replace("maj9", "△9")
    .replace("m7b5", "ø7")
    .replace("dim", "°")
    .replace("b", "♭");
  return { root: m[1] + (m[2] === "#" ? "♯" : m[2] === "b" ? "♭" : ""), rest };
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

/** numeralName formats a Roman numeral for print: bVIImaj7 is ♭VII△7. */
export const numeralName = (numeral: string) =>
  numeral.replace(/^b/, "♭").replace(/^#/, "♯").replace("maj7", "△7").replace("maj9", "△9");
