// The first screen, until the first note: how to play, how fast, and how to begin.
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { After, hasEnded } from "./after";
import { ask, info, params, set, sought, startOrStop } from "./jam";
import { Keyboards } from "./keyboards";
import { touches } from "./keys";
import { Marked, texts } from "./language";
import { Metre } from "./metre";
import { helping } from "./shortcuts";
import { BeatLight, words } from "./stage";
import { stored } from "./stored";
import { Tempo, tap, taps } from "./tempo";
import { browserKeyboards } from "./webmidi";

type Door = "here" | "keyboard";
type Way = "follow" | "click" | "tap";

const opened = signal<Door | null>(null); // null: the player has not chosen
const chosen = stored<Way>("begins", "follow");

const value = (name: string) => params.value.find((p) => p.name === name)?.value ?? "";

/** door is the open one: the keyboard's if jamd hears a keyboard. */
const door = computed<Door>(() => opened.value ?? (info.value?.in ? "keyboard" : "here"));

/** browser names the keyboards that the browser hears. */
const browser = () => browserKeyboards.value?.map((k) => k.name).join(", ");

/** way is how the jam begins; "" where jamd keeps its own tempo from the first note on. */
const way = computed<Way | "">(() =>
  chosen.value === "click" || value("clock").startsWith("follow") ? chosen.value : "",
);

const ways = { follow: "followMe", click: "clickMeIn", tap: "iTap" } as const;

/** begin chooses how the jam begins. To be followed, the player needs the clock that follows. */
function begin(w: Way) {
  chosen.value = w;
  if (w !== "click" && value("clock") === "internal") void set("clock", "follow");
}

export function Front() {
  const clock = info.value?.waits_for === "clock";
  return (
    <section class="front" aria-label={texts.value.begin}>
      <p class="symbol faint">
        <span class="words">{words()}</span>
      </p>
      {hasEnded() ? <After again={again} /> : <Doors />}
      {!clock && <Pace />}
    </section>
  );
}

/** again begins the next jam as the last one began: with a count-in, or with the first note. */
function again() {
  if (way.value === "click") startOrStop();
}

function Doors() {
  const t = texts.value;
  return (
    <>
      <div class="doors" role="group" aria-label={t.howToPlay}>
        <DoorButton to="here" title={t.playHere} line={touches.value ? t.byTouch : t.byKeys} />
        <DoorButton to="keyboard" title={t.midiKeyboard} line={info.value?.in || browser() || t.noneChosen} />
        <button type="button" class="door" onClick={() => void ask("POST", "demo")}>
          <b>{t.demo}</b>
          <small>{t.demoLine}</small>
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
  const t = texts.value;
  return (
    <p class="panel hint">
      <Marked text={touches.value ? t.touchHint : t.keysHint} />{" "}
      {!touches.value && (
        <button
          type="button"
          class="link"
          onClick={() => {
            helping.value = true;
          }}
        >
          {t.allKeys}
        </button>
      )}
    </p>
  );
}

/** Pace is how fast the jam is, in which metre, and how it begins. */
function Pace() {
  const metronome = value("metronome") === "on",
    t = texts.value;
  return (
    <div class="pace">
      <div class="fast">
        <div>
          <span class="label">{t.tempo}</span>
          <Tempo free={t.tempoFree} />
        </div>
        <Metre />
        <button
          type="button"
          class="hear"
          aria-pressed={metronome}
          aria-label={t.metronome}
          title={t.metronome}
          onClick={() => void set("metronome", metronome ? "off" : "on")}
        >
          <svg viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
            <path d="M7 2h6l4 16H3zM4.5 13h11M10 13l5-9" />
          </svg>
          <span>{t.metronome}</span>
        </button>
        <BeatLight />
      </div>
      <div class="ways" role="group" aria-label={t.howToBegin}>
        {(Object.keys(ways) as Way[]).map((w) => (
          <button type="button" key={w} aria-pressed={way.value === w} onClick={() => begin(w)}>
            {t[ways[w]]}
          </button>
        ))}
      </div>
      <Begin />
    </div>
  );
}

const many = 16; // notes, in which most beats are found

/** Begin is what to do now. */
function Begin() {
  const t = texts.value;
  switch (way.value) {
    case "click":
      return (
        <p class="now">
          <button type="button" class="big" onClick={startOrStop}>
            {t.countIn}
          </button>
          <Hint text={t.countInHint} keys={t.countInKeys} />
        </p>
      );
    case "tap":
      return (
        <p class="now">
          <Tap />
          <Hint text={t.tapHint} keys={t.tapKeys} />
        </p>
      );
  }
  const unsure = way.value === "follow" && sought.value > many;
  return (
    <p class="now">
      {unsure ? (
        <Hint text={t.unsureHint} keys={t.unsureKeys} />
      ) : (
        <Hint text={way.value === "follow" ? t.followHint : t.firstNoteHint} />
      )}
    </p>
  );
}

/** Hint is a line of advice. Its second part is about the keys, which a touch screen has not. */
function Hint({ text, keys }: { text: string; keys?: string }) {
  return (
    <span>
      {text} {keys && !touches.value && <Marked text={keys} />}
    </span>
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
      {texts.value.tap}
      {taps.value.length > 0 && <b> {taps.value.length}</b>}
    </button>
  );
}
