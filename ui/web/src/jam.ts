// The jam as this page knows it: what the server has sent, and the requests to the server.
import { signal } from "@preact/signals";
import { texts } from "./language";
import { titleOf } from "./names";
import { halt } from "./playback";
import type { ChartChord, Frame, Info, Message, Notice, Offer, Param, Sent, Snapshot } from "./protocol";
import { reasonOf } from "./reasons";
import { clickChannel, downbeatClick, sound } from "./sound";

const remembered = 512; // frames

export const connected = signal(false);
export const info = signal<Info | null>(null);
export const started = signal(false);
export const between = signal(false); // one jam is over and the next one is not ready yet
export const params = signal<Param[]>([]);
export const recordsSessions = signal(false);
export const latest = signal<Frame | null>(null);
export const ended = signal<string | null>(null); // the session that the last jam was recorded as
export const endedBlind = signal(false); // its policy was hidden
export const problem = signal("");
export const figures = signal<Snapshot | null>(null);
export const heardFrom = signal({ source: "" }); // the keyboard of the last note: "port", or "browser" and its number
export const counted = signal(0); // the beat of the count-in that was clicked last; 0 before it
/** notices are the last few, each for a short time. */
export const notices = signal<{ id: number; text: string; button?: Button }[]>([]);
export const song = signal<readonly ChartChord[]>([]); // the chords of the jam so far; they stay when it ends
export const held = signal<ReadonlyMap<number, number>>(new Map()); // the pitches that the player holds, and since when

/** sought counts the notes in which jamd has looked for the player's beat since the last silence; 0 while it waits. */
export const sought = signal(0);

/** The last frames, in order. They are drawn on a canvas, so they are no signal. */
export const frames: Frame[] = [];

/** A Button beside a notice. After a press that succeeds the notice is gone. */
export interface Button {
  label: string;
  press: () => Promise<boolean>;
}

let socket: WebSocket | undefined;
let client = 0;
let offset = Infinity; // from the jam's clock to this page's, in ms
let failures = 0; // to connect, in a row

/** now is the time on the jam's clock, estimated from the fastest message. */
export function now(): number {
  return offset === Infinity ? 0 : performance.now() - offset;
}

function tick(at: number) {
  // The fastest message gives the best estimate. The slow rise corrects for clocks that drift apart.
  offset = Math.min(offset + 0.001, performance.now() - at);
}

export function connect() {
  socket = new WebSocket(`ws://${location.host}/api/events`);
  socket.onmessage = (e) => receive(JSON.parse(e.data));
  socket.onopen = () => {
    connected.value = true;
    failures = 0;
    tellTime();
  };
  socket.onclose = () => {
    if (connected.value) sound.hush();
    connected.value = false;
    held.value = new Map(); // jamd has released it too
    setTimeout(connect, Math.min(4000, 250 * 2 ** failures++));
  };
}

/** tellTime tells jamd the time of this page a few times, so that it knows how old the first note is. */
function tellTime(times = 5) {
  send({ type: "time", time: performance.now() });
  if (times > 1) setTimeout(tellTime, 300, times - 1);
}

function receive(m: Message) {
  switch (m.type) {
    case "hello":
      client = m.client;
      offset = m.jam ? performance.now() - m.now : Infinity;
      info.value = m.jam;
      params.value = m.params ?? [];
      started.value = m.started;
      between.value = !m.jam;
      counted.value = 0;
      seek(0);
      recordsSessions.value = m.sessions;
      figures.value = null;
      frames.splice(0, frames.length, ...m.frames);
      song.value = m.chords;
      latest.value = m.frames.at(-1) ?? null;
      if (m.jam) sound.meet(m.jam);
      performance.mark("told"); // tests measure the time until the page knows the jam, and until it shows it
      requestAnimationFrame(() => performance.mark("ready"));
      return;
    case "frame":
      tick(m.at);
      if (!started.value) seek(0);
      started.value = true;
      ended.value = null;
      frames.push(m);
      if (frames.length > remembered) frames.splice(0, frames.length - remembered);
      if (m.symbol !== song.peek().at(-1)?.symbol) song.value = [...song.peek(), { frame: m.frame, symbol: m.symbol }];
      latest.value = m;
      return;
    case "chart":
      song.value = m.chords;
      respell(m.chords);
      return;
    case "note":
      if (info.value) tick(m.at); // between two jams there is no clock
      if (m.from === undefined && (m.midi[0] & 0xf0) === 0x90) heardFrom.value = { source: "port" };
      if (m.from !== client) hear(m.midi);
      return;
    case "sound":
      tick(m.at);
      sound.jamd(m.midi);
      if (!started.value) countIn(m.midi);
      return;
    case "params":
      info.value = m.jam;
      sound.meet(m.jam);
      params.value = m.params;
      return;
    case "latency":
      figures.value = m.figures;
      return;
    case "notice":
      notice(wordsOf(m), m.offer && offered(m.offer));
      return;
    case "end":
      sound.hush();
      held.value = new Map();
      if (m.session) {
        ended.value = m.session;
        endedBlind.value = info.value?.blind ?? false;
      }
      latest.value = null;
      started.value = false;
      between.value = true;
      return;
    case "panic":
      silence();
      return;
    case "lost": // a lost message may have been the end of a note
      sound.hush();
      held.value = new Map();
  }
}

/** respell spells the chords of the last frames as those of the song. */
function respell(chords: readonly ChartChord[]) {
  let i = chords.length - 1;
  for (const f of frames.toReversed()) {
    while (i >= 0 && chords[i].frame > f.frame) i--;
    if (i < 0) return;
    f.symbol = chords[i].symbol;
  }
}

