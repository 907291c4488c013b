// The sound of this page: buses with volumes, and the notes that sound on them.
import { effect, signal } from "@preact/signals";
import type { Info } from "./protocol";
import { stored } from "./stored";
import { bass, chordSounds, click, type Instrument, piano, type Voice } from "./voices";

export const buses = ["melody", "chords", "bass", "click"] as const;
export type Bus = (typeof buses)[number];

export const volumes = stored<Record<Bus, number>>("volumes", { melody: 0.85, chords: 0.7, bass: 0.75, click: 0.6 });
export const chordSound = stored("chord-sound", "electric piano");
/** on is the player's choice. null means no choice: on, unless a synth plays. */
export const on = stored<boolean | null>("sound", null);
/** awake tells whether the browser lets the page sound. It does so from the first key or touch on. */
export const awake = signal(false);

export const clickChannel = 10,
  downbeatClick = 76; // General MIDI's high wood block

class Sound {
  private context?: AudioContext;
  private waking = false; // the context is about to run: notes wait for it
  private master?: GainNode;
  private analyser?: AnalyserNode;
  private inputs = new Map<Bus, GainNode>();
  private voices = new Map<string, Voice>();
  private chordChannel = 2;
  private bassChannel = 3;
  readonly elsewhere = signal(false); // a synth plays the chords

  /** meet tells the channels of the jam, and whether a synth plays. */
  meet(jam: Info) {
    this.chordChannel = jam.chord_channel;
    this.bassChannel = jam.bass_channel;
    this.elsewhere.value = jam.out !== "" && jam.out !== "jamd out";
  }

  get audible() {
    return on.value ?? !this.elsewhere.value;
  }

  /** prepare builds the sound, which stays silent until wake: after the first touch it would hold up the next ones. */
  prepare() {
    if (!this.context) this.build();
  }

  /** wake starts the sound. Browsers allow this only in the handler of a key or a touch. */
  wake() {
    this.prepare();
    if (this.context!.state === "running") {
      awake.value = true;
      return;
    }
    this.waking = true;
    const over = setTimeout(() => {
      this.waking = false;
    }, 3000); // what is played from then on would only pile up
    void this.context!.resume().then(() => {
      awake.value = true;
      this.waking = false;
      clearTimeout(over);
    });
  }

  private build() {
    const c = (this.context = new AudioContext({ latencyHint: "interactive" }));
    const { master, end, inputs } = mixer(c);
    this.master = master;
    this.inputs = inputs;
    this.analyser = new AnalyserNode(c, { fftSize: 2048 });
    end.connect(this.analyser).connect(c.destination);
    effect(() => {
      for (const bus of buses)
        this.inputs.get(bus)!.gain.setTargetAtTime(volumes.value[bus] ** 2 * 1.6, c.currentTime, 0.02);
      this.master!.gain.setTargetAtTime(this.audible ? 1 : 0, c.currentTime, 0.02);
    });
  }

  melody(midi: [number, number, number]) {
    this.play("melody", piano, midi);
  }

  /** jamd plays a message of jamd; its channel chooses the bus. */
  jamd(midi: [number, number, number]) {
    const channel = (midi[0] & 0x0f) + 1;
    if (channel === clickChannel) this.play("click", click, midi);
    else if (channel === this.bassChannel) this.play("bass", bass, midi);
    else if (channel === this.chordChannel) this.play("chords", chords(), midi);
  }

  /** recorded plays a message of a session's MIDI file. */
  recorded(midi: [number, number, number]) {
    this.play(...partInFile((midi[0] & 0x0f) + 1), midi);
  }

  private play(bus: Bus, instrument: Instrument, [status, pitch, velocity]: [number, number, number]) {
    const kind = status & 0xf0,
      id = `${bus} ${pitch}`;
    if (kind !== 0x90 && kind !== 0x80) return;
    const c = this.context;
    if (!c || (c.state !== "running" && !this.waking)) return;
    this.voices.get(id)?.end(c.currentTime);
    this.voices.delete(id);
    if (kind === 0x90 && velocity > 0)
      this.voices.set(id, instrument(c, this.inputs.get(bus)!, pitch, velocity, c.currentTime));
  }

  /** clickIn sounds a click of this page's own after some ms. It returns false if the page does not sound. */
  clickIn(ms: number, downbeat: boolean, velocity = 100): boolean {
    const c = this.context;
    if (c?.state !== "running") return false;
    click(
      c,
      this.inputs.get("click")!,
      downbeat ? downbeatClick : downbeatClick + 1,
      velocity,
      c.currentTime + ms / 1000,
    );
    return true;
  }

  /** hush ends all notes at once. */
  hush() {
    for (const voice of this.voices.values()) voice.end(0, true);
    this.voices.clear();
  }

  /** level is the present loudness: the root mean square of the last samples, 0 to 1. */
  level(): number {
    if (!this.analyser) return 0;
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const x of samples) sum += x * x;
    return Math.sqrt(sum / samples.length);
  }
}

const chords = (): Instrument => chordSounds[chordSound.value] ?? piano;

/**
 * partInFile returns the bus and the instrument of a channel of a session's MIDI file. They are the same in every file,
 * whatever the channels of the jam were.
 */
export function partInFile(channel: number): [Bus, Instrument] {
  if (channel === 1) return ["melody", piano];
  if (channel === clickChannel) return ["click", click];
  return channel === 3 ? ["bass", bass] : ["chords", chords()];
}

/** mixer makes the buses, a small room for melody and chords, and a limiter at the end. */
function mixer(c: BaseAudioContext) {
  const end = new DynamicsCompressorNode(c, { threshold: -14, ratio: 6, attack: 0.003, release: 0.2 });
  const master = new GainNode(c),
    room = new ConvolverNode(c, { buffer: roomOf(c) }),
    inputs = new Map<Bus, GainNode>();
  master.connect(end);
  room.connect(new GainNode(c, { gain: 0.16 })).connect(master);
  for (const bus of buses) {
    const gain = new GainNode(c);
    gain.connect(master);
    if (bus === "melody" || bus === "chords") gain.connect(room);
    inputs.set(bus, gain);
  }
  return { master, end, inputs };
}

/** renderer returns a function that puts a note of a session's MIDI file into a recording. */
export function renderer(c: OfflineAudioContext) {
  const { end, inputs } = mixer(c);
  end.connect(c.destination);
  for (const bus of buses) inputs.get(bus)!.gain.value = volumes.value[bus] ** 2 * 1.6;
  return (channel: number, pitch: number, velocity: number, from: number, to: number) => {
    const [bus, instrument] = partInFile(channel);
    instrument(c, inputs.get(bus)!, pitch, velocity, from).end(to);
  };
}

/** roomOf is the impulse response of a small room: noise that decays and gets darker. */
function roomOf(c: BaseAudioContext): AudioBuffer {
  const length = Math.round(c.sampleRate * 1.3);
  const buffer = c.createBuffer(2, length, c.sampleRate);
  for (let channel = 0; channel < 2; channel++) {
    const out = buffer.getChannelData(channel);
    let low = 0;
    for (let i = 0; i < length; i++) {
      const t = i / length;
      low += (0.7 - 0.55 * t) * (Math.random() * 2 - 1 - low);
      out[i] = low * (1 - t) ** 3.2;
    }
  }
  return buffer;
}

export const sound = new Sound();
