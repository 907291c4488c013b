// Names of settings and their values for players.
import type { Param } from "./protocol";
import { pitchName } from "./theory";

/** spoken replaces words of the API that read badly. */
export const spoken: Record<string, string> = {
  frame: "any sixteenth",
  half: "half bars",
  bar: "bar lines",
  "": "nothing",
  page: "this page",
  hidden: "a hidden policy",
  "with the melody": "the melody",
};
const titles: Record<string, string> = {
  in: "Input",
  out: "Output",
  "clock-in": "Clock from",
  low: "Lowest note",
  high: "Highest note",
  "bass-low": "Lowest of bass",
  "bass-high": "Highest of bass",
  listen: "Listens for",
  one: "This is one",
  policy: "Accompanist",
  temperature: "Adventurous",
  "top-p": "Top-p",
  "chord-grid": "Chords change on",
  complexity: "Chords",
  busy: "Chord changes",
};

/** likeness says what an accompanist is like. */
export const likeness: Record<string, string> = {
  jamd: "Knows the bar, and finds back to you within a few beats.",
  gapt: "Ventures more, and is off more often.",
  "gapt-noadv": "As gapt, with fewer different chords.",
  realchords: "Keeps to few chords.",
  "online-mle": "Learned by listening alone: slow to find back after a surprise.",
  hidden: "You learn its name when you have rated the jam.",
};

const daring: [below: number, word: string][] = [
  [0.05, "safest"],
  [0.6, "safe"],
  [0.95, "careful"],
  [1.1, "natural"],
  [1.5, "bold"],
  [Infinity, "wild"],
];

export const titleOf = (name: string) => titles[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");

/** valueOf formats a value: pitches by name, numbers with their unit. */
export function valueOf(p: Param, value = p.value): string {
  if (p.unit === "MIDI pitch") return p.name === "split" && value === "0" ? "off" : pitchName(Number(value));
  if (p.kind !== "number" && p.kind !== "whole") return (spoken[value] ?? value) + (p.unit ? ` ${p.unit}` : "");
  if (p.name === "temperature") return daring.find(([below]) => Number(value) < below)![1];
  return round(value) + (p.unit === "BPM" || p.unit === "ms" ? ` ${p.unit}` : "");
}

const round = (value: string) => String(Math.round(Number(value) * 100) / 100);
