// The chords that are likely to come next, small and faint below the one that sounds. They change with the beat, not
// with every frame, so that they can be read. A screen reader finds them, but does not announce them.
import { effect, signal } from "@preact/signals";
import { felt, placeOf } from "./bars";
import { showsConsidered } from "./considered";
import { info, latest, started } from "./jam";
import { texts } from "./language";
import type { Choice, Frame } from "./protocol";
import { pretty, spokenChord } from "./theory";

/** Coming are the chords that are shown, and whether a chord has begun since they were weighed. */
export interface Coming {
  chords: readonly Choice[];
  stale: boolean;
}

const nothing: Coming = { chords: [], stale: false };

/**
 * after returns what is shown after a frame. A chord that begins is taken out at once. What comes after it is known a
 * frame later: the frame of the change itself weighed that chord against others.
 */
export function after(before: Coming, f: Frame, onBeat: boolean): Coming {
  if (f.listening) return nothing;
  if (f.began) return { chords: before.chords.filter((c) => c.symbol !== f.symbol), stale: true };
  if (f.missed || !(onBeat || before.stale)) return before;
  return { chords: f.next, stale: false };
}

const coming = signal(nothing);

effect(() => {
  const f = latest.value,
    jam = info.value;
  if (!f || !jam || !started.value) {
    coming.value = nothing;
    return;
  }
  const { meter, after: inBar } = placeOf(jam, f.frame);
  coming.value = after(coming.peek(), f, felt(meter, inBar));
});

export function NextChords() {
  const { chords } = coming.value;
  if (showsConsidered.value) return null; // which tells more
  return (
    <div class="next">
      {chords.length > 0 && (
        <>
          <small id="next-label">{texts.value.next}</small>
          <ol aria-labelledby="next-label">
            {chords.map(({ symbol, prob }) => {
              const { root, rest } = pretty(symbol);
              return (
                <li key={symbol} style={{ "--share": String(prob) }}>
                  <span class="spoken">{spokenChord(symbol)}</span>
                  <b aria-hidden="true">
                    {root}
                    {rest && <sup>{rest}</sup>}
                  </b>
                </li>
              );
            })}
          </ol>
        </>
      )}
    </div>
  );
}
