// A WAV file of a session, with the sounds of this page. It is rendered faster than it sounds.
import type { Midi } from "@tonejs/midi";
import { texts } from "./language";
import { clickChannel, renderer } from "./sound";

const rate = 44_100; // Hz
const tail = 3; // s after the last note
export const longest = 20 * 60; // s: more would take the browser's memory

/** renderWAV renders a MIDI file. It fails if the file is longer than longest. */
export async function renderWAV(midi: Midi): Promise<Blob> {
  if (midi.duration > longest) throw new Error(texts.value.tooLong);
  const context = new OfflineAudioContext(2, Math.ceil((midi.duration + tail) * rate), rate);
  const play = renderer(context);
  for (const track of midi.tracks) {
    const channel = track.channel + 1;
    if (channel === clickChannel) continue;
    for (const n of track.notes) play(channel, n.midi, Math.round(n.velocity * 127), n.time, n.time + n.duration);
  }
  return encode(await context.startRendering());
}

/** encode writes 16-bit samples behind a RIFF header. */
export function encode(sound: AudioBuffer): Blob {
  const channels = [0, 1].map((n) => sound.getChannelData(n)),
    bytes = sound.length * 4;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const text = (at: number, s: string) => {
    for (const [i, c] of [...s].entries()) view.setUint8(at + i, c.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 4, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  for (let i = 0, at = 44; i < sound.length; i++) {
    for (const c of channels) {
      view.setInt16(at, Math.max(-1, Math.min(1, c[i])) * 32_767, true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}
