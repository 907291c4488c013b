import { Midi } from "@tonejs/midi";
import { expect, test } from "vitest";
import { wholeBars } from "./loop";

function fileOf(meters: [number, number[]][], last: number) {
  const midi = new Midi();
  midi.header.setTempo(120);
  midi.header.timeSignatures = meters.map(([ticks, timeSignature]) => ({ ticks, timeSignature }));
  midi.header.update();
  midi.addTrack().addNote({ midi: 60, ticks: 0, durationTicks: last });
  return midi;
}

test("a loop is as long as its bars, whatever their meters", () => {
  expect(wholeBars(fileOf([[0, [4, 4]]], 480))).toBeCloseTo(2);
  expect(wholeBars(fileOf([[0, [4, 4]]], 4 * 480))).toBeCloseTo(2);
  expect(wholeBars(fileOf([[0, [7, 8]]], 4 * 480))).toBeCloseTo(3.5);
  expect(
    wholeBars(
      fileOf(
        [
          [0, [1, 4]],
          [480, [3, 4]],
        ],
        5 * 480,
      ),
    ),
  ).toBeCloseTo(3.5); // a pickup
});
