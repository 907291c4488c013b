import { expect, test } from "vitest";
import { sample } from "./piano";

const context = {
  createBuffer: (_: number, length: number, rate: number) => {
    const samples = new Float32Array(length);
    return { length, sampleRate: rate, getChannelData: () => samples };
  },
} as unknown as BaseAudioContext;

test("a note is loud at first, silent at its ends, and never clips", () => {
  const sound = sample(context, 60).buffer.getChannelData(0);
  const peak = (from: number, to: number) => Math.max(...sound.slice(from, to).map(Math.abs));
  expect(peak(0, sound.length)).toBeCloseTo(0.8, 5);
  expect(sound[0]).toBeCloseTo(0);
  expect(sound.at(-1)).toBeCloseTo(0, 3);
  expect(peak(0, 6000)).toBeGreaterThan(2 * peak(60_000, 66_000));
});

test("the strongest pitch of a note is its own", () => {
  const { buffer, speed } = sample(context, 69);
  expect(speed).toBe(1);
  const sound = buffer.getChannelData(0).slice(2400, 26_400); // a second
  const strength = (f: number) => {
    let re = 0;
    let im = 0;
    sound.forEach((x, i) => {
      re += x * Math.cos((2 * Math.PI * f * i) / 24_000);
      im += x * Math.sin((2 * Math.PI * f * i) / 24_000);
    });
    return Math.hypot(re, im);
  };
  const own = strength(440);
  for (const other of [415, 466, 330, 880]) expect(own).toBeGreaterThan(strength(other));
});

test("neighbours share a buffer, played faster or slower", () => {
  const [low, middle, high] = [59, 60, 61].map((pitch) => sample(context, pitch));
  expect(low.buffer).toBe(middle.buffer);
  expect(high.buffer).toBe(middle.buffer);
  expect(high.speed / middle.speed).toBeCloseTo(2 ** (1 / 12), 10);
});
