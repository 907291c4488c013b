// The first screen, until the first note: how to play, how fast, and how to begin.
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { After, kept } from "./after";
import { ask, info, params, set, startOrStop } from "./jam";
import { Keyboards } from "./keyboards";
import { touches } from "./keys";
import { Metre } from "./metre";
import { helping } from "./shortcuts";
import { BeatLight, words } from "./stage";
import { stored } from "./stored";
import { Tempo, tap, taps } from "./tempo";

type Door = "here" | "keyboard";
type Way = "follow" | "click" | "tap";

const opened = signal<Door | null>(null); // null: the player has not chosen
const chosen = stored<Way>("begins", "follow");

const value = (name: string) => params.value.find((p) => p.name === name)?.value ?? "";

/** door is the open one: the keyboard's if jamd hears a keyboard. */
const door = computed<Door>(() => opened.value ?? (info.value?.in ? "keyboard" : "here"));

/** way is how the jam begins; "" where jamd keeps its own tempo from the first note on. */
const way = computed<Way | "">(() =>
  chosen.value === "click" || value("clock").startsWith("follow") ? chosen.value : "",
);

const ways: [Way, string][] = [
  ["follow", "Follow me"],
  ["click", "Click me in"],
  ["tap", "I tap"],
];

/** begin chooses how the jam begins. To be followed, the player needs the clock that follows. */
function begin(w: Way) {
  chosen.value = w;
  if (w !== "click" && value("clock") === "internal") void set("clock", "follow");
}

export function Front() {
  const clock = info.value?.waits_for === "clock";
  return (
    <section class="front" aria-label="Begin">
      <p class="symbol faint">
        <span class="words">{words()}</span>
      </p>
      {kept() ? <After again={again} /> : <Doors />}
      {!clock && <Pace />}
    </section>
  );
}

/** again begins the next jam as the last one began: with a count-in, or with the first note. */
function again() {
  if (way.value === "click") startOrStop();
}

function Doors() {
  return (
    <>
      <div class="doors" role="group" aria-label="How do you want to play?">
        <DoorButton to="here" title="Play here" line={touches.value ? "touch the piano" : "computer keys, mouse"} />
        <DoorButton to="keyboard" title="MIDI keyboard" line={info.value?.in || "none chosen yet"} />
        <button type="button" class="door" onClick={() => void ask("POST", "demo")}>
          <b>Watch a demo</b>
          <small>a tune plays by itself</small>
        </button>
      </div>
      {door.value === "keyboard" ? <Keyboards /> : <Here />}
    </>
  );
}

function DoorButton({ to, title, line }: { to: Door; title: string; line: string }) {
  return (
    <button
      type="button"
      class="door"
      aria-pressed={door.value === to}
      onClick={() => {
        opened.value = to;
      }}
    >
      <b>{title}</b>
      <small>{line}</small>
    </button>
  );
}

function Here() {
  return (
    <p class="panel hint">
      {touches.value ? (
        <>
          Touch the piano; turn the phone for more keys. <b>Stop</b> keeps the jam, <b>Panic</b> only silences it.
        </>
      ) : (
        <>
          <kbd>Z</kbd>…<kbd>M</kbd> and <kbd>Q</kbd>…<kbd>P</kbd> are the piano, with the black keys above them;{" "}
          <kbd>−</kbd> <kbd>=</kbd> shift the octave. <kbd>Shift</kbd> <kbd>⏎</kbd> stops and keeps the jam;{" "}
          <kbd>Esc</kbd> only silences every note.{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              helping.value = true;
            }}
          >
            All keys
          </button>
        </>
      )}
    </p>
  );
}

/** Pace is how fast the jam is, in which metre, and how it begins. */
function Pace() {
  const metronome = value("metronome") === "on";
  return (
    <div class="pace">
      <div class="fast">
        <div>
          <span class="label">Tempo</span>
          <Tempo free="yours" />
        </div>
        <Metre />
        <button
          type="button"
          class="hear"
          aria-pressed={metronome}
          aria-label="Metronome"
          title="Metronome"
          onClick={() => void set("metronome", metronome ? "off" : "on")}
        >
          <svg viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
            <path d="M7 2h6l4 16H3zM4.5 13h11M10 13l5-9" />
          </svg>
          <span>Metronome</span>
        </button>
        <BeatLight />
      </div>
      <div class="ways" role="group" aria-label="How does it begin?">
        {ways.map(([w, title]) => (
          <button type="button" key={w} aria-pressed={way.value === w} onClick={() => begin(w)}>
            {title}
          </button>
        ))}
      </div>
      <Begin />
    </div>
  );
}

/** Begin is what to do now. */
function Begin() {
  switch (way.value) {
    case "click":
      return (
        <p class="now">
          <button type="button" class="big" onClick={startOrStop}>
            Count in
          </button>
          <span>
            A bar of clicks at this tempo, and you play.
            {!touches.value && (
              <>
                {" "}
                <kbd>Shift</kbd> <kbd>⏎</kbd> does the same.
              </>
            )}
          </span>
        </p>
      );
    case "tap":
      return (
        <p class="now">
          <Tap />
          <span>
            Tap a bar on the beat, and play on from the next one.
            {!touches.value && (
              <>
                {" "}
                <kbd>Space</kbd> taps too.
              </>
            )}
          </span>
        </p>
      );
    case "follow":
      return (
        <p class="now">
          <span>
            Just play. jamd finds your beat, comes in on a bar line when it is sure, and moves with you. A tempo, if you
            know it, helps.
          </span>
        </p>
      );
  }
  return (
    <p class="now">
      <span>Your first note is beat one, and the tempo stays as it is set.</span>
    </p>
  );
}

/** Tap is a large key to tap on. The space bar taps too, unless another control has the focus. */
function Tap() {
  const button = useRef<HTMLButtonElement>(null),
    done = useRef(false);
  useEffect(() => {
    const space = (e: KeyboardEvent) => {
      if (e.code !== "Space" || e.repeat || ![document.body, button.current].includes(e.target as HTMLButtonElement))
        return;
      e.preventDefault();
      tap(e);
    };
    addEventListener("keydown", space);
    return () => removeEventListener("keydown", space);
  }, []);
  return (
    // a press counts when it begins; a click without one comes from a screen reader
    <button
      type="button"
      class="big"
      ref={button}
      onPointerDown={(e) => {
        done.current = true;
        tap(e);
      }}
      onClick={(e) => {
        if (!done.current) tap(e);
        done.current = false;
      }}
    >
      Tap{taps.value.length > 0 && <b> {taps.value.length}</b>}
    </button>
  );
}
