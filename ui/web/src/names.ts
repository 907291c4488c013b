// Names of settings and of their values, in the player's language.
import { number, texts } from "./language";
import type { Param } from "./protocol";
import { pitchName } from "./theory";

const daring = [0.05, 0.6, 0.95, 1.1, 1.5]; // the temperatures at which another word begins

export const titleOf = (name: string) =>
  texts.value.titles[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");

/** helpOf says what a setting does. */
export const helpOf = (p: Param) => texts.value.help[p.name] ?? p.help;

/** likeness says what an accompanist is like; undefined if the page does not know it. */
export const likeness = (policy: string): string | undefined => texts.value.likeness[policy];

/** wordOf formats a value that is a word. */
export function wordOf(p: Param, value: string): string {
  const { values, unit } = texts.value;
  const of = p.unit ? ` ${unit(p.unit, Number(value))}` : "";
  return (values[`${p.name} ${value}`] ?? values[value] ?? value) + of;
}

/** valueOf formats a value: pitches by name, numbers with their unit. */
export function valueOf(p: Param, value = p.value): string {
  if (p.unit === "MIDI pitch") return p.name === "split" && value === "0" ? texts.value.off : pitchName(Number(value));
  if (p.kind !== "number" && p.kind !== "whole") return wordOf(p, value);
  if (p.name === "temperature") return texts.value.daring[daring.filter((least) => Number(value) >= least).length];
  return number(Number(value), 2) + (p.unit === "BPM" || p.unit === "ms" ? ` ${p.unit}` : "");
}

/** stepped returns the value of a setting a step away, within its limits, which are wider than those of its slider. */
export function stepped({ min = 0, max = 127, value }: Param, step: number): string {
  const next = Math.max(min, Math.min(max, Number(value) + step));
  return String(Math.round(next * 100) / 100);
}
