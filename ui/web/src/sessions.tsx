// The recorded sessions: see, hear, name, rate, download and delete them, with undo.
import { type Signal, signal, useSignal } from "@preact/signals";
import type { Midi } from "@tonejs/midi";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { placed } from "./blind";
import { SongOf } from "./chords";
import { ask } from "./jam";
import { dateTime, number, texts } from "./language";
import { LeadSheet } from "./leadsheet";
import { open, turn } from "./opened";
import { halt, playBack, playing } from "./playback";
import type { Rating, Session } from "./protocol";
import { Questions } from "./rating";

const list = signal<Session[] | null>(null);
const deleted = signal<Session | null>(null);

async function load() {
  const response = await ask("GET", "sessions");
  list.value = response ? await response.json() : [];
}

export const pathOf = (s: Session, what = "") => `sessions/${encodeURIComponent(s.id)}${what}`;

export function Sessions() {
  useEffect(() => {
    void load();
    return halt;
  }, []);
  const t = texts.value;
  return (
    <section class="sessions" aria-label={t.sessions}>
      {deleted.value && (
        <p class="note" role="status">
          {t.deleted(deleted.value.name)}{" "}
          <button type="button" onClick={restore}>
            {t.undo}
          </button>
        </p>
      )}
      {list.value?.length === 0 && <p class="empty">{t.noSessions}</p>}
      <ul>
        {list.value?.map((s) => (
          <Row key={s.id} session={s} />
        ))}
      </ul>
    </section>
  );
}

async function restore() {
  const s = deleted.value;
  deleted.value = null;
  if (s && (await ask("POST", pathOf(s, "/restore")))) await load();
}

