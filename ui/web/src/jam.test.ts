import { beforeEach, expect, test, vi } from "vitest";
import type { Frame, Info, Message, Param } from "./protocol";

/** A Socket stands for the WebSocket to jamd: the test says what jamd sends. */
class Socket {
  static readonly OPEN = 1;
  static last: Socket;
  readyState = Socket.OPEN;
  sent: unknown[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage = (_: { data: string }) => {};
  constructor() {
    Socket.last = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
}

const info = { waits_for: "note", title: "a jam", chord_channel: 2, bass_channel: 3, out: "", blind: false } as Info;
const param: Param = { name: "tempo", kind: "number", help: "", value: "96" };
const hello: Message = {
  type: "hello",
  client: 7,
  now: 1000,
  jam: info,
  started: false,
  params: [param],
  frames: [],
  chords: [],
  sessions: true,
};
const frame = (frame: number): Frame => ({ type: "frame", frame, at: 1000 + 125 * frame, length: 125 }) as Frame;

let jam: typeof import("./jam");
const receive = (m: Message) => Socket.last.onmessage({ data: JSON.stringify(m) });

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("location", { host: "localhost" });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.resetModules();
  jam = await import("./jam");
  jam.connect();
  Socket.last.onopen();
  receive(hello);
});

test("hello tells all that a page needs", () => {
  expect(jam.connected.value).toBe(true);
  expect(jam.info.value).toEqual(info);
  expect(jam.params.value).toEqual([param]);
  expect(jam.started.value).toBe(false);
  expect(jam.now()).toBeGreaterThanOrEqual(1000);
});

test("jamd learns the time of the page a few times", () => {
  vi.advanceTimersByTime(10_000);
  expect(Socket.last.sent).toHaveLength(5);
  expect(Socket.last.sent[0]).toMatchObject({ type: "time" });
});

test("a note follows the time of the page, unless that was just told", () => {
  vi.advanceTimersByTime(60_000);
  Socket.last.sent = [];
  for (const keyboard of [1, 2]) jam.send({ type: "midi", keyboard, time: 100, bytes: [144, 60, 90] });
  expect(Socket.last.sent).toMatchObject([
    { type: "time", time: performance.now() },
    { type: "midi", keyboard: 1 },
    { type: "midi", keyboard: 2 },
  ]);
});

test("the first frame starts the jam, and only the last frames are kept", () => {
  for (let n = 0; n < 600; n++) receive(frame(n));
  expect(jam.started.value).toBe(true);
  expect(jam.latest.value?.frame).toBe(599);
  expect(jam.frames.map((f) => f.frame)).toEqual(Array.from({ length: 512 }, (_, i) => 88 + i));
});

test("notes of others are held until they end; the page's own are not heard twice", () => {
  receive({ type: "note", at: 1010, midi: [0x90, 60, 80] });
  receive({ type: "note", at: 1010, from: 7, midi: [0x90, 64, 80] });
  expect([...jam.held.value.keys()]).toEqual([60]);
  expect(jam.heardFrom.value.source).toBe("port");
  receive({ type: "note", at: 1020, midi: [0x90, 60, 0] }); // a note on of velocity 0 is a note off
  expect(jam.held.value.size).toBe(0);
});

test.each<Message>([{ type: "panic" }, { type: "lost", messages: 3 }, { type: "end", session: "" }])(
  "$type releases every note",
  (m) => {
    receive({ type: "note", at: 1010, midi: [0x90, 60, 80] });
    receive(m);
    expect(jam.held.value.size).toBe(0);
  },
);

test.each([
  ["a press of Panic", () => jam.panic()],
  ["another page's", () => receive({ type: "panic" })],
])("%s ends the playback of a recorded jam, with its button", async (_, panics) => {
  vi.stubGlobal("fetch", async () => ({ ok: true }));
  const { sound } = await import("./sound");
  const { playBack, playing } = await import("./playback");
  vi.spyOn(sound, "wake").mockImplementation(() => {});
  const recorded = vi.spyOn(sound, "recorded");
  const notes = [0, 1, 2].map((time) => ({ midi: 60, velocity: 1, time, duration: 0.5 }));
  const header = { ppq: 480, timeSignatures: [], ticksToSeconds: (ticks: number) => ticks / 480 };
  playBack({ header, durationTicks: 1440, duration: 3, tracks: [{ channel: 0, notes }] } as never, "loop");
  vi.advanceTimersByTime(1200);
  expect(playing.value).toBe("loop");
  const sounded = recorded.mock.calls.length;
  expect(sounded).toBeGreaterThan(0);
  panics();
  expect(playing.value).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(recorded.mock.calls.length).toBe(sounded);
});

