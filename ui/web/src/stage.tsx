// What can be read from two metres away: the chord, the beat, the bar, and how long jamd still listens.
import { useEffect, useRef } from "preact/hooks";
import { putAway } from "./after";
import { placeOf } from "./bars";
import { Considered } from "./considered";
import { between, counted, frames, info, latest, now, sought, started, startOrStop } from "./jam";
import { settled } from "./kept";
import { texts } from "./language";
import { meter as meterSet, previewed, waits } from "./metronome";
import { NextChords } from "./next";
import { Tempo, taps } from "./tempo";
import { keyName, numeralName, pretty, widthOf } from "./theory";

/** words says what jamd waits for. */
export const words = () =>
  !info.value || between.value || !settled.value
    ? texts.value.gettingReady
    : sought.value > 0
      ? texts.value.findingBeat
      : texts.value.waiting[info.value.waits_for];

export function Stage() {
  const f = latest.value,
    jam = info.value,
    t = texts.value;
  const listening = jam && (!started.value || (f?.listening ?? true));
  const { root, rest } = pretty(f?.symbol ?? "N.C.");
  const counting = jam && !started.value && !between.value && counted.value > 0;
  const beats = jam && f ? Math.ceil(Math.max(0, jam.listen_frames - f.frame) / jam.frames_per_beat) : 0;
  return (
    <section class="stage" aria-label={t.now}>
      <div class="sounding">
        <p
          class={`symbol${f && !f.listening && f.symbol !== "N.C." ? "" : " faint"}`}
          style={f && !f.listening ? { "--fit": String(widthOf(f.symbol, 0.48) + 0.24 + 0.19 * f.numeral.length) } : {}}
        >
          {counting ? (
            <>
              <span class="count">{counted.value}</span>
              <span class="words">{t.countingIn}</span>
            </>
          ) : !jam || between.value || !started.value ? (
            <span class="words">{words()}</span>
          ) : listening ? (
            <>
              <span class="count">{beats || ""}</span>
              <span class="words">{beats ? t.beatsToListen(beats) : t.joiningIn}</span>
            </>
          ) : (
            <>
              <span>{root}</span>
              <sup>{rest}</sup>
              {f?.numeral && (
                <span class="numeral" title={t.degree}>
                  {numeralName(f.numeral)}
                </span>
              )}
            </>
          )}
        </p>
        <NextChords />
      </div>
      {jam?.tune && started.value && (
        <p class="tune">
          {t.tunePlays}{" "}
          <button
            type="button"
            onClick={() => {
              putAway(jam.session); // it was not the player's
              startOrStop();
            }}
          >
            {t.playYourself}
          </button>
        </p>
      )}
      <Considered />
      <div class="where">
        <BeatLight />
        <dl>
          <div>
            <dt>{t.bar}</dt>
            <dd>{jam && f ? placeOf(jam, f.frame).bar : "–"}</dd>
          </div>
          <div>
            <dt>{f?.follow ? t.following[f.follow] : t.tempo}</dt>
            <dd>
              <Tempo />
            </dd>
          </div>
          <div>
            <dt>{t.key}</dt>
            <dd>{keyName(f?.key ?? "") || "–"}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

/** BeatLight lights the current beat of the bar: in a jam by its clock, before it with the clicks and the taps. */
export function BeatLight() {
  const box = useRef<HTMLDivElement>(null);
  const jam = info.value;
  const meter = jam && (waits.value ? meterSet.value : placeOf(jam, latest.value?.frame ?? 0).meter);
  const beats = meter ? Math.max(1, Math.round(meter.frames_per_bar / meter.frames_per_beat)) : 4;
  useEffect(() => {
    let running = true,
      lit = -1;
    const loop = () => {
      if (!running) return;
      const f = frames.at(-1);
      let beat = -1;
      if (!started.value) beat = before(beats);
      else if (jam && f && f.length > 0) {
        const position = f.frame + Math.max(0, (now() - f.at) / f.length);
        const { after, meter } = placeOf(jam, position);
        beat = position - f.frame > 8 ? -1 : Math.floor(after / meter.frames_per_beat);
      }
      if (beat !== lit) {
        lit = beat;
        for (const [i, e] of [...box.current!.children].entries()) e.classList.toggle("lit", i === beat);
      }
      requestAnimationFrame(loop);
    };
    loop();
    return () => {
      running = false;
    };
  }, [jam, beats]);
  return (
    <div class="beats" ref={box} aria-hidden="true">
      {Array.from({ length: beats }, (_, i) => (
        <i key={i} class={i > 0 && meter?.groups?.includes(i * meter.frames_per_beat) ? "group" : undefined} />
      ))}
    </div>
  );
}

const shines = 180; // ms, a tap

/** before returns the beat to light before frame 0, from 0; -1 if there is none. */
function before(beats: number): number {
  const last = taps.value.at(-1);
  if (counted.value > 0) return (counted.value - 1) % beats;
  if (last !== undefined) return performance.now() - last < shines ? (taps.value.length - 1) % beats : -1;
  return previewed.value;
}
