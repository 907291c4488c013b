// All that can be set in a jam, made from the server's table.
import { useSignal } from "@preact/signals";
import { ask, info, params, set, started } from "./jam";
import { octave, shiftOctave, velocity } from "./keys";
import type { Param } from "./protocol";
import { buses, chordSound, on, sound, volumes } from "./sound";
import { chordSounds } from "./voices";

// Those that a player reaches for; the others are behind "More".
const first = ["policy", "tempo", "tap", "temperature", "chord-grid", "style", "complexity", "metronome"];

export function Controls() {
  const rank = (p: Param) => first.indexOf(p.name);
  const near = params.value.filter((p) => rank(p) >= 0).sort((a, b) => rank(a) - rank(b));
  const far = params.value.filter((p) => rank(p) < 0 && p.name !== "panic"); // which has its button above
  return (
    <section class="controls" aria-label="Controls">
      <div class="grid">{near.map((p) => <Control key={p.name} param={p} />)}</div>
      <details>
        <summary>More</summary>
        <div class="grid">{far.map((p) => <Control key={p.name} param={p} />)}</div>
      </details>
      <details>
        <summary>Sound and keys</summary>
        <div class="grid"><Mix /></div>
      </details>
    </section>
  );
}

const title = (name: string) => name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");

function Control({ param: p }: { param: Param }) {
  const id = `param-${p.name}`;
  const moved = useSignal<string | null>(null); // while a slider is moved, and until jamd has answered
  const value = moved.value ?? p.value;
  const ask = (v: string) => void set(p.name, v);
  return (
    <div class={`control ${p.kind === "whole" ? "number" : p.kind}`} title={p.help}>
      <label for={id}>{p.kind === "action" ? "" : title(p.name)}{p.next && started.value && <small> from the next jam</small>}</label>
      {(p.kind === "number" || p.kind === "whole") && <>
        <input
          id={id} type="range" min={p.min} max={p.max} step={p.step ?? "any"} value={value} aria-description={p.help}
          onInput={(e) => { moved.value = e.currentTarget.value; ask(e.currentTarget.value); }}
          onChange={() => { moved.value = null; }}
        />
        <output for={id}>{round(value)}{p.unit ? ` ${p.unit}` : ""}</output>
      </>}
      {p.kind === "switch" && (
        <input id={id} type="checkbox" role="switch" checked={p.value === "on"} aria-description={p.help}
          onChange={(e) => ask(e.currentTarget.checked ? "on" : "off")} />
      )}
      {p.words && p.words.length > 0 && (
        <select id={id} value={p.value} aria-description={p.help} onChange={(e) => ask(e.currentTarget.value)}>
          {[...new Set([p.value, ...p.words])].sort((a, b) => p.words!.indexOf(a) - p.words!.indexOf(b)).map((w) => <option key={w}>{w}</option>)}
        </select>
      )}
      {p.kind === "action" && <button type="button" id={id} onClick={() => ask("")}>{title(p.name)}</button>}
      {p.kind === "text" && !p.words && (
        <input id={id} type="text" value={p.value} aria-description={p.help} onChange={(e) => ask(e.currentTarget.value)} />
      )}
    </div>
  );
}

const round = (value: string) => (Number.isFinite(Number(value)) ? String(Math.round(Number(value) * 100) / 100) : value);

function Mix() {
  return (
    <>
      {buses.map((bus) => (
        <div class="control number" key={bus}>
          <label for={`volume-${bus}`}>{title(bus)}</label>
          <input id={`volume-${bus}`} type="range" min="0" max="1" step="0.01" value={volumes.value[bus]}
            onInput={(e) => { volumes.value = { ...volumes.value, [bus]: Number(e.currentTarget.value) }; }} />
          <output>{Math.round(volumes.value[bus] * 100)} %</output>
        </div>
      ))}
      <div class="control list">
        <label for="chord-sound">Chord sound</label>
        <select id="chord-sound" value={chordSound.value} onChange={(e) => { sound.hush(); chordSound.value = e.currentTarget.value; }}>
          {Object.keys(chordSounds).map((s) => <option key={s}>{s}</option>)}
        </select>
      </div>
      <div class="control number">
        <label for="velocity">Key velocity</label>
        <input id="velocity" type="range" min="1" max="127" step="1" value={velocity.value}
          onInput={(e) => { velocity.value = Number(e.currentTarget.value); }} />
        <output>{velocity.value}</output>
      </div>
      <div class="control">
        <span class="label">Octave of the keys</span>
        <span class="pair">
          <button type="button" onClick={() => shiftOctave(-1)} aria-label="Octave down">−</button>
          <output>{octave.value > 0 ? `+${octave.value}` : octave.value}</output>
          <button type="button" onClick={() => shiftOctave(1)} aria-label="Octave up">+</button>
        </span>
      </div>
      <div class="control switch">
        <label for="sound-on">Sound in this page</label>
        <input id="sound-on" type="checkbox" role="switch" checked={on.value ?? !sound.elsewhere.value}
          onChange={(e) => { on.value = e.currentTarget.checked; }} />
      </div>
    </>
  );
}

/** Transport starts with a count-in, and stops. */
export function Transport() {
  if (!info.value) return null;
  return started.value
    ? <button type="button" onClick={() => void ask("POST", "stop")}>Stop</button>
    : <button type="button" onClick={() => void ask("POST", "start")}>Count in</button>;
}
