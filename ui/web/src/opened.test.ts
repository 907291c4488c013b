import { beforeEach, expect, test, vi } from "vitest";

let opened: typeof import("./opened");
const answers = new Map<string, () => void>();

/** settle lets all that was promised come to pass. */
const settle = () => new Promise((done) => setTimeout(done));

beforeEach(async () => {
  answers.clear();
  vi.stubGlobal("fetch", (path: string) => {
    const id = path.split("/").at(-2)!;
    const chart = { chords: [], meters: [], frames: 0 };
    return new Promise((answer) => answers.set(id, () => answer({ ok: true, json: async () => chart })));
  });
  vi.resetModules();
  opened = await import("./opened");
});

test("of two sessions that are opened quickly the second stays open, whichever answer comes first", async () => {
  void opened.turn("first");
  void opened.turn("second");
  answers.get("second")!();
  await settle();
  expect(opened.open.value?.id).toBe("second");
  answers.get("first")!();
  await settle();
  expect(opened.open.value?.id).toBe("second");
});

test("a session that is closed while another one loads leaves none open", async () => {
  void opened.turn("first");
  answers.get("first")!();
  await settle();
  void opened.turn("second");
  void opened.turn("first"); // which closes it
  answers.get("second")!();
  await settle();
  expect(opened.open.value).toBeNull();
});