/** countIn counts the clicks before frame 0. The first click of a bar is higher. */
function countIn([status, pitch, velocity]: [number, number, number]) {
  if (status === (0x90 | (clickChannel - 1)) && velocity > 0)
    counted.value = pitch === downbeatClick ? 1 : counted.value + 1;
}

/** wordsOf words a notice, and why it is so. */
function wordsOf({ code, args, why }: Notice): string {
  const words = { ...args };
  if (words.setting) words.setting = titleOf(words.setting);
  if (why) words.why = reasonOf(why);
  return texts.peek().notice[code](words);
}

const offered = ({ label, name, value }: Offer): Button => ({
  label: name === "clock" ? texts.peek().followMe : label,
  press: () => set(name, value),
});

let noticed = 0;

/**
 * notice shows a notice for a short time, or for a minute if it has a button, and returns what ends it sooner. A
 * repeated notice is shown once.
 */
export function notice(text: string, button?: Button): () => void {
  const id = ++noticed;
  const end = () => {
    notices.value = notices.value.filter((n) => n.id !== id);
  };
  notices.value = [...notices.value.filter((n) => n.text !== text), { id, text, button }].slice(-3);
  setTimeout(end, button ? 60_000 : 12_000);
  return end;
}

/** hear sounds and shows a message of a keyboard. */
function hear(midi: [number, number, number]) {
  sound.melody(midi);
  const [status, data1, data2] = midi,
    kind = status & 0xf0;
  if (kind === 0x90 || kind === 0x80) hold(data1, kind === 0x90 && data2 > 0);
  else if (kind === 0xb0 && (data1 === allSoundOff || data1 >= allNotesOff)) held.value = new Map();
}

const allSoundOff = 120,
  allNotesOff = 123; // so do the mode messages after it

function hold(pitch: number, on: boolean) {
  const next = new Map(held.value);
  if (on) next.set(pitch, now());
  else next.delete(pitch);
  held.value = next;
  if (on && !started.value && info.value?.waits_for === "beat") seek(sought.value + 1);
}

const patience = 4000; // ms without a note, after which the player seems to have stopped
let gaveUp: ReturnType<typeof setTimeout> | undefined;

function seek(notes: number) {
  sought.value = notes;
  clearTimeout(gaveUp);
  if (notes > 0) gaveUp = setTimeout(seek, patience, 0);
}

/** play sends a note of this page's own keys to the jam, and then sounds it. */
export function play(pitch: number, velocity: number, event: Event) {
  const on = velocity > 0;
  if (pitch < 0 || pitch > 127 || on === held.value.has(pitch)) return;
  send({ type: "note", on, pitch, velocity, time: timeOf(event) });
  if (on) sound.wake();
  sound.melody([on ? 0x90 : 0x80, pitch, velocity]);
  hold(pitch, on);
}

/** timeOf returns when an event happened on this page's clock. Old browsers count events by another clock. */
function timeOf(event: Event): number {
  const time = performance.now();
  return event.timeStamp <= time && time - event.timeStamp < 10_000 ? event.timeStamp : time;
}

const fresh = 1000; // ms for which jamd knows the time of this page

let told = -Infinity; // when jamd was told the time

/**
 * send sends what the player does to the jam. The time of this page goes before what has a time: it is never late,
 * however late a busy browser is with what the player did, and so jamd knows how old that is.
 */
export function send(message: Sent) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const time = performance.now();
  if (message.type === "time") told = time;
  else if ("time" in message && time - told > fresh) send({ type: "time", time });
  socket.send(JSON.stringify(message));
}

/** ask sends a request to the API. It shows the error, if there is one, and returns null, as it does when aborted. */
export async function ask(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response | null> {
  try {
    const response = await fetch(`/api/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if (response.ok) return response;
    const text = await response.text();
    problem.value = response.headers.get("Content-Type") === "application/json" ? reasonOf(JSON.parse(text)) : text;
  } catch {
    if (!signal?.aborted) problem.value = texts.value.noAnswer;
  }
  return null;
}

export function panic() {
  silence();
  void ask("POST", "panic");
}

/** silence ends all that sounds on this page, a recorded jam too. */
function silence() {
  halt();
  sound.hush();
  held.value = new Map();
}

/** running reports whether the jam plays or counts in. */
export const running = () => started.value || (!between.value && info.value?.waits_for === "");

export function startOrStop() {
  if (info.value) void ask("POST", running() ? "stop" : "start");
}

const asking = new Map<string, Promise<boolean>>(); // settings with a request under way
const wanted = new Map<string, string>(); // their newest values

/**
 * set asks for a setting and returns false if jamd refuses. While a request is under way, only the newest value waits,
 * so a slider asks no faster than jamd answers.
 */
export function set(name: string, value: string): Promise<boolean> {
  wanted.set(name, value);
  const answer = asking.get(name) ?? request(name);
  asking.set(name, answer);
  return answer;
}

async function request(name: string): Promise<boolean> {
  let accepted = true;
  for (let sent: string | undefined; sent !== wanted.get(name); ) {
    sent = wanted.get(name)!;
    accepted = (await ask("PUT", `params/${encodeURIComponent(name)}`, { value: sent })) !== null;
  }
  asking.delete(name);
  return accepted;
}

/** act asks for an action. */
export function act(name: string) {
  void ask("PUT", `params/${encodeURIComponent(name)}`, { value: "" });
}
