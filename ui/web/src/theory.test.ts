import { expect, test } from "vitest";
import { keyName, numeralName, pitchName, pretty, spokenChord } from "./theory";

test("pitches have the octave of middle C = C4", () => {
  expect([0, 60, 61, 69, 70, 127].map(pitchName)).toEqual(["C-1", "C4", "C♯4", "A4", "B♭4", "G9"]);
});

test.each([
  ["C", "C", ""],
  ["Dm", "Dm", ""],
  ["F#m7", "F♯m", "7"],
  ["Bb7", "B♭", "7"],
  ["F#m7b5", "F♯m", "7♭5"],
  ["Ebmaj7", "E♭", "maj7"],
  ["Cmmaj7", "Cm", "maj7"],
  ["Amadd9", "Am", "add9"],
  ["G7b9", "G", "7♭9"],
  ["Bdim7", "B", "dim7"],
  ["N.C.", "–", ""],
  ["", "", ""],
])("the symbol %s is printed as %s and %s", (symbol, root, rest) => {
  expect(pretty(symbol)).toEqual({ root, rest });
});

test.each([
  ["Dm", "D−", ""],
  ["F#m7b5", "F♯", "ø7"],
  ["Ebmaj7", "E♭", "△7"],
  ["Cmmaj9", "C−", "△9"],
  ["Bdim7", "B", "°7"],
  ["Caug7", "C", "+7"],
  ["G7sus4", "G", "7sus4"],
])("with signs, %s is printed as %s and %s", (symbol, root, rest) => {
  expect(pretty(symbol, "signs")).toEqual({ root, rest });
});

test.each([
  ["Eb", "E♭ major"],
  ["F#m", "F♯ minor"],
  ["", ""],
])("the key %s is %s", (key, name) => {
  expect(keyName(key)).toBe(name);
});

test.each([
  ["F#m7", "F sharp minor 7"],
  ["Bbmaj7", "B flat major 7"],
  ["Bm7b5", "B half diminished"],
  ["Cdim", "C diminished"],
  ["G7b9", "G 7 flat 9"],
  ["Dsus4", "D suspended 4"],
  ["A", "A"],
  ["N.C.", "no chord"],
])("a screen reader says %s as %s", (symbol, words) => {
  expect(spokenChord(symbol)).toBe(words);
});

test("accidentals of numerals are signs", () => {
  const numerals = ["bVIImaj7", "#iv", "V7"];
  expect(numerals.map((n) => numeralName(n))).toEqual(["♭VIImaj7", "♯iv", "V7"]);
  expect(numeralName("bVIImaj7", "signs")).toBe("♭VII△7");
});
