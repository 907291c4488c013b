// A synthesised piano; no samples are loaded. Each string is a sum of stiff-string partials,
// f(n) = n·f0·√(1 + B·n²) (Fletcher, 1964), struck at an eighth of its length. A note has two strings a fraction of a
// hertz apart, so it beats and decays in two stages.

import { whenIdle } from "./idle";

const rate = 24_000; // Hz; a piano has nothing audible above half of it
const seconds = 3.2;
const partials = 18;
const every = 3; // semitones between two synthesised notes; the nearer one is played faster or slower
const notes = new Map<number, AudioBuffer>();

/** sample returns the buffer to play for a pitch, and its speed. */
export function sample(pitch: number): { buffer: AudioBuffer; speed: number } {
  const anchor = Math.round(pitch / every) * every;
  let buffer = notes.get(anchor);
  if (!buffer) notes.set(anchor, (buffer = synthesise(anchor)));
  return { buffer, speed: 2 ** ((pitch - anchor) / 12) };
}

/**
 * prepare synthesises the middle of the keyboard while the page has nothing else to do, one note at a time. It is
 * called before anybody plays: a second of work after the first touch would hold up the touches that follow.
 */
export function prepare() {
  const rest: number[] = [];
  for (let d = 0; d <= 30; d += every) rest.push(60 + d, 60 - d);
  const next = () => {
    const pitch = rest.shift();
    if (pitch === undefined) return;
    sample(pitch);
    whenIdle(next);
  };
  whenIdle(next);
}

function synthesise(pitch: number): AudioBuffer {
  const f0 = 440 * 2 ** ((pitch - 69) / 12);
  const stiffness = 3.5e-4 * 2 ** ((pitch - 60) / 10);
  const fade = 0.55 * 2 ** ((pitch - 60) / 16); // of the first partial, 1/s
  const buffer = new AudioBuffer({ length: Math.round(rate * seconds), sampleRate: rate });
  const out = buffer.getChannelData(0);
  for (let n = 1; n <= partials; n++) {
    const f = n * f0 * Math.sqrt(1 + stiffness * n * n);
    if (f > rate * 0.45) break;
    const loud = (Math.abs(Math.sin((Math.PI * n) / 8.3)) + 0.08) / n ** 1.25;
    add(out, f, loud * 0.62, fade * (1 + 0.32 * n));
    add(out, f + 0.21 + 0.04 * n, loud * 0.38, fade * 0.34 * (1 + 0.22 * n));
  }
  thump(out, f0);
  finish(out);
  return buffer;
}

/** add adds a decaying sine; it rotates a phasor by one step per sample. */
function add(out: Float32Array, f: number, loud: number, decay: number) {
  const w = (2 * Math.PI * f) / rate;
  const r = Math.exp(-decay / rate);
  const c = Math.cos(w) * r,
    s = Math.sin(w) * r;
  let x = loud,
    y = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] += y;
    const nx = x * c - y * s;
    y = x * s + y * c;
    x = nx;
  }
}

/** thump is the hammer: a few milliseconds of low-passed noise. */
function thump(out: Float32Array, f0: number) {
  let low = 0,
    seed = 1;
  for (let i = 0; i < rate * 0.06; i++) {
    seed = (seed * 16807) % 2147483647;
    low += 0.22 * (seed / 1073741823.5 - 1 - low);
    out[i] += low * 0.22 * Math.exp((-i / rate) * 70) * Math.min(1, f0 / 260);
  }
}

/** finish fades the note in and out and normalises its peak. */
function finish(out: Float32Array) {
  const attack = Math.round(rate * 0.002),
    tail = Math.round(rate * 0.25);
  let peak = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] *= Math.min(1, i / attack, (out.length - i) / tail);
    peak = Math.max(peak, Math.abs(out[i]));
  }
  for (let i = 0; i < out.length; i++) out[i] *= 0.8 / peak;
}
