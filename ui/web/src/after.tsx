// After a jam: its roll, and what can be done with it.
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { SongOf } from "./chords";
import { endedBlind, problem } from "./jam";
import { kept } from "./kept";
import { texts } from "./language";
import { LeadSheet } from "./leadsheet";
import { halt } from "./playback";
import { asksForRating, Questions } from "./rating";
import { File, figuresOf, Music, musicOf, Opens, pathOf } from "./sessions";
import { renderWAV } from "./wav";

const closed = signal(""); // the jam that the player has done with

/** putAway keeps a jam from being shown when it has ended. */
export const putAway = (id: string) => {
  closed.value = id;
};

/** hasEnded tells whether there is a jam to show. */
export const hasEnded = () => !!kept.value && kept.value.session.id !== closed.value;

export function After({ again }: { again: () => void }) {
  const rating = useSignal(false),
    sheet = useSignal(false),
    rendering = useSignal(false);
  const { session: s, song } = kept.value!,
    t = texts.value;
  useEffect(() => halt, [s.id]);
  const close = () => {
    halt();
    putAway(s.id);
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
      <SongOf song={song} />
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
            kept.value = { session: now, song };
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
