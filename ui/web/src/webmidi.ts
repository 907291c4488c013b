// A MIDI keyboard at the browser, for a keyboard that jamd does not hear. The browser asks for permission after a click.
import { signal } from "@preact/signals";
import { play, problem } from "./jam";
import { sound } from "./sound";

/** browserMIDI names the keyboards that are connected; "" if there is none, null until the player asks for them. */
export const browserMIDI = signal<string | null>(null);

export async function connectBrowserMIDI() {
  let access: MIDIAccess;
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    problem.value = "The browser does not let this page use MIDI: allow it in the site settings.";
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
