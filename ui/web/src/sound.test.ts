import { expect, test } from "vitest";
import type { Info } from "./protocol";
import { partInFile, sound } from "./sound";

test("a session's file has its channels, whatever those of the jam are", () => {
  sound.meet({ chord_channel: 3, bass_channel: 2, out: "" } as Info);
  expect([1, 2, 3, 10].map((channel) => partInFile(channel)[0])).toEqual(["melody", "chords", "bass", "click"]);
});
