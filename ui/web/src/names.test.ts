import { expect, test } from "vitest";
import { settingOf, stepped, targetOf, titleOf, triggerOf, valueOf } from "./names";
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

test.each([
  ["96", 1, "97"],
  ["87.5", -1, "86.5"],
  ["220", 1, "221"], // beyond the slider
  ["400", 1, "400"],
  ["20.5", -1, "20"],
])("from a tempo of %s a step of %d leads to %s", (value, step, next) => {
  expect(stepped(param({ min: 20, max: 400, knob: [60, 187], value }), step)).toBe(next);
});

test.each([
  ["cc 74 ch 1", "CC 74, channel 1"],
  ["cc 74", "CC 74"],
  ["note 36 ch 10", "key C2, channel 10"],
  ["program 5", "program 5"],
])("the trigger %s is %s", (trigger, name) => {
  expect(triggerOf(trigger)).toBe(name);
});

test.each([
  ["temperature", "temperature", "Adventurous"],
  ["chord-grid=bar", "chord-grid", "Chords change on: bar lines"],
  ["policy=rules", "policy", "Accompanist: rules"],
  ["preset=a=b", "preset", "Preset a=b"],
])("the target %s is of %s: %s", (target, setting, name) => {
  expect(settingOf(target)).toBe(setting);
  expect(targetOf(target, [param({ name: "chord-grid", kind: "list" })])).toBe(name);
});
