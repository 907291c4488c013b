// The piano roll: melody and chords on the beat grid. It scrolls; a fixed line marks the present.
import { useEffect, useRef } from "preact/hooks";
import { felt, placeOf, soundsAt } from "./bars";
import { frames, held, info, now, started } from "./jam";
import { texts } from "./language";
import { pretty } from "./theory";

const before = 16,
  after = 4; // beats shown on either side of now
const symbolSpace = 30; // px above the notes
const daylight = matchMedia("(prefers-color-scheme: light)");

export function Roll() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const view = new View(canvas.current!);
    let running = true;
    const loop = () => {
      if (running) {
        view.draw();
        requestAnimationFrame(loop);
      }
    };
    loop();
    return () => {
      running = false;
    };
  }, []);
  return <canvas class="roll" ref={canvas} role="img" aria-label={texts.value.rollLabel} />;
}

class View {
  private readonly g: CanvasRenderingContext2D;
  private low = 45;
  private high = 84; // the pitches shown; they follow the music slowly

  private lookedAt = -Infinity;
  private light = false;
  private family = "";
  private readonly colours = new Map(
    ["--text", "--quiet", "--melody", "--chord", "--now", "--missed", "--beat-line", "--bar-line"].map((name) => [
      name,
      "",
    ]),
  );

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.g = canvas.getContext("2d")!;
  }

  draw() {
    const { canvas, g } = this,
      jam = info.value;
    const ratio = devicePixelRatio || 1,
      width = canvas.clientWidth,
      height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const { colour, family } = this.look();
    const last = frames.at(-1);
    if (!jam) return;
    const length = last?.length || 60_000 / jam.tempo / 4; // of a frame, in ms
    const span = (before + after) * jam.frames_per_beat * length * (width < 600 ? 0.5 : 1);
    const time = now(),
      scale = width / span,
      line = (width * before) / (before + after);
    const x = (at: number) => line + (at - time) * scale;
    this.fit();
    const row = (height - symbolSpace) / (this.high - this.low + 1);
    const y = (pitch: number) => symbolSpace + (this.high - pitch) * row;

    // The grid is drawn from the last known line, back and ahead. Its lines are beats, which do not swing.
    if (last && started.value) {
      const first = last.frame - Math.ceil(span / length);
      for (let f = Math.max(0, first); f <= last.frame + span / length; f++) {
        const place = placeOf(jam, f);
        if (!felt(place.meter, place.after)) continue;
        const bar = place.after === 0,
          at = x(last.at + (f - last.frame) * length);
        if (at < -1 || at > width) continue;
        g.fillStyle = colour(bar ? "--bar-line" : "--beat-line");
        g.fillRect(Math.round(at), 0, 1, height);
        if (bar) {
          g.fillStyle = colour("--quiet");
          g.font = `11px ${family}`;
          g.fillText(String(place.bar), at + 5, height - 7);
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
    const melody = colour("--melody"),
      chord = colour("--chord"),
      missed = colour("--missed");
    const ends = (i: number) => {
      const from = soundsAt(frames[i]);
      return Math.min(frames[i + 1] ? soundsAt(frames[i + 1]) : from + length, Math.max(time, from));
    };
    let symbolEnd = -Infinity,
      chordFrom = 0,
      noteFrom = 0;
    const notes: [from: number, to: number, pitch: number][] = []; // of the melody; they are drawn over the chords
    let start = frames.length; // two bars before the first visible frame, because its chord may have begun there
    while (start > 0 && x(frames[start - 1].at) > -2 * jam.frames_per_bar * length * scale) start--;
    for (let i = start; i < frames.length; i++) {
      const f = frames[i],
        at = soundsAt(f),
        next = frames[i + 1];
      if (f.skipped) {
        g.fillStyle = missed;
        g.fillRect(x(at - f.skipped * length), 0, f.skipped * length * scale, 3);
      }
      if (f.missed) {
        g.fillStyle = missed;
        g.fillRect(x(at), 0, Math.max(2, x(ends(i)) - x(at)), 3);
      }
      if (f.began || i === start || f.pitches.join() !== frames[i - 1].pitches.join()) chordFrom = at;
      if (!next || next.began || next.pitches.join() !== f.pitches.join()) {
        // the chord ends here
        for (const p of f.pitches) block(x(chordFrom), x(ends(i)), p, chord);
      }
      if (f.began && x(at) > symbolEnd) {
        const { root, rest } = pretty(f.symbol);
        g.fillStyle = colour("--text");
        g.font = `600 19px ${family}`;
        g.fillText(root + rest, x(at) + 2, 21);
        symbolEnd = x(at) + g.measureText(root + rest).width + 8;
      }
      if (f.melody === null) continue; // a frame carries the melody of the frame before
      if (f.onset || i === start || frames[i - 1].melody !== f.melody)
        noteFrom = frames[i - 1] ? soundsAt(frames[i - 1]) : at - length;
      if (!next || next.onset || next.melody !== f.melody) notes.push([x(noteFrom), x(at), f.melody]);
    }
    for (const [from, to, pitch] of notes) block(from, to, pitch, melody);
    for (const [pitch, since] of held.value) {
      block(x(Math.max(since, last && started.value ? last.at - length : since)), line, pitch, melody);
    }
    g.fillStyle = colour("--now");
    g.fillRect(Math.round(line), 0, 2, height);
  }

  /** look reads the colours of the style: at once when dark changes to light or back, otherwise every half second. */
  private look() {
    if (daylight.matches !== this.light || performance.now() - this.lookedAt > 500) {
      this.lookedAt = performance.now();
      this.light = daylight.matches;
      const style = getComputedStyle(this.canvas);
      this.family = style.fontFamily;
      for (const name of this.colours.keys()) this.colours.set(name, style.getPropertyValue(name).trim());
    }
    return { colour: (name: string) => this.colours.get(name)!, family: this.family };
  }

  /** fit moves the visible pitches slowly towards the notes of the last frames. */
  private fit() {
    let low = 48,
      high = 79;
    const seen = (p: number) => {
      low = Math.min(low, p - 2);
      high = Math.max(high, p + 2);
    };
    for (const f of frames.slice(-160)) {
      f.pitches.forEach(seen);
      if (f.melody !== null) seen(f.melody);
    }
    for (const p of held.value.keys()) seen(p);
    this.low += (low - this.low) * 0.06;
    this.high += (high - this.high) * 0.06;
  }
}
