// All settings of a jam, made from the server's table: the frequent ones in groups, the rest behind "More".
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Blind } from "./blind";
import { ShowConsidered } from "./considered";
import { Defaults } from "./defaults";
import { act, params, running, set, startOrStop } from "./jam";
import { Keyboards } from "./keyboards";
import { texts } from "./language";
import { Knob, Learning } from "./learn";
import { ChordSound, Keys, Notation, Volumes } from "./mix";
import { more } from "./more";
import { helpOf, likeness, titleOf, valueOf, wordOf } from "./names";
import { Presets, presets } from "./presets";
import type { Param } from "./protocol";
import { fixedBy } from "./reasons";
import { tap } from "./tempo";

const harmony = ["policy", "style", "chord-grid", "complexity", "colour", "key", "temperature"];
const time = ["tap", "one", "hold-tempo", "swing", "swing-percent", "metronome", "hold"];
const sounds = ["mute", "bass"];
const setup = ["in", "out", "record", "listen", "clock", "clock-in"];
const expert = ["top-p", "offset", "click-volume"];
// Settings that have a place elsewhere.
const elsewhere = [...expert, "panic", "blind", "participant", "rounds", "tempo", "meter"];

export function Controls() {
  const t = texts.value;
  const near = [...harmony, ...time, ...sounds, ...setup, ...elsewhere];
  const far = params.value.map((p) => p.name).filter((name) => !near.includes(name));
  return (
    <section class="controls" aria-label={t.controls}>
      <div class="groups">
        <Group title={t.groups.harmony} names={harmony} />
        <Group title={t.groups.time} names={time} />
        <Group title={t.groups.sound} names={sounds}>
          <ChordSound />
        </Group>
      </div>
      <Presets />
      <Learning names={["tempo", "panic"]} presets={presets.value} />
      <Defaults />
      <details
        open={more.value}
        onToggle={(e) => {
          more.value = e.currentTarget.open;
        }}
      >
        <summary>{t.more}</summary>
        <div class="groups">
          <Group title={t.groups.jam} names={far} />
          <Group title={t.groups.pageSound}>
            <Volumes />
          </Group>
          <Group title={t.groups.page}>
            <Notation />
            <Keys />
          </Group>
          <Group title={t.groups.keyboards}>
            <div class="control wide">
              <Keyboards />
            </div>
          </Group>
          <Group title={t.groups.setup} names={setup} />
          <Blind />
        </div>
        <details class="expert">
          <summary>{t.experts}</summary>
          <div class="groups">
            <Group title={t.groups.expert} names={expert}>
              <ShowConsidered />
            </Group>
          </div>
        </details>
      </details>
    </section>
  );
}

function Group({ title, names = [], children }: { title: string; names?: string[]; children?: ComponentChildren }) {
  const known = new Map(params.value.map((p) => [p.name, p]));
  const why = (name: string) => known.has(name) && fixedBy(known.get(name)!);
  const reasons = new Set(names.map(why).filter(Boolean));
  return (
    <fieldset class="group">
      <legend>{title}</legend>
      {names.map((name) => known.has(name) && <Control key={name} param={known.get(name)!} />)}
      {children}
      {[...reasons].map((reason) => (
        <small class="why" key={reason}>
          {names
            .filter((n) => why(n) === reason)
            .map(titleOf)
            .join(", ")}
          : {reason}.
        </small>
      ))}
    </fieldset>
  );
}

/** The kinds of param, by the look of their controls. */
const looks = { number: "number", whole: "number", switch: "switch", action: "action", list: "list", text: "list" };

function Control({ param: p }: { param: Param }) {
  return (
    <div class={`control ${looks[p.kind]}`} title={helpOf(p)}>
      <Setter param={p} />
      <Knob name={p.name} />
    </div>
  );
}

/** Setter is what sets a setting. */
function Setter({ param: p }: { param: Param }) {
  const id = `param-${p.name}`;
  switch (p.kind) {
    case "number":
    case "whole":
      return <Slider id={id} param={p} />;
    case "switch":
      return (
        <>
          <label for={id}>{titleOf(p.name)}</label>
          <input
            id={id}
            type="checkbox"
            role="switch"
            checked={p.value === "on"}
            aria-description={fixedBy(p) ?? helpOf(p)}
            disabled={!!p.fixed}
            onChange={async ({ currentTarget: box }) => {
              if (!(await set(p.name, box.checked ? "on" : "off"))) box.checked = holds(p) === "on";
            }}
          />
        </>
      );
    case "action":
      return (
        <button
          type="button"
          id={id}
          aria-description={helpOf(p)}
          onClick={(e) => (p.name === "tap" ? tap(e) : act(p.name))}
        >
          {titleOf(p.name)}
        </button>
      );
  }
  return (
    // a list, or a text with some known values
    <>
      <label for={id}>{titleOf(p.name)}</label>
      <select
        id={id}
        value={p.value}
        aria-description={fixedBy(p) ?? helpOf(p)}
        disabled={!!p.fixed}
        onChange={async ({ currentTarget: list }) => {
          if (!(await set(p.name, list.value))) list.value = holds(p);
        }}
      >
        {[...new Set([...(p.words ?? []), p.value])].map((word) => (
          <option key={word} value={word}>
            {wordOf(p, word)}
          </option>
        ))}
      </select>
      {p.name === "policy" && likeness(p.value) && <small class="likeness">{likeness(p.value)}</small>}
    </>
  );
}

/** holds is the value that a control shows again after a refusal. */
const holds = (p: Param) => params.value.find((now) => now.name === p.name)?.value ?? p.value;

/** Slider covers the range of a knob, and any value that was set in another way. */
function Slider({ id, param: p }: { id: string; param: Param }) {
  const moved = useSignal<string | null>(null); // during a move, until jamd confirms a value
  const moving = useRef(false);
  useEffect(() => {
    if (!moving.current) moved.value = null;
  }, [p.value]);
  const [low, high] = p.knob ?? [p.min ?? 0, p.max ?? 1],
    value = moved.value ?? p.value;
  return (
    <>
      <label for={id}>{titleOf(p.name)}</label>
      <output for={id}>{valueOf(p, value)}</output>
      <input
        id={id}
        type="range"
        min={Math.min(low, Number(p.value))}
        max={Math.max(high, Number(p.value))}
        step={p.step ?? "any"}
        value={value}
        aria-description={helpOf(p)}
        onInput={(e) => {
          moving.current = true;
          moved.value = e.currentTarget.value;
          void set(p.name, e.currentTarget.value);
        }}
        onChange={async (e) => {
          moving.current = false;
          if (!(await set(p.name, e.currentTarget.value))) moved.value = null;
        }}
      />
    </>
  );
}

/** Transport stops the jam. It keeps its place when there is none, so that a second tap hits no other button. */
export function Transport() {
  return (
    <button type="button" class="transport" disabled={!running()} onClick={startOrStop}>
      {texts.value.stop}
    </button>
  );
}