const minutes = (seconds: number) =>
  `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

/** figuresOf describes a session in a line. */
export const figuresOf = (s: Session) =>
  [
    minutes(s.seconds),
    `${number(s.tempo)} BPM`,
    s.policy === "hidden" ? texts.value.hiddenPolicy : s.policy,
    texts.value.chords(s.chords),
    s.misses > 0 && texts.value.missed(s.misses),
    !s.whole && texts.value.cutShort,
    s.trial && `${s.trial.participant}: ${placed(s.trial)}`,
    s.too_short && texts.value.notJudged,
  ]
    .filter(Boolean)
    .join(" · ");

const stars = (r: Rating) => [r.adaptation, r.control, r.enjoyment].map((n) => n || "–").join(" ");

function Row({ session: s }: { session: Session }) {
  const t = texts.value;
  const rating = useSignal(false), // whether the questions are shown
    sheet = useSignal(false);
  const remove = async () => {
    if (await ask("DELETE", pathOf(s))) {
      halt();
      deleted.value = s;
      await load();
    }
  };
  const rename = async (name: string) => {
    if (name.trim() && name !== s.name && (await ask("PUT", pathOf(s, "/name"), { name }))) await load();
  };
  const shown = open.value?.id === s.id;
  return (
    <li>
      <div class="row">
        <button
          type="button"
          class="open"
          aria-expanded={shown}
          aria-label={shown ? t.closeIt(s.name) : t.open(s.name)}
          onClick={() => {
            halt();
            void turn(s.id);
          }}
        >
          {shown ? "▾" : "▸"}
        </button>
        <input
          type="text"
          value={s.name}
          aria-label={t.nameLabel}
          maxLength={100}
          onChange={(e) => void rename(e.currentTarget.value)}
        />
        <span>{dateTime(new Date(s.start))}</span>
        <span class="figures">{figuresOf(s)}</span>
      </div>
      {shown && (
        <div class="opened">
          <SongOf song={open.value!.song} />
          <Music session={s} />
          <File session={s}>{t.downloadMIDI}</File>
          <a
            class="button"
            href={`/api/${pathOf(s, "/report")}`}
            target="_blank"
            rel="noopener"
            aria-label={t.reportLabel(s.name)}
          >
            {t.report} ↗
          </a>
          <Opens opened={sheet}>{t.leadSheet}</Opens>
          {!s.too_short && <Opens opened={rating}>{s.rating ? `${t.rated} ${stars(s.rating)}` : t.rate}</Opens>}
          <button type="button" onClick={() => void remove()}>
            {t.delete}
          </button>
          {sheet.value && <LeadSheet path={pathOf(s, "/leadsheet")} name={s.name} />}
          {rating.value && (
            <Questions
              id={s.id}
              given={s.rating}
              blind={s.blind && !s.rating}
              later={t.close}
              skip={() => {
                rating.value = false;
              }}
              rated={() => {
                rating.value = false;
                void load();
              }}
            />
          )}
        </div>
      )}
    </li>
  );
}

/** Opens is a button that opens and closes what stands below. */
export function Opens({ opened, children }: { opened: Signal<boolean>; children: ComponentChildren }) {
  return (
    <button
      type="button"
      aria-expanded={opened.value}
      onClick={() => {
        opened.value = !opened.value;
      }}
    >
      {children}
    </button>
  );
}

/** musicOf reads a session's MIDI file; null if jamd does not give it. */
export async function musicOf(s: Session): Promise<Midi | null> {
  const response = await ask("GET", pathOf(s, "/midi"));
  if (!response) return null;
  const { Midi } = await import("@tonejs/midi");
  return new Midi(await response.arrayBuffer());
}

/** Music shows a session's MIDI file as a piano roll, and plays it. */
export function Music({ session: s, title = texts.value.play }: { session: Session; title?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null),
    midi = useRef<Midi | null>(null);
  useEffect(() => {
    void (async () => {
      midi.current = await musicOf(s);
      if (canvas.current && midi.current) draw(canvas.current, midi.current);
    })();
    return halt; // nothing else would end a loop
  }, [s.id]);
  const toggle = (way: "once" | "loop") => {
    if (playing.value === way || !midi.current) halt();
    else playBack(midi.current, way);
  };
  return (
    <>
      <canvas class="thumbnail" ref={canvas} role="img" aria-label={texts.value.sessionRoll} />
      <button type="button" onClick={() => toggle("once")}>
        {playing.value === "once" ? texts.value.stop : title}
      </button>
      <button type="button" aria-pressed={playing.value === "loop"} onClick={() => toggle("loop")}>
        {texts.value.loopThis}
      </button>
    </>
  );
}

/** File is a session's MIDI file, to be downloaded or, where the browser can, dragged to another program. */
export function File({ session: s, children }: { session: Session; children: ComponentChildren }) {
  const path = `/api/${pathOf(s, "/midi")}`,
    name = `${s.name.replace(/[\\/:]/g, ".")}.mid`;
  return (
    <a
      class="button"
      href={path}
      download={name}
      onDragStart={(e) => e.dataTransfer?.setData("DownloadURL", `audio/midi:${name}:${location.origin}${path}`)}
    >
      {children}
    </a>
  );
}

function draw(canvas: HTMLCanvasElement, midi: Midi) {
  const g = canvas.getContext("2d")!,
    ratio = devicePixelRatio || 1;
  const width = (canvas.width = canvas.clientWidth * ratio),
    height = (canvas.height = canvas.clientHeight * ratio);
  const style = getComputedStyle(canvas),
    tracks = midi.tracks.filter((t) => t.channel !== 9); // without the clicks
  const notes = tracks.flatMap((t) => t.notes);
  if (notes.length === 0) return;
  const low = Math.min(...notes.map((n) => n.midi)) - 1,
    high = Math.max(...notes.map((n) => n.midi)) + 1;
  for (const track of tracks) {
    g.fillStyle = style.getPropertyValue(track.channel === 0 ? "--melody" : "--chord");
    for (const n of track.notes) {
      const h = height / (high - low + 1);
      g.fillRect(
        (n.time / midi.duration) * width,
        (high - n.midi) * h,
        Math.max(1, (n.duration / midi.duration) * width - 1),
        Math.max(2, h - 1),
      );
    }
  }
}
