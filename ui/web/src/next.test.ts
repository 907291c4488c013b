import { expect, test } from "vitest";
import { after, type Coming } from "./next";
import type { Choice, Frame } from "./protocol";

const chords = (text: string): Choice[] => (text ? text.split(" ").map((symbol) => ({ symbol, prob: 0.3 })) : []);
const frame = (symbol: string, next: string, more: Partial<Frame> = {}) =>
  ({ symbol, next: chords(next), began: false, missed: false, listening: false, ...more }) as Frame;
const shown = (text: string, stale = false): Coming => ({ chords: chords(text), stale });

test.each<[string, Coming, Frame, boolean, string, boolean]>([
  ["they change on a beat", shown("F G"), frame("C", "Am F"), true, "Am F", false],
  ["they stay between two beats", shown("F G"), frame("C", "Am F"), false, "F G", false],
  [
    "a chord that begins is no longer among them",
    shown("F G Am"),
    frame("F", "C", { began: true }),
    true,
    "G Am",
    true,
  ],
  ["the frame after it tells what comes next", shown("G Am", true), frame("F", "C Bb"), false, "C Bb", false],
  ["a missed frame tells nothing", shown("F G"), frame("C", "", { missed: true }), true, "F G", false],
  ["nor does it after a change", shown("F G", true), frame("C", "", { missed: true }), false, "F G", true],
  ["a policy that weighs nothing has none", shown("F G"), frame("C", ""), true, "", false],
  ["while jamd listens there are none", shown("F G"), frame("N.C.", "F", { listening: true }), true, "", false],
])("%s", (_, before, f, onBeat, want, stale) => {
  const now = after(before, f, onBeat);
  expect(now.chords.map((c) => c.symbol).join(" ")).toBe(want);
  expect(now.stale).toBe(stale);
});
