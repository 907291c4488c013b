// A MIDI keyboard that the browser hears, where jamd does not: the browser asks for permission, on a click and no sooner.
import { signal } from "@preact/signals";
import { play, problem } from "./jam";
import { sound } from "./sound";

/** browserMIDI names the keyboards that are heard; "" while there is none, null until the player wants them. */
export const browserMIDI = signal<string | null>(null);

export async function connectBrowserMIDI() {
  let access: MIDIAccess;
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    problem.value = "The browser does not let this page hear MIDI: its site settings can allow it.";
    return;
  }
  const listen = () => {
    const inputs = [...access.inputs.values()].filter((input) => input.state === "connected");
    for (const input of inputs) input.onmidimessage = hear;
    browserMIDI.value = inputs.map((input) => input.name ?? "a keyboard").join(", ");
  };
  access.onstatechange = listen;
  listen();
}

function hear(e: MIDIMessageEvent) {
  const [status, pitch, velocity] = e.data ?? [];
  const kind = status & 0xf0;
  if (kind !== 0x90 && kind !== 0x80) return;
  sound.wake();
  play(pitch, kind === 0x90 ? velocity : 0);
}
