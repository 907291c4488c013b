import { expect, test, vi } from "vitest";
import { prepare, sample } from "./piano";

class Samples {
  private readonly samples: Float32Array;
  constructor({ length }: AudioBufferOptions) {
    this.samples = new Float32Array(length);
  }
  getChannelData() {
    return this.samples;
  }
}
vi.stubGlobal("AudioBuffer", Samples);

test("a note is loud at first, silent at its ends, and never clips", () => {
  const sound = sample(60).buffer.getChannelData(0);
  const peak = (from: number, to: number) => Math.max(...sound.slice(from, to).map(Math.abs));
  expect(peak(0, sound.length)).toBeCloseTo(0.8, 5);
  expect(sound[0]).toBeCloseTo(0);
  expect(sound.at(-1)).toBeCloseTo(0, 3);
  expect(peak(0, 6000)).toBeGreaterThan(2 * peak(60_000, 66_000));
});

test("the strongest pitch of a note is its own", () => {
  const { buffer, speed } = sample(69);
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
  const [low, middle, high] = [59, 60, 61].map((pitch) => sample(pitch));
  expect(low.buffer).toBe(middle.buffer);
  expect(high.buffer).toBe(middle.buffer);
  expect(high.speed / middle.speed).toBeCloseTo(2 ** (1 / 12), 10);
});

test("the middle of the keyboard is made while the page is idle, a note at a time", () => {
  const idle: (() => void)[] = [];
  let made = 0;
  vi.stubGlobal("window", { requestIdleCallback: (work: () => void) => idle.push(work) });
  vi.stubGlobal(
    "AudioBuffer",
    class extends Samples {
      constructor(options: AudioBufferOptions) {
        super(options);
        made++;
      }
    },
  );
  prepare();
  expect([idle.length, made]).toEqual([1, 0]);
  while (idle.length > 0) {
    const before = made;
    idle.shift()!();
    expect(made - before).toBeLessThanOrEqual(1);
  }
  expect(made).toBeGreaterThan(10);
  for (let pitch = 30; pitch <= 90; pitch++) sample(pitch);
  expect(made).toBeLessThanOrEqual(21);
});
