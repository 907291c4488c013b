import type { Midi } from "@tonejs/midi";
import { expect, test } from "vitest";
import { encode, longest, renderWAV } from "./wav";

test("samples stand behind a RIFF header, left and right in turn, and are clipped", async () => {
  const channels = [new Float32Array([0, 0.5, 2]), new Float32Array([-1, -3, 0])];
  const sound = { length: 3, getChannelData: (n: number) => channels[n] } as AudioBuffer;
  const file = encode(sound);
  expect(file.type).toBe("audio/wav");
  const bytes = new DataView(await file.arrayBuffer());
  const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((i) => bytes.getUint8(at + i)));
  expect([text(0), text(8), text(12), text(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect(bytes.getUint32(4, true)).toBe(bytes.byteLength - 8);
  expect(bytes.getUint32(40, true)).toBe(12);
  expect(bytes.getUint32(24, true)).toBe(44_100);
  const samples = [0, 1, 2, 3, 4, 5].map((i) => bytes.getInt16(44 + 2 * i, true));
  expect(samples).toEqual([0, -32767, 16383, -32767, 32767, 0]);
});

test("a jam that would take the browser's memory is refused", async () => {
  await expect(renderWAV({ duration: longest + 1, tracks: [] } as unknown as Midi)).rejects.toThrow("too long");
});
