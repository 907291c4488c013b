// The piano on the screen, and the computer's keyboard as a second piano.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { act, held, latest, panic, play } from "./jam";
import { texts } from "./language";
import { giveUp } from "./learn";
import { helping, shortcut } from "./shortcuts";
import { stored } from "./stored";
import { tap } from "./tempo";
import { pitchName } from "./theory";

// Two octaves and a third, by the position of a key, not by its label.
const codes = [
  "KeyZ",
  "KeyS",
  "KeyX",
  "KeyD",
  "KeyC",
  "KeyV",
  "KeyG",
  "KeyB",
  "KeyH",
  "KeyN",
  "KeyJ",
  "KeyM",
  "KeyQ",
  "Digit2",
  "KeyW",
  "Digit3",
  "KeyE",
  "KeyR",
  "Digit5",
  "KeyT",
  "Digit6",
  "KeyY",
  "Digit7",
  "KeyU",
  "KeyI",
  "Digit9",
  "KeyO",
  "Digit0",
  "KeyP",
];

/** touches tells whether the screen is played with fingers, which need wide keys. */
export const touches = signal(false);
const coarse = matchMedia("(pointer: coarse)");
const width = signal(0),
  beside = signal(0); // of the page, and of what stands beside the piano on a low screen, in px
const look = () => {
  touches.value = coarse.matches;
  width.value = document.documentElement.clientWidth;
  beside.value = coarse.matches && innerHeight <= 480 ? 108 : 0;
};
look();
coarse.onchange = look;
addEventListener("resize", look);

const wideKey = 44,
  narrowKey = 30; // px, for fingers and for a mouse
const allWhites = 36; // of five octaves
const playedWhites = 17; // of the computer's keys

/** range returns the lowest and the highest pitch shown. Where few fit, those of the computer's keyboard come first. */
function range(first: number): [lowest: number, highest: number] {
  const whites = Math.floor(
    (width.value - 24 - beside.value) / (touches.value || width.value <= 900 ? wideKey : narrowKey),
  );
  if (whites >= allWhites) return [36, 96];
  const octaves = Math.max(0, Math.floor((whites - playedWhites) / 14));
  const lowest = Math.max(0, first - 12 * octaves);
  let highest = lowest;
  for (let n = 1; n < Math.max(7, whites) && highest < 126; n++) highest += isBlack(highest + 1) ? 2 : 1;
  return [lowest, highest];
}
const isBlack = (pitch: number) => [1, 3, 6, 8, 10].includes(pitch % 12);

export const velocity = stored("velocity", 88);
export const octave = stored("octave", 0); // of the computer's keyboard, from middle C

const down = new Map<string, number>(); // the pitch that each key of the computer's keyboard holds

export function shiftOctave(by: number) {
  octave.value = Math.max(-3, Math.min(3, octave.value + by));
}

/** typing reports whether a key goes into a text field. */
function typing(e: KeyboardEvent) {
  const t = e.target as HTMLElement;
  if (t.tagName === "TEXTAREA") return true;
  return t.tagName === "INPUT" && ["text", "number", "search"].includes((t as HTMLInputElement).type);
}

function press(e: KeyboardEvent) {
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || helping.value) return;
  if (shortcut(e)) return;
  if (e.code === "Escape") giveUp() || panic();
  else if (e.code === "Minus" || e.code === "Equal") shiftOctave(e.code === "Minus" ? -1 : 1);
  else {
    const n = codes.indexOf(e.code);
    if (n < 0) return; // a list that has kept the focus leaves the letters to the piano; arrows choose in it
    e.preventDefault();
    if (e.repeat || down.has(e.code)) return;
    const pitch = 60 + 12 * octave.value + n;
    down.set(e.code, pitch);
    play(pitch, velocity.value, e);
  }
}

function lift(e: KeyboardEvent) {
  const pitch = down.get(e.code);
  if (pitch === undefined) return;
  down.delete(e.code);
  play(pitch, 0, e);
}

/** letGo ends the notes of held keys when the window loses focus: it would not hear of their release. */
function letGo(e: Event) {
  for (const pitch of down.values()) play(pitch, 0, e);
  down.clear();
}

export function useComputerKeys() {
  useEffect(() => {
    addEventListener("keydown", press);
    addEventListener("keyup", lift);
    addEventListener("blur", letGo);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("keyup", lift);
      removeEventListener("blur", letGo);
    };
  }, []);
}

const printed = (code: string) => code.replace(/Key|Digit/, "");

