// The piano roll: melody and chords against the beat grid, scrolling under a line that is now.
import { useEffect, useRef } from "preact/hooks";
import { frames, held, info, now, started } from "./jam";
import { pretty } from "./theory";

const before = 16, after = 4; // beats shown on either side of now
const symbolSpace = 26; // px above the notes

export function Roll() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const view = new View(canvas.current!);
    let running = true;
    const loop = () => { if (running) { view.draw(); requestAnimationFrame(loop); } };
    loop();
    return () => { running = false; };
  }, []);
  return <canvas class="roll" ref={canvas} role="img" aria-label="Piano roll of the melody and the chords; the chord that sounds is told above" />;
}

class View {
  private readonly g: CanvasRenderingContext2D;
  private low = 45;
  private high = 84; // pitches shown, moving slowly to what sounds

  constructor(private readonly canvas: HTMLCanvasElement) { this.g = canvas.getContext("2d")!; }

  draw() {
    const { canvas, g } = this, jam = info.value;
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const last = frames.at(-1);
    if (!jam) return;
    const length = last?.length || 60_000 / jam.tempo / 4; // of a frame, ms
    const span = (before + after) * jam.frames_per_beat * length * (width < 600 ? 0.5 : 1);
    const time = now(), scale = width / span, line = (width * before) / (before + after);
    const x = (at: number) => line + (at - time) * scale;
    this.fit();
    const row = (height - symbolSpace) / (this.high - this.low + 1);
    const y = (pitch: number) => symbolSpace + (this.high - pitch) * row;

    // The grid: lines stand where they were and will be, counted from the last one that is known.
    if (last && started.value) {
      const first = last.frame - Math.ceil(span / length);
      for (let f = Math.max(0, first); f <= last.frame + span / length; f++) {
        if (f % jam.frames_per_beat) continue;
        const bar = f % jam.frames_per_bar === 0, at = x(last.at + (f - last.frame) * length);
        if (at < -1 || at > width) continue;
        g.fillStyle = colour(bar ? "--bar-line" : "--beat-line");
        g.fillRect(Math.round(at), 0, 1, height);
        if (bar) {
          g.fillStyle = colour("--quiet");
          g.font = "11px " + style.fontFamily;
          g.fillText(String(f / jam.frames_per_bar + 1), at + 5, height - 7);
        }
      }
    }

    const block = (from: number, to: number, pitch: number, fill: string) => {
      if (to < 0 || from > width) return;
      const h = Math.max(3, Math.min(row - 1, 14));
      g.fillStyle = fill;
      g.beginPath();
      g.roundRect(from, y(pitch) + (row - h) / 2, Math.max(2, to - from - 1.5), h, Math.min(3, h / 2));
      g.fill();
    };
    const melody = colour("--melody"), chord = colour("--chord"), missed = colour("--missed");
    let symbolEnd = -Infinity;
    for (let i = 0; i < frames.length; i++) {
      const f = frames[i], next = frames[i + 1];
      const end = Math.min(next ? next.at : f.at + f.length, Math.max(time, f.at));
      if (x(f.at + 4 * f.length) < 0 && x(end) < 0) continue;
      if (f.missed) { g.fillStyle = missed; g.fillRect(x(f.at), 0, Math.max(2, x(end) - x(f.at)), 3); }
      for (const p of f.pitches) {
        const on = next && !next.began && next.pitches.includes(p) ? 1.5 : 0; // one bar for a chord that goes on
        block(x(f.at), x(end) + on, p, chord);
      }
      if (f.began && x(f.at) > symbolEnd) {
        const { root, rest } = pretty(f.symbol);
        g.fillStyle = colour("--text");
        g.font = "600 15px " + style.fontFamily;
        g.fillText(root + rest, x(f.at) + 2, 18);
        symbolEnd = x(f.at) + g.measureText(root + rest).width + 8;
      }
      if (f.melody !== null) { // of the frame before
        const from = i > 0 ? frames[i - 1].at : f.at - f.length;
        const on = next?.melody === f.melody && !next.onset ? 1.5 : 0;
        block(x(from), x(f.at) + on, f.melody, melody);
      }
    }
    for (const [pitch, since] of held.value) {
      block(x(Math.max(since, last && started.value ? last.at - length : since)), line, pitch, melody);
    }
    g.fillStyle = colour("--now");
    g.fillRect(Math.round(line), 0, 2, height);
  }

  /** fit moves the shown pitches slowly towards what sounded of late. */
  private fit() {
    let low = 48, high = 79;
    const seen = (p: number) => { low = Math.min(low, p - 2); high = Math.max(high, p + 2); };
    for (const f of frames.slice(-160)) { f.pitches.forEach(seen); if (f.melody !== null) seen(f.melody); }
    for (const p of held.value.keys()) seen(p);
    this.low += (low - this.low) * 0.06;
    this.high += (high - this.high) * 0.06;
  }
}