test("notices and errors are worded with their reasons", async () => {
  const why = { code: "preset_unknown" as const, args: { name: "waltz" }, error: "there is no preset" };
  receive({ type: "notice", code: "preset_failed", args: { name: "waltz" }, text: "", why });
  expect(jam.notices.value.at(-1)?.text).toBe("Preset waltz was not used. There is no preset waltz");
  receive({ type: "notice", code: "problem", args: {}, text: "", why: { error: "the policy broke" } });
  expect(jam.notices.value.at(-1)?.text).toBe("the policy broke");
  const answer = { error: "tempo 9: …", code: "out_of_range", args: { setting: "chord-grid", min: "20", max: "400" } };
  const headers = new Headers({ "Content-Type": "application/json" });
  vi.stubGlobal("fetch", async () => ({ ok: false, headers, text: async () => JSON.stringify(answer) }));
  await jam.ask("PUT", "params/tempo");
  expect(jam.problem.value).toBe("Chords change on: must be 20 to 400");
});

test("notes are counted while jamd looks for the beat in them, until a silence", () => {
  receive({ type: "note", at: 1010, midi: [0x90, 60, 80] });
  expect(jam.sought.value).toBe(0); // the first note is beat one
  receive({ ...hello, jam: { ...info, waits_for: "beat" } } as Message);
  for (const at of [1010, 1500, 2000]) receive({ type: "note", at, midi: [0x90, 60, 80] });
  vi.advanceTimersByTime(3900);
  expect(jam.sought.value).toBe(3);
  vi.advanceTimersByTime(200);
  expect(jam.sought.value).toBe(0);
  receive({ type: "note", at: 9000, midi: [0x90, 60, 80] });
  receive(frame(0));
  expect(jam.sought.value).toBe(0);
});

test("chords that are spelt anew are so in the roll too", () => {
  for (let n = 0; n < 8; n++) receive({ ...frame(n), symbol: n < 4 ? "N.C." : "Ebm" });
  receive({
    type: "chart",
    chords: [
      { frame: 0, symbol: "N.C." },
      { frame: 4, symbol: "D#m" },
    ],
  });
  expect(jam.frames.map((f) => f.symbol)).toEqual([...Array(4).fill("N.C."), ...Array(4).fill("D#m")]);
});

test("a tempo that was the player's is not offered as default", async () => {
  const { changed } = await import("./defaults");
  const tempo = { ...param, value: "101", default: "96" };
  receive({ type: "params", now: 1000, frame: 0, jam: { ...info, tempo: 0 }, params: [tempo] } as Message);
  expect(changed()).toEqual([]);
  receive({ type: "params", now: 1000, frame: 0, jam: { ...info, tempo: 101 }, params: [tempo] } as Message);
  expect(changed()).toEqual([tempo]);
});

test("a recorded jam that ends is told until the next one starts", () => {
  receive(frame(0));
  receive({ type: "end", session: "monday" });
  expect(jam.ended.value).toBe("monday");
  expect(jam.started.value).toBe(false);
  expect(jam.between.value).toBe(true);
  receive(hello);
  expect(jam.between.value).toBe(false);
  expect(jam.ended.value).toBe("monday");
  receive(frame(0));
  expect(jam.ended.value).toBeNull();
});

test("the page connects again, and holds nothing meanwhile", () => {
  receive({ type: "note", at: 1010, midi: [0x90, 60, 80] });
  const first = Socket.last;
  first.onclose();
  expect(jam.connected.value).toBe(false);
  expect(jam.held.value.size).toBe(0);
  vi.advanceTimersByTime(250);
  expect(Socket.last).not.toBe(first);
});

test("the song has each chord once, is spelt anew, and stays when the jam ends", () => {
  const sounds = (n: number, symbol: string) => receive({ ...frame(n), symbol });
  for (const [n, symbol] of ["N.C.", "Ebm", "Ebm", "Bbm"].entries()) sounds(n, symbol);
  expect(jam.song.value.map((c) => `${c.frame} ${c.symbol}`)).toEqual(["0 N.C.", "1 Ebm", "3 Bbm"]);
  const respelt = ["N.C.", "D#m", "A#m"].map((symbol, i) => ({ symbol, frame: [0, 1, 3][i] }));
  receive({ type: "chart", chords: respelt });
  sounds(4, "A#m");
  receive({ type: "end", session: "monday" });
  expect(jam.song.value).toEqual(respelt);
  receive(hello);
  expect(jam.song.value).toEqual([]);
});
