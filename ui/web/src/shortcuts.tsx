// Keys for the controls that a player needs while playing: Shift and a letter. The letters alone are the piano.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { showsConsidered } from "./considered";
import { focusDefaults } from "./defaults";
import { act, params, set, startOrStop } from "./jam";
import { texts } from "./language";
import { focusControl } from "./more";
import { stepped } from "./names";
import { undo } from "./presets";
import type { Param } from "./protocol";
import { on, sound } from "./sound";
import { tap } from "./tempo";
import type { Texts } from "./texts/en";

export const helping = signal(false);

interface Shortcut {
  code: string;
  key: string;
  does: keyof Texts["shortcuts"];
  do: (e: KeyboardEvent) => void;
}

const param = (name: string, to: (p: Param) => string) => () => {
  const p = params.value.find((p) => p.name === name);
  if (p) void set(name, to(p));
};
const turn = (p: Param) => (p.value === "on" ? "off" : "on");
const next = (p: Param) => p.words![(p.words!.indexOf(p.value) + 1) % p.words!.length];
const by = (step: number) => (p: Param) => stepped(p, step);

/** move shifts both ends of the register, unless one would leave its range. */
const move = (step: number) => () => {
  const ends = ["high", "low"].map((name) => params.value.find((p) => p.name === name)!);
  if (step < 0) ends.reverse(); // the leading end first, so that there is room for the other
  const to = ends.map(by(step));
  if (ends.every((p, i) => Number(to[i]) === Number(p.value) + step)) ends.forEach((p, i) => void set(p.name, to[i]));
};

const shortcuts: Shortcut[] = [
  { code: "Enter", key: "⏎", does: "countIn", do: startOrStop },
  { code: "KeyT", key: "T", does: "tap", do: tap },
  { code: "Digit1", key: "1", does: "one", do: () => act("one") },
  { code: "KeyF", key: "F", does: "hold", do: param("hold-tempo", turn) },
  { code: "ArrowLeft", key: "←", does: "slower", do: param("tempo", by(-1)) },
  { code: "ArrowRight", key: "→", does: "faster", do: param("tempo", by(1)) },
  { code: "ArrowDown", key: "↓", does: "safer", do: param("temperature", by(-0.05)) },
  { code: "ArrowUp", key: "↑", does: "bolder", do: param("temperature", by(0.05)) },
  { code: "KeyP", key: "P", does: "policy", do: param("policy", next) },
  { code: "KeyS", key: "S", does: "style", do: param("style", next) },
  { code: "KeyG", key: "G", does: "grid", do: param("chord-grid", next) },
  { code: "KeyC", key: "C", does: "complexity", do: param("complexity", next) },
  { code: "KeyH", key: "H", does: "holdChord", do: param("hold", turn) },
  { code: "KeyU", key: "U", does: "mute", do: param("mute", turn) },
  { code: "KeyB", key: "B", does: "bass", do: param("bass", turn) },
  { code: "KeyM", key: "M", does: "metronome", do: param("metronome", turn) },
  { code: "BracketLeft", key: "[", does: "lower", do: move(-1) },
  { code: "BracketRight", key: "]", does: "higher", do: move(1) },
  { code: "Comma", key: ",", does: "down", do: param("transpose", by(-1)) },
  { code: "Period", key: ".", does: "up", do: param("transpose", by(1)) },
  { code: "KeyR", key: "R", does: "record", do: param("record", turn) },
  {
    code: "KeyV",
    key: "V",
    does: "considered",
    do: () => {
      showsConsidered.value = !showsConsidered.value;
    },
  },
  { code: "KeyI", key: "I", does: "input", do: () => focusControl("#param-in") },
  { code: "KeyJ", key: "J", does: "output", do: () => focusControl("#param-out") },
  { code: "KeyN", key: "N", does: "listen", do: () => focusControl("#param-listen") },
  { code: "KeyL", key: "L", does: "clock", do: () => focusControl("#param-clock") },
  { code: "KeyY", key: "Y", does: "blind", do: () => focusControl("#blind input, #blind button") },
  { code: "KeyZ", key: "Z", does: "undo", do: undo },
  { code: "KeyK", key: "K", does: "default", do: focusDefaults },
  {
    code: "KeyO",
    key: "O",
    does: "sound",
    do: () => {
      on.value = !(on.value ?? !sound.elsewhere.value);
    },
  },
];

/** shortcut runs the shortcut of a key and returns false if there is none. Arrow keys belong to the focused control. */
export function shortcut(e: KeyboardEvent): boolean {
  if (e.key === "?") {
    helping.value = true;
    return true;
  }
  const s = e.shiftKey && shortcuts.find((s) => s.code === e.code);
  if (!s) return false;
  if (s.code.startsWith("Arrow") && ["INPUT", "SELECT"].includes((e.target as HTMLElement).tagName)) return false;
  e.preventDefault();
  if (!e.repeat || s.code.startsWith("Arrow") || s.code.startsWith("Bracket")) s.do(e);
  return true;
}

/** Help lists the keys. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = helping.value;
  useEffect(() => {
    if (shown) dialog.current?.showModal();
  }, [shown]);
  if (!shown) return null;
  const t = texts.value;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it, as Escape does in any browser
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={() => {
        helping.value = false;
      }}
      onClick={(e) => {
        if (e.target === e.currentTarget) e.currentTarget.close();
      }}
    >
      <h2 id="keys-title">{t.keys}</h2>
      <dl>
        <div>
          <dt>
            <kbd>Z</kbd> … <kbd>M</kbd>, <kbd>Q</kbd> … <kbd>P</kbd>
          </dt>
          <dd>{t.play}</dd>
        </div>
        <div>
          <dt>
            <kbd>−</kbd> <kbd>=</kbd>
          </dt>
          <dd>{t.octaveKeys}</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t.panicKey}</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t.showKeys}</dd>
        </div>
        {shortcuts.map((s) => (
          <div key={s.code}>
            <dt>
              <kbd>Shift</kbd> <kbd>{s.key}</kbd>
            </dt>
            <dd>{t.shortcuts[s.does]}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">{t.close}</button>
      </form>
    </dialog>
  );
}
