import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stored } from "./stored";

const kept = new Map<string, string>();
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
};

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", storage);
});
afterEach(() => void vi.unstubAllGlobals());

test("a value is read back on the next visit", () => {
  stored("volume", 1).value = 0.5;
  expect(kept.get("jamd.volume")).toBe("0.5");
  expect(stored("volume", 1).value).toBe(0.5);
});

test("what is no JSON counts as nothing", () => {
  kept.set("jamd.volume", "{");
  expect(stored("volume", 1).value).toBe(1);
});

test("a browser that stores nothing still has the value", () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
  const volume = stored("volume", 1);
  volume.value = 0.5;
  expect(volume.value).toBe(0.5);
});
