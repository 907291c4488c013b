// A MIDI keyboard at the browser, for a keyboard that jamd does not hear. The browser asks for permission after a click.
import { signal } from "@preact/signals";
import { control, play, problem } from "./jam";
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
    for (const id of keyboards.keys()) if (!inputs.some((input) => input.id === id)) letGo(id);
    for (const input of inputs) input.onmidimessage = (e) => hear(input.id, e);
    browserMIDI.value = inputs.map((input) => input.name ?? "a keyboard").join(", ");
  };
  access.onstatechange = listen;
  listen();
}

const sustain = 64, sostenuto = 66, allSoundOff = 120, allNotesOff = 123;

/** Held is what a keyboard holds: notes, each with its channel, and pedals. */
type Held = { notes: Map<string, number>; pedals: Set<number> };

const keyboards = new Map<string, Held>(); // by the id of the port

function heldBy(id: string): Held {
  let held = keyboards.get(id);
  if (!held) keyboards.set(id, (held = { notes: new Map(), pedals: new Set() }));
  return held;
}

/** letGo releases what a keyboard holds, once it is gone. */
function letGo(id: string) {
  const held = heldBy(id);
  keyboards.delete(id);
  for (const pitch of held.notes.values()) play(pitch, 0);
  for (const pedal of held.pedals) control(pedal, 0);
}

/** hear takes one message of a keyboard; browsers deliver whole messages. */
function hear(id: string, e: MIDIMessageEvent) {
  const [status, data1, data2] = e.data ?? [];
  const kind = status & 0xf0, note = `${status & 0x0f} ${data1}`, { notes, pedals } = heldBy(id);
  if (kind === 0x90 && data2 > 0) {
    sound.wake();
    notes.set(note, data1);
    play(data1, data2);
  } else if (kind === 0x80 || kind === 0x90) {
    notes.delete(note);
    play(data1, 0);
  } else if (kind === 0xb0 && (data1 === sustain || data1 === sostenuto)) {
    if (data2 >= 64) pedals.add(data1);
    else pedals.delete(data1);
    control(data1, data2);
  } else if (kind === 0xb0 && (data1 === allSoundOff || data1 >= allNotesOff)) {
    for (const [key, pitch] of notes) {
      if (!key.startsWith(`${status & 0x0f} `)) continue;
      notes.delete(key);
      play(pitch, 0);
    }
    if (data1 === allSoundOff) control(data1, 0);
  }
}
