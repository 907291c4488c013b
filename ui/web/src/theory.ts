// Names of pitches, chords and keys, as they are printed.
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

/** keyName formats a key for print: Eb is E♭ major, F#m is F♯ minor. "" stays "". */
export function keyName(key: string): string {
  const { root, rest } = pretty(key);
  return root && `${root} ${rest === "m" ? "minor" : "major"}`;
}

const qualities: Record<string, string> = {
  maj: "major",
  m7b5: "half diminished",
  m: "minor",
  dim: "diminished",
  aug: "augmented",
  "+": "augmented",
  sus: "suspended",
  b: "flat",
};

/** spokenChord writes a chord symbol in words: F#m7 is "F sharp minor 7". */
export function spokenChord(symbol: string): string {
  const m = /^([A-G])([#b]?)(.*)$/.exec(symbol);
  if (!m) return "no chord";
  const rest = m[3].replace(/maj|m7b5|dim|aug|\+|sus|m|b(?=\d)/g, (written) => ` ${qualities[written]} `);
  return `${m[1]}${m[2] === "#" ? " sharp" : m[2] === "b" ? " flat" : ""} ${rest}`.replace(/\s+/g, " ").trim();
}

/** numeralName formats a Roman numeral for print: bVIImaj7 is ♭VII△7. */
export const numeralName = (numeral: string) =>
  numeral.replace(/^b/, "♭").replace(/^#/, "♯").replace("maj7", "△7").replace("maj9", "△9");