/** Piano is the keyboard on the screen. Each finger, or the mouse, plays the key under it. */
export function Piano() {
  const chord = new Set(latest.value?.pitches ?? []);
  const first = 60 + 12 * octave.value;
  const [lowest, highest] = range(first);
  const whites = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i).filter((p) => !isBlack(p)).length;
  const keys = [];
  for (let pitch = lowest, white = 0; pitch <= highest; pitch++) {
    const black = isBlack(pitch),
      left = white - (black ? 0.31 : 0),
      n = pitch - 60 - 12 * octave.value;
    const classes = ["key", black ? "black" : "white", held.value.has(pitch) && "held", chord.has(pitch) && "chord"];
    keys.push(
      <button
        key={pitch}
        type="button"
        tabIndex={pitch === first ? 0 : -1}
        data-pitch={pitch}
        data-letter={n >= 0 && n < codes.length ? printed(codes[n]) : ""}
        data-octave={pitch % 12 === 0 ? pitchName(pitch) : undefined}
        aria-label={pitchName(pitch)}
        aria-pressed={held.value.has(pitch)}
        class={classes.filter(Boolean).join(" ")}
        ref={(e) => {
          if (e) {
            e.style.left = `${(left / whites) * 100}%`;
            e.style.width = `${((black ? 0.62 : 1) / whites) * 100}%`;
          }
        }}
      />,
    );
    if (!black) white++;
  }
  return (
    <div class="dock">
      {touches.value && <Thumbs lowest={lowest} highest={highest} />}
      <div
        class="piano"
        role="group"
        aria-label={texts.value.pianoLabel}
        onPointerDown={touch}
        onPointerMove={touch}
        onPointerUp={lose}
        onPointerCancel={lose}
        onPointerLeave={lose}
        onContextMenu={(e) => e.preventDefault()}
        onKeyDown={walk}
        onKeyUp={stand}
        onBlurCapture={stand}
      >
        {keys}
      </div>
    </div>
  );
}

/** Thumbs are buttons beside the piano of a touch screen, which has no keys for them. */
function Thumbs({ lowest, highest }: { lowest: number; highest: number }) {
  const t = texts.value;
  return (
    <div class="thumbs">
      <button type="button" aria-label={t.octaveDown} onClick={() => shiftOctave(-1)}>
        ‹
      </button>
      <span>
        {pitchName(lowest)}–{pitchName(highest)}
      </span>
      <button type="button" aria-label={t.octaveUp} onClick={() => shiftOctave(1)}>
        ›
      </button>
      <button type="button" class="wide" onPointerDown={tap}>
        {t.tap}
      </button>
      <button type="button" class="wide" onClick={() => act("one")}>
        {t.thisIsOne}
      </button>
    </div>
  );
}

const fingers = new Map<number, number>(); // the pitch of each pointer

function touch(e: PointerEvent) {
  if (e.type === "pointermove" && !fingers.has(e.pointerId)) return;
  const piano = e.currentTarget as HTMLElement;
  if (e.type === "pointerdown") piano.setPointerCapture(e.pointerId);
  const key = document.elementFromPoint(e.clientX, e.clientY)?.closest<HTMLElement>(".key");
  const pitch = key ? Number(key.dataset.pitch) : undefined,
    old = fingers.get(e.pointerId);
  if (pitch === old) return;
  if (old !== undefined) play(old, 0, e);
  if (pitch === undefined) {
    fingers.set(e.pointerId, -1);
    return;
  }
  fingers.set(e.pointerId, pitch);
  play(pitch, velocity.value, e);
}

function lose(e: PointerEvent) {
  const pitch = fingers.get(e.pointerId);
  if (pitch !== undefined) play(pitch, 0, e);
  fingers.delete(e.pointerId);
}

let walked: number | undefined; // the pitch that the space bar holds

function walk(e: KeyboardEvent) {
  const key = e.target as HTMLElement,
    pitch = Number(key.dataset.pitch);
  if (e.code === "Space" || e.code === "Enter") {
    e.preventDefault();
    if (!e.repeat) {
      walked = pitch;
      play(pitch, velocity.value, e);
    }
  } else if (e.code === "ArrowLeft" || e.code === "ArrowRight") {
    e.preventDefault();
    const next = key.parentElement!.querySelector<HTMLElement>(
      `[data-pitch="${pitch + (e.code === "ArrowLeft" ? -1 : 1)}"]`,
    );
    next?.focus();
  }
}

function stand(e: Event) {
  if (walked !== undefined) play(walked, 0, e);
  walked = undefined;
}
