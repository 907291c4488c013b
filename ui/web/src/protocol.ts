// Generated from ui/openapi.yaml by protocol.mjs. Change that file, and run `make page`.
/** The most characters of a comment. */
export const maxComment = 500;
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A jam that runs, or waits */
        Info: {
            version: string;
            title: string;
            /** @description Id that it is recorded under; "" if it cannot be recorded */
            session: string;
            /**
             * @description Before frame 0: the player's first note, a clock, the beat of a player who is followed, or nothing if it counts in
             * @enum {string}
             */
            waits_for: "note" | "clock" | "beat" | "";
            policy: string;
            /** @description The policy's name is hidden until the jam is rated */
            blind: boolean;
            trial?: components["schemas"]["Trial"];
            tempo: number;
            /** @description At the beginning */
            frames_per_beat: number;
            frames_per_bar: number;
            /** @description The stretches of bars of one meter, in order; a file may change its meter */
            meters: components["schemas"]["Meter"][];
            /** @description During which jamd only listens */
            listen_frames: number;
            /** @description A file plays the melody, and nobody else */
            tune: boolean;
            /** @description The settings that /api/undo would take back */
            undo: string[];
            /** @description MIDI learn, as /api/learned has it */
            learned: components["schemas"]["Learned"][];
            /** @description Port or file that the melody comes from; "" for the page */
            in: string;
            /** @description Port that the chords go to; "" for none */
            out: string;
            chord_channel: number;
            bass_channel: number;
        };
        /** @description A stretch of bars of one meter, up to the next Meter */
        Meter: {
            /** @description Of the first bar line; before 0 if the music begins with a pickup */
            frame: number;
            /** @description Number of the first bar: from 1, or 0 for a pickup */
            bar: number;
            frames_per_beat: number;
            frames_per_bar: number;
            /** @description Frames of the bar at which a group of beats begins, as in 2+2+3/8; absent in most meters */
            groups?: number[];
        };
        Status: {
            jam: components["schemas"]["Info"] | null;
            started: boolean;
            /** @description That are open */
            pages: number;
            /** @description Messages that the queues of pages dropped */
            lost: number;
        };
        Param: {
            name: string;
            /** @enum {string} */
            kind: "number" | "whole" | "switch" | "list" | "text" | "action";
            help: string;
            unit?: string;
            min?: number;
            max?: number;
            step?: number;
            words?: string[];
            /** @description Of a number: the range of a slider */
            knob?: [
                number,
                number
            ];
            /** @description In force, or asked for and not in force yet */
            value: string;
            /** @description That jamd begins with; absent if it cannot be saved */
            default?: string;
            /** @description Why it cannot be set now, in English; absent if it can */
            fixed?: string;
            fixed_code?: components["schemas"]["ReasonCode"];
            /** @description A knob or key can be learned for it without a value; absent if not */
            learns?: boolean;
        };
        Note: {
            /** @enum {string} */
            type: "note";
            on: boolean;
            pitch: number;
            /** @description At least 1 if on */
            velocity?: number;
            time?: components["schemas"]["ClientTime"];
        };
        Pedal: {
            /** @enum {string} */
            type: "control";
            /**
             * @description Sustain, sostenuto, all sound off, all notes off and the mode messages
             * @enum {integer}
             */
            controller: 64 | 66 | 120 | 123 | 124 | 125 | 126 | 127;
            /** @description From 64 on a pedal is down */
            value?: number;
            time?: components["schemas"]["ClientTime"];
        };
        /** @description When it happened, in milliseconds on the client's own clock; over the WebSocket only. The quickest message sets the two clocks */
        ClientTime: number;
        /** @description A packet of MIDI bytes from a keyboard at the client. The server reads it as it reads those of a port, valid or not: running status within a packet, no SysEx, no clock. What was heard comes back as note, without "from". */
        Keyboard: {
            /** @enum {string} */
            type: "midi";
            keyboard: number;
            time?: components["schemas"]["ClientTime"];
            bytes: number[];
        };
        /** @description A keyboard is gone; what it holds is released */
        Left: {
            /** @enum {string} */
            type: "left";
            keyboard: number;
        };
        /** @description What a client may send over the WebSocket */
        Sent: components["schemas"]["Note"] | components["schemas"]["Pedal"] | components["schemas"]["Keyboard"] | components["schemas"]["Left"] | components["schemas"]["Time"];
        /** @description The time on the page's own clock, so that the age of the first note is known */
        Time: {
            /** @enum {string} */
            type: "time";
            /** @description In ms */
            time: number;
        };
        /** @description What happened at a line of the grid */
        Frame: {
            /** @enum {string} */
            type: "frame";
            frame: number;
            /** @description Time of the line */
            at: number;
            /** @description How much later the frame sounds, in frames; not there if it is not */
            swung?: number;
            /** @description Of a frame */
            length: number;
            /** @description Pitch in the frame before; null for silence */
            melody: number | null;
            /** @description The note began there */
            onset: boolean;
            /** @description Of the chord that sounds, spelt in the key; N.C. for none */
            symbol: string;
            /** @description The chord's function in the key, such as V7, ii7 or bVII; "" while the key is not known, and for no chord */
            numeral: string;
            pitches: number[];
            /** @description The chord was struck at this line */
            began: boolean;
            listening: boolean;
            /** @description The policy was late: the chord before went on */
            missed: boolean;
            /** @description Frames lost just before this one */
            skipped: number;
            /** @description That the policy gave its choice */
            prob: number;
            /** @description The likeliest chords, in order, after the mask, temperature and top-p. If no chord may begin in the frame, the chords that would be likeliest if one might. Empty if nothing was decided. */
            considered: components["schemas"]["Choice"][];
            /** @description The chords that are likely to begin next, other than the one that sounds, in order and spelt in the key; prob is a share of all chords that might begin. Empty if nothing was decided, or if no other chord may begin. */
            next: components["schemas"]["Choice"][];
            /** @description Estimated key of the melody of the last 256 frames, such as Eb or F#m, or the last known one; "" while too little has been heard */
            key: string;
            policy: string;
            /**
             * @description How the jam stands with its player's time; "" if it keeps its own, or a clock's
             * @enum {string}
             */
            follow: "" | "finding" | "following" | "holding";
            /** @description How long before the line jamd woke */
            lead: number;
            /** @description How long the policy took */
            step: number;
            /** @description From the line to the last message sent */
            late: number;
        };
        /** @description A chord that the policy considered, or that may come next */
        Choice: {
            symbol: string;
            prob: number;
        };
        /** @description What the server sends over the WebSocket */
        Message: components["schemas"]["Hello"] | components["schemas"]["Frame"] | components["schemas"]["ChartMessage"] | components["schemas"]["MIDI"] | components["schemas"]["Params"] | components["schemas"]["Latency"] | components["schemas"]["Notice"] | components["schemas"]["Panic"] | components["schemas"]["End"] | components["schemas"]["Lost"];
        /** @description All that a page must know to join */
        Hello: {
            /** @enum {string} */
            type: "hello";
            /** @description The page's own number, in "from" of its notes */
            client: number;
            /** @description Time on the jam's clock; 0 between two jams */
            now: number;
            /** @description Null between two jams */
            jam: components["schemas"]["Info"] | null;
            started: boolean;
            /** @description Empty between two jams */
            params: components["schemas"]["Param"][];
            /** @description The last ones */
            frames: components["schemas"]["Frame"][];
            /** @description Of the jam so far, at most the last 2048 */
            chords: components["schemas"]["ChartChord"][];
            /** @description There is a list of sessions */
            sessions: boolean;
        };
        /** @description The chords of the jam so far are spelt in another way, because the key is known now */
        ChartMessage: {
            /** @enum {string} */
            type: "chart";
            chords: components["schemas"]["ChartChord"][];
        };
        /** @description A chord that sounds from a frame on, up to the next one */
        ChartChord: {
            frame: number;
            /** @description Spelt in the key; N.C. for none */
            symbol: string;
        };
        /** @description What was saved in the configuration file */
        Saved: {
            /** @description Such as tempo = 96, or preset waltz */
            line: string;
            file: string;
        };
        /** @description A controller, a key or a program (1 to 128), such as cc 74 ch 1, note 36 or program 5; without a channel, on every one */
        Trigger: string;
        /** @description A setting or an action, NAME=VALUE, or preset=NAME */
        Target: string;
        /** @description What a controller, key or program changes */
        Learned: {
            trigger: components["schemas"]["Trigger"];
            /** @description "" for nothing */
            target: components["schemas"]["Target"];
            /** @description After a change, the configuration file that has it, and the table; absent if it holds until jamd ends */
            file?: string;
        };
        /** @description What a preset or an undo has done */
        Changes: {
            set: {
                name: string;
                value: string;
            }[];
            /** @description Settings that could not be set now */
            left: {
                name: string;
                /** @description The reason in English */
                error: string;
                code?: components["schemas"]["ReasonCode"];
                args?: {
                    [key: string]: string;
                };
            }[];
        };
        /** @description What is wrong. A client words it in its own language by code and args, or shows the English text */
        Problem: {
            /** @description In English */
            error: string;
            code?: components["schemas"]["ReasonCode"];
            /** @description What the words need, by name (ui/reason.go) */
            args?: {
                [key: string]: string;
            };
        };
        /** @enum {string} */
        ReasonCode: "no_jam" | "jam_over" | "jam_begun" | "agent_plays" | "tune_plays" | "blind_recorded" | "policy_hidden" | "study_done" | "page_has_no_clock" | "meter_needs_follow" | "out_of_range" | "register" | "bass_register" | "port_taken" | "port_failed" | "no_config" | "config_changed" | "not_savable" | "nothing_to_undo" | "preset_unknown" | "preset_name" | "still_loading" | "session_gone" | "not_followed" | "external_tempo" | "players_tempo" | "learns_other";
        Chart: {
            meters: components["schemas"]["Meter"][];
            /** @description Length of the jam */
            frames: number;
            chords: components["schemas"]["ChartChord"][];
        };
        /** @description A MIDI message, a note of the player's or a sound of jamd's */
        MIDI: {
            /** @enum {string} */
            type: "note" | "sound";
            at: number;
            /** @description The page that played the note; absent if no page did, and in what a page is told of its own keyboards */
            from?: number;
            midi: [
                number,
                number,
                number
            ];
        };
        /** @description A setting has changed, or may be changed no longer */
        Params: {
            /** @enum {string} */
            type: "params";
            now: number;
            /** @description From which on it holds */
            frame: number;
            jam: components["schemas"]["Info"];
            params: components["schemas"]["Param"][];
        };
        /** @description How the jam keeps time, once a second */
        Latency: {
            /** @enum {string} */
            type: "latency";
            now: number;
            figures: components["schemas"]["Snapshot"];
        };
        /** @description How the jam keeps time */
        Snapshot: {
            /**
             * @description Of the newest frame: the whole policy, a faster one, or the chord is held; "" before the first
             * @enum {string}
             */
            rung: "" | "full" | "faster" | "hold";
            last_10s: components["schemas"]["Figures"];
            last_minute: components["schemas"]["Figures"];
            jam: components["schemas"]["Figures"];
            dropped_reports: number;
            dropped_events: number;
        };
        /** @description The figures of some frames */
        Figures: {
            frames: number;
            /** @description Frames whose chord was not decided by their line */
            missed: number;
            /** @description Frames that were not played at all */
            skipped: number;
            missed_by: {
                late_wake: number;
                slow_step: number;
                policy_error: number;
                backlog: number;
            };
            rungs: {
                full: number;
                faster: number;
                hold: number;
            };
            arrival: components["schemas"]["Spread"];
            lead: components["schemas"]["Spread"];
            step: components["schemas"]["Spread"];
            voice: components["schemas"]["Spread"];
            send: components["schemas"]["Spread"];
            late: components["schemas"]["Spread"];
            age: components["schemas"]["Spread"];
        };
        /** @description A summary of durations, in nanoseconds */
        Spread: {
            count: number;
            p50_ns: number;
            p99_ns: number;
            p999_ns: number;
            max_ns: number;
        };
        /** @description What befell the jam. A client words it in its own language by code and args, or shows the English text */
        Notice: {
            /** @enum {string} */
            type: "notice";
            code: components["schemas"]["NoticeCode"];
            /** @description What the words need, by name (ui/notice.go) */
            args: {
                [key: string]: string;
            };
            /** @description In English */
            text: string;
            why?: components["schemas"]["Problem"];
            offer?: components["schemas"]["Offer"];
        };
        /** @enum {string} */
        NoticeCode: "problem" | "input_gone" | "output_gone" | "port_back" | "port_awaited" | "port_overrun" | "budget_broken" | "budget_met" | "plays_full" | "plays_faster" | "chord_held" | "meter_found" | "tempo_differs" | "preset" | "preset_failed" | "preset_left";
        /** @description A button beside a notice, which sets a setting */
        Offer: {
            label: string;
            name: string;
            value: string;
        };
        /** @description Everything was let go */
        Panic: {
            /** @enum {string} */
            type: "panic";
        };
        /** @description The jam is over */
        End: {
            /** @enum {string} */
            type: "end";
            /** @description Id of the session that it was kept as */
            session: string;
        };
        /** @description This client was too slow for some messages */
        Lost: {
            /** @enum {string} */
            type: "lost";
            messages: number;
        };
        /** @description The three questions of the user study, each 1 to 5, 0 for no answer */
        Rating: {
            adaptation: number;
            control: number;
            enjoyment: number;
            /** @description In the player's own words */
            comment?: string;
        };
        /** @description The place of a blind jam in a study with participants */
        Trial: {
            /** @description Name or number */
            participant: string;
            /** @description Among the participant's jams */
            jam: number;
            /** @description How many jams the participant plays */
            of: number;
        };
        Session: {
            id: string;
            name: string;
            /** Format: date-time */
            start: string;
            policy: string;
            tempo: number;
            seconds: number;
            chords: number;
            misses: number;
            /** @description It ended regularly */
            whole: boolean;
            /** @description Its policy is hidden until it is rated */
            blind: boolean;
            trial?: components["schemas"]["Trial"];
            /** @description A blind jam that is too short to judge: it does not count, and is not rated */
            too_short?: boolean;
            /** @description Seconds that a blind jam must have to be judged */
            at_least?: number;
            rating?: components["schemas"]["Rating"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Info = components['schemas']['Info'];
export type Meter = components['schemas']['Meter'];
export type Status = components['schemas']['Status'];
export type Param = components['schemas']['Param'];
export type Note = components['schemas']['Note'];
export type Pedal = components['schemas']['Pedal'];
export type ClientTime = components['schemas']['ClientTime'];
export type Keyboard = components['schemas']['Keyboard'];
export type Left = components['schemas']['Left'];
export type Sent = components['schemas']['Sent'];
export type Time = components['schemas']['Time'];
export type Frame = components['schemas']['Frame'];
export type Choice = components['schemas']['Choice'];
export type Message = components['schemas']['Message'];
export type Hello = components['schemas']['Hello'];
export type ChartMessage = components['schemas']['ChartMessage'];
export type ChartChord = components['schemas']['ChartChord'];
export type Saved = components['schemas']['Saved'];
export type Trigger = components['schemas']['Trigger'];
export type Target = components['schemas']['Target'];
export type Learned = components['schemas']['Learned'];
export type Changes = components['schemas']['Changes'];
export type Problem = components['schemas']['Problem'];
export type ReasonCode = components['schemas']['ReasonCode'];
export type Chart = components['schemas']['Chart'];
export type Midi = components['schemas']['MIDI'];
export type Params = components['schemas']['Params'];
export type Latency = components['schemas']['Latency'];
export type Snapshot = components['schemas']['Snapshot'];
export type Figures = components['schemas']['Figures'];
export type Spread = components['schemas']['Spread'];
export type Notice = components['schemas']['Notice'];
export type NoticeCode = components['schemas']['NoticeCode'];
export type Offer = components['schemas']['Offer'];
export type Panic = components['schemas']['Panic'];
export type End = components['schemas']['End'];
export type Lost = components['schemas']['Lost'];
export type Rating = components['schemas']['Rating'];
export type Trial = components['schemas']['Trial'];
export type Session = components['schemas']['Session'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
