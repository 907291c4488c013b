// MIDI keyboards at the browser, for keyboards that jamd does not hear. The browser asks for permission after a
// click. The page sends jamd the raw bytes, which jamd reads as it reads those of a port; what was played comes back
// as a message.
import { signal } from "@preact/signals";
import { heardFrom, problem, send } from "./jam";
import { texts } from "./language";
import { sound } from "./sound";

const maxKeyboards = 16,
  maxPacket = 64; // as in ui/player.go

/** browserKeyboards are those that are connected; null until the player asks for them. */
export const browserKeyboards = signal<{ number: number; name: string }[] | null>(null);

const numbers = new Map<string, number>(); // of the keyboards, by the id of the port

export async function connectBrowserMIDI() {
  sound.wake();
  let access: MIDIAccess;
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    problem.value = texts.value.midiForbidden;
    return;
  }
  const listen = () => {
    const inputs = [...access.inputs.values()].filter((input) => input.state === "connected");
    for (const [id, keyboard] of numbers) {
      if (inputs.some((input) => input.id === id)) continue;
      numbers.delete(id);
      send({ type: "left", keyboard });
    }
    for (const input of inputs) {
      const keyboard = number(input.id);
      if (keyboard > 0) input.onmidimessage = (e) => hear(keyboard, e);
    }
    browserKeyboards.value = inputs.map((input) => ({
      number: number(input.id),
      name: input.name ?? texts.value.aKeyboard,
    }));
  };
  access.onstatechange = listen;
  listen();
}

/** number returns the number of a keyboard, 0 if there are too many. */
function number(id: string): number {
  const taken = new Set(numbers.values());
  for (let n = numbers.get(id) ?? 1; n <= maxKeyboards; n++) {
    if (taken.has(n) && numbers.get(id) !== n) continue;
    numbers.set(id, n);
    return n;
  }
  return 0;
}

/** hear sends a packet of a keyboard on. Only SysEx is longer than maxPacket, and jamd ignores it. */
function hear(keyboard: number, e: MIDIMessageEvent) {
  const bytes = [...(e.data ?? [])];
  if (bytes.length <= maxPacket) send({ type: "midi", keyboard, time: e.timeStamp, bytes });
  if ((bytes[0] & 0xf0) === 0x90) heardFrom.value = { source: `browser ${keyboard}` };
}
