import { expect, test } from "vitest";
import { titleOf, valueOf } from "./names";
import type { Param } from "./protocol";

const param = (p: Partial<Param>): Param => ({ name: "x", kind: "number", help: "", value: "0", ...p });

test("a setting without a title of its own has its name", () => {
  expect(titleOf("chord-grid")).toBe("Chords change on");
  expect(titleOf("hold-tempo")).toBe("Hold tempo");
});

test.each<[Partial<Param>, string, string]>([
  [{ name: "low", unit: "MIDI pitch" }, "48", "C3"],
  [{ name: "split", unit: "MIDI pitch" }, "0", "off"],
  [{ name: "split", unit: "MIDI pitch" }, "60", "C4"],
  [{ name: "tempo", unit: "BPM" }, "87.456", "87.46 BPM"],
  [{ name: "offset", unit: "ms" }, "-3", "-3 ms"],
  [{ name: "top-p", unit: "share" }, "0.9", "0.9"],
  [{ name: "chord-grid", kind: "list" }, "bar", "bar lines"],
  [{ name: "listen", kind: "text", unit: "bars" }, "2", "2 bars"],
])("%o holds %s: %s", (p, value, words) => {
  expect(valueOf(param({ ...p, value }))).toBe(words);
});

test("the temperature is a word that rises with it", () => {
  const words = ["0", "0.3", "0.9", "1", "1.2", "3"].map((value) => valueOf(param({ name: "temperature", value })));
  expect(words).toEqual(["safest", "safe", "careful", "natural", "bold", "wild"]);
});
