// Names of settings, of their values, and of the knobs and keys that are learned for them, in the player's language.
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

/** triggerOf names a knob, key or program, such as "cc 74 ch 1". */
export function triggerOf(trigger: string): string {
  const [kind, number, , channel] = trigger.split(" ");
  const { cc, note, program, onChannel } = texts.value.trigger;
  const name = kind === "cc" ? cc(number) : kind === "note" ? note(pitchName(Number(number))) : program(number);
  return channel ? onChannel(name, channel) : name;
}

/** settingOf returns the setting that a target changes; "preset" for a preset. */
export const settingOf = (target: string) => target.split("=", 1)[0];

/** fixedIn words the value that a target sets; "" if a knob chooses the value. */
export function fixedIn(target: string, params: readonly Param[]): string {
  const name = settingOf(target),
    value = target.slice(name.length + 1),
    p = params.find((p) => p.name === name);
  return p && value ? valueOf(p, value) : value;
}

/** targetOf names what a knob changes: a setting, a setting and its value, or a preset. */
export function targetOf(target: string, params: readonly Param[]): string {
  const name = settingOf(target),
    value = fixedIn(target, params);
  if (name === "preset") return texts.value.presetLabel(value);
  return value ? `${titleOf(name)}: ${value}` : titleOf(name);
}

/** stepped returns the value of a setting a step away, within its limits, which are wider than those of its slider. */
export function stepped({ min = 0, max = 127, value }: Param, step: number): string {
  const next = Math.max(min, Math.min(max, Number(value) + step));
  return String(Math.round(next * 100) / 100);
}
