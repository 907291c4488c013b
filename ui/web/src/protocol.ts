// The messages of the server; ui/message.go and ui/jam.go define them. Times are milliseconds on the jam's clock.

export interface Info {
  version: string;
  title: string;
  session: string;
  policy: string;
  blind: boolean;
  tempo: number;
  waits_for: "note" | "clock" | "beat" | ""; // before frame 0
  frames_per_beat: number;
  frames_per_bar: number; // at the beginning
  meters: Meter[];
  listen_frames: number;
  in: string;
  tune: boolean;
  out: string;
  chord_channel: number;
  bass_channel: number;
}

/** A Meter is a stretch of bars of one meter, up to the next Meter. A pickup begins before frame 0, in bar 0. */
export interface Meter {
  frame: number;
  bar: number;
  frames_per_beat: number;
  frames_per_bar: number;
}

export interface Param {
  name: string;
  kind: "number" | "whole" | "switch" | "list" | "text" | "action";
  help: string;
  value: string;
  unit?: string;
  min?: number;
  max?: number;
  step?: number;
  knob?: [number, number];
  words?: string[];
  default?: string; // the value that jamd begins with
  fixed?: string; // why it cannot be set now
}

/** A Choice is a chord that the policy considered. */
export interface Choice {
  symbol: string;
  prob: number;
}

export interface Frame {
  type: "frame";
  frame: number;
  at: number;
  length: number;
  melody: number | null;
  onset: boolean;
  symbol: string;
  numeral: string;
  pitches: number[];
  began: boolean;
  listening: boolean;
  missed: boolean;
  skipped: number;
  prob: number;
  considered: Choice[];
  key: string;
  policy: string;
  follow: "" | "finding" | "following" | "holding";
  lead: number;
  step: number;
  late: number;
}

/** An Offer is a button beside a notice: it sets a setting. */
export interface Offer {
  label: string;
  name: string;
  value: string;
}

export type Message =
  | {
      type: "hello";
      client: number;
      now: number;
      jam: Info | null;
      started: boolean;
      params: Param[] | null;
      frames: Frame[];
      sessions: boolean;
    }
  | Frame
  | { type: "note" | "sound"; at: number; from?: number; midi: [number, number, number] }
  | { type: "params"; now: number; frame: number; jam: Info; params: Param[] }
  | { type: "latency"; now: number; figures: Snapshot }
  | { type: "notice"; text: string; offer?: Offer }
  | { type: "end"; session: string }
  | { type: "panic" }
  | { type: "lost"; messages: number };

/** What the page sends; ui/player.go reads it. time is on the page's own clock. */
export type Sent =
  | { type: "note"; on: boolean; pitch: number; velocity: number; time: number }
  | { type: "midi"; keyboard: number; time: number; bytes: number[] } // a packet of a keyboard at the browser
  | { type: "left"; keyboard: number } // a keyboard is gone
  | { type: "time"; time: number }; // so that jamd knows this page's clock before the first note

/** A Spread summarises durations, in nanoseconds. */
export interface Spread {
  count: number;
  p50_ns: number;
  p99_ns: number;
  max_ns: number;
}

export interface Figures {
  frames: number;
  missed: number;
  skipped: number;
  lead: Spread;
  step: Spread;
  late: Spread;
  missed_by: { late_wake: number; slow_step: number; policy_error: number; backlog: number };
}

/** A Snapshot holds the figures of jamd's latency monitor; latency/monitor.go has all of them. */
export interface Snapshot {
  rung: "full" | "faster" | "hold";
  last_10s: Figures;
  last_minute: Figures;
}

export interface Rating {
  adaptation: number;
  control: number;
  enjoyment: number;
}

export interface Session {
  id: string;
  name: string;
  start: string;
  policy: string;
  tempo: number;
  seconds: number;
  chords: number;
  misses: number;
  whole: boolean;
  blind: boolean;
  rating?: Rating;
}
