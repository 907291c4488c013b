// Names of settings and their values for players.
import type { Param } from "./protocol";
import { pitchName } from "./theory";

/** spoken replaces words of the API that read badly. */
export const spoken: Record<string, string> = { "": "nothing", page: "this page", hidden: "a hidden policy", "with the melody": "the melody" };
const titles: Record<string, string> = {
  in: "Input", out: "Output", "clock-in": "Clock from", low: "Lowest note", high: "Highest note", "bass-low": "Lowest of bass", "bass-high": "Highest of bass",
  listen: "Listens for", one: "This is one",
};
export const titleOf = (name: string) => titles[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");

/** valueOf formats a value: pitches by name, numbers with their unit. */
export function valueOf(p: Param, value = p.value): string {
  if (p.unit === "MIDI pitch") return p.name === "split" && value === "0" ? "off" : pitchName(Number(value));
  if (p.kind !== "number" && p.kind !== "whole") return (spoken[value] ?? value) + (p.unit ? ` ${p.unit}` : "");
  return round(value) + (p.unit === "BPM" || p.unit === "ms" ? ` ${p.unit}` : "");
}

const round = (value: string) => String(Math.round(Number(value) * 100) / 100);
