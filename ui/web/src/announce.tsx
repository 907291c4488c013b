// What a screen reader says of the jam: one polite region for all news, at most once in two seconds. It keeps its
// last words.
import { effect, signal, untracked } from "@preact/signals";
import { between, connected, counted, ended, info, latest, notices, sought, started } from "./jam";
import { texts } from "./language";
import { spokenChord } from "./theory";

const pause = 2000; // ms between two announcements
const mostChords = 4; // of those that came meanwhile

const said = signal("");
let state = "",
  news: string[] = [],
  chords: string[] = [];
let due = 0,
  quietUntil = 0;

/** flush says what has come since the last time: news first, then the state, then the chords. */
function flush() {
  due = 0;
  const words = [...news, state, chords.slice(-mostChords).join(", ")].filter(Boolean).join(". ");
  news = [];
  state = "";
  chords = [];
  if (!words) return;
  said.value = words;
  quietUntil = performance.now() + pause;
}

function soon() {
  if (!due) due = window.setTimeout(flush, Math.max(0, quietUntil - performance.now()));
}

function stateOf(): string {
  const jam = info.value,
    t = texts.value.said;
  if (!connected.value) return t.connecting;
  if (!jam || between.value) return t.gettingReady;
  if (!started.value) {
    if (sought.value > 0) return texts.value.findingBeat;
    return jam.tune ? t.tuneBegins : counted.value ? t.countingIn : t[jam.waits_for];
  }
  if (latest.value?.listening) return t.listening;
  return jam.tune ? t.tunePlays : t.playing;
}

let known = "";
effect(() => {
  const now = stateOf();
  if (now === known) return;
  known = state = now;
  untracked(soon);
});

effect(() => {
  const f = latest.value;
  if (!f?.began) return;
  const chord = spokenChord(f.symbol);
  if (chords.at(-1) !== chord) chords.push(chord);
  untracked(soon);
});

effect(() => {
  if (!ended.value) return;
  news.push(texts.peek().said.kept); // the next jam is soon ready: what is said of it must not hide this
  untracked(soon);
});

let heard = 0; // the id of the last notice that was said
effect(() => {
  for (const n of notices.value)
    if (n.id > heard) {
      heard = n.id;
      news.push(n.text);
      untracked(soon);
    }
});

export function Announcer() {
  return (
    <p class="spoken" role="status">
      {said.value}
    </p>
  );
}
