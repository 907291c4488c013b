// The instruments. Each starts a note on a bus and returns a Voice that ends it.
import { sample } from "./piano";

/** A Voice is a sounding note. end releases it, fast or with the release of the instrument. */
export interface Voice {
  end(at: number, fast?: boolean): void;
}
export type Instrument = (c: BaseAudioContext, to: AudioNode, pitch: number, velocity: number, at: number) => Voice;

const hertz = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12);
const loudness = (velocity: number) => 0.08 + 0.92 * (velocity / 127) ** 1.7;

/** release returns a Voice that fades a gain out and stops its sources. */
function release(c: BaseAudioContext, gain: GainNode, sources: AudioScheduledSourceNode[], time: number): Voice {
  return {
    end(at, fast) {
      const t = Math.max(at, c.currentTime),
        fade = fast ? 0.012 : time;
      gain.gain.cancelScheduledValues(t);
      gain.gain.setTargetAtTime(0, t, fade);
      for (const s of sources) s.stop(t + fade * 8);
    },
  };
}

export const piano: Instrument = (c, to, pitch, velocity, at) => {
  const { buffer, speed } = sample(pitch);
  const source = new AudioBufferSourceNode(c, { buffer, playbackRate: speed });
  const tone = new BiquadFilterNode(c, {
    type: "lowpass",
    frequency: Math.min(11_000, 900 + hertz(pitch) * 2 + 60 * velocity),
    Q: 0.3,
  });
  const gain = new GainNode(c, { gain: 0.62 * loudness(velocity) });
  const place = new StereoPannerNode(c, { pan: Math.max(-0.5, Math.min(0.5, (pitch - 62) / 60)) });
  source.connect(tone).connect(gain).connect(place).connect(to);
  source.start(at);
  return release(c, gain, [source], 0.07);
};

/** electric is an electric piano by frequency modulation. The modulation decreases as the note decays. */
export const electric: Instrument = (c, to, pitch, velocity, at) => {
  const f = hertz(pitch),
    hard = velocity / 127;
  const carrier = new OscillatorNode(c, { frequency: f });
  const bender = new OscillatorNode(c, { frequency: f });
  const tine = new OscillatorNode(c, { frequency: f * 7.01 });
  const bend = new GainNode(c),
    ping = new GainNode(c),
    gain = new GainNode(c, { gain: 0 });
  bend.gain.setValueAtTime(f * (0.5 + 1.6 * hard), at);
  bend.gain.setTargetAtTime(f * 0.25, at, 0.35);
  ping.gain.setValueAtTime(0.05 * hard, at);
  ping.gain.setTargetAtTime(0, at, 0.05);
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.26 * loudness(velocity), at + 0.004);
  gain.gain.setTargetAtTime(0.09 * loudness(velocity), at + 0.004, 1.1);
  bender.connect(bend).connect(carrier.frequency);
  carrier.connect(gain);
  tine.connect(ping).connect(gain);
  gain.connect(to);
  for (const o of [carrier, bender, tine]) o.start(at);
  return release(c, gain, [carrier, bender, tine], 0.09);
};

/** pad is three soft sawtooth waves through a low-pass filter that opens slowly. */
export const pad: Instrument = (c, to, pitch, velocity, at) => {
  const f = hertz(pitch);
  const tone = new BiquadFilterNode(c, { type: "lowpass", frequency: 350 + f, Q: 0.4 });
  tone.frequency.setTargetAtTime(900 + 1.6 * f + 8 * velocity, at, 0.5);
  const gain = new GainNode(c, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.setTargetAtTime(0.085 * loudness(velocity), at, 0.06);
  const saws = [-7, 0, 6].map((detune) => new OscillatorNode(c, { type: "sawtooth", frequency: f, detune }));
  for (const s of saws) {
    s.connect(tone);
    s.start(at);
  }
  tone.connect(gain).connect(to);
  return release(c, gain, saws, 0.18);
};

export const bass: Instrument = (c, to, pitch, velocity, at) => {
  const f = hertz(pitch);
  const body = new OscillatorNode(c, { type: "triangle", frequency: f });
  const edge = new OscillatorNode(c, { type: "sawtooth", frequency: f });
  const tone = new BiquadFilterNode(c, { type: "lowpass", frequency: 900, Q: 0.8 });
  tone.frequency.setTargetAtTime(220, at, 0.14);
  const soft = new GainNode(c, { gain: 0.35 }),
    gain = new GainNode(c, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.5 * loudness(velocity), at + 0.006);
  gain.gain.setTargetAtTime(0.22 * loudness(velocity), at + 0.006, 0.8);
  edge.connect(soft).connect(tone);
  body.connect(tone).connect(gain).connect(to);
  for (const o of [body, edge]) o.start(at);
  return release(c, gain, [body, edge], 0.05);
};

/** click is the metronome: higher on the downbeat (General MIDI's high wood block). */
export const click: Instrument = (c, to, pitch, velocity, at) => {
  const o = new OscillatorNode(c, { frequency: pitch === 76 ? 1760 : 1175 });
  const gain = new GainNode(c, { gain: 0 });
  gain.gain.setValueAtTime(0.3 * loudness(velocity), at);
  gain.gain.setTargetAtTime(0, at, 0.014);
  o.connect(gain).connect(to);
  o.start(at);
  o.stop(at + 0.15);
  return { end: () => undefined };
};

export const chordSounds: Record<string, Instrument> = { "electric piano": electric, piano, pad };
