// After a jam: its roll, and what can be done with it.
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { SongOf } from "./chords";
import { ask, ended, endedBlind, problem } from "./jam";
import { texts } from "./language";
import { LeadSheet } from "./leadsheet";
import type { Session } from "./protocol";
import { asksForRating, Questions } from "./rating";
import { File, figuresOf, halt, Music, musicOf, Opens, pathOf } from "./sessions";
import { renderWAV } from "./wav";

/** closed is the jam that the player has done with. */
export const closed = signal("");

/** kept is the jam that has just ended and was recorded; null if there is none, or the player has done with it. */
export const kept = () => (ended.value && ended.value !== closed.value ? ended.value : null);

export function After({ again }: { again: () => void }) {
  const id = kept(),
    session = useSignal<Session | null>(null),
    rating = useSignal(false),
    sheet = useSignal(false),
    rendering = useSignal(false);
  useEffect(() => {
    void (async () => {
      const response = await ask("GET", "sessions");
      const all: Session[] = response ? await response.json() : [];
      session.value = all.find((s) => s.id === id) ?? null;
    })();
    return halt;
  }, [id]);
  const s = session.value,
    t = texts.value;
  if (!id || !s) return null;
  const close = () => {
    halt();
    closed.value = id;
  };
  const wav = async () => {
    rendering.value = true;
    try {
      const midi = await musicOf(s);
      if (midi) save(await renderWAV(midi), `${s.name}.wav`);
    } catch (e) {
      problem.value = (e as Error).message;
    }
    rendering.value = false;
  };
  const asked = asksForRating.value || endedBlind.value; // then the questions are there already
  return (
    <section class="after" aria-label={t.afterLabel}>
      <p>
        <b>{s.name}</b> <span>{figuresOf(s)}</span>
      </p>
      <SongOf id={s.id} />
      <div class="opened">
        <Music session={s} title={t.listen} />
        <File session={s}>MIDI</File>
        <Opens opened={sheet}>{t.leadSheet}</Opens>
        <button type="button" disabled={rendering.value} onClick={() => void wav()}>
          {rendering.value ? t.rendering : "WAV"}
        </button>
        {!asked && <Opens opened={rating}>{s.rating ? t.rated : t.rate}</Opens>}
        <button
          type="button"
          class="again"
          onClick={() => {
            close();
            again();
          }}
        >
          {t.again}
        </button>
        <button type="button" onClick={close}>
          {t.close}
        </button>
      </div>
      {sheet.value && <LeadSheet path={pathOf(s, "/leadsheet")} name={s.name} />}
      {rating.value && (
        <Questions
          id={s.id}
          given={s.rating}
          blind={false}
          later={t.close}
          skip={() => {
            rating.value = false;
          }}
          rated={(now) => {
            rating.value = false;
            session.value = now;
          }}
        />
      )}
    </section>
  );
}

/** save lets the browser save a file. */
function save(file: Blob, name: string) {
  const url = URL.createObjectURL(file),
    link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
