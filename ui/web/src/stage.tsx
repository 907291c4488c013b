// What can be read from two metres away: the chord, the beat, the bar, and how long jamd still listens.
import { useEffect, useRef } from "preact/hooks";
import { placeOf } from "./bars";
import { Considered } from "./considered";
import { between, frames, info, latest, now, started } from "./jam";
import { keyName, pretty } from "./theory";

const waiting = { note: "Play the first note", clock: "Waiting for the clock", beat: "Play: finding your beat", "": "Counting in" };

const following = { finding: "Finding", following: "Following", holding: "Holding" };

export function Stage() {
  const f = latest.value, jam = info.value;
  const listening = jam && (!started.value || (f?.listening ?? true));
  const { root, rest } = pretty(f?.symbol ?? "N.C.");
  const beats = jam && f ? Math.ceil(Math.max(0, jam.listen_frames - f.frame) / jam.frames_per_beat) : 0;
  return (
    <section class="stage" aria-label="Now">
      <p class={`symbol${f && !f.listening && f.symbol !== "N.C." ? "" : " faint"}`}>
        {!jam || between.value ? <span class="words">Getting ready</span>
          : !started.value ? <span class="words">{waiting[jam.waits_for]}</span>
          : listening ? <><span class="count">{beats || ""}</span><span class="words">{beats ? `beat${beats === 1 ? "" : "s"} to listen` : "joining in"}</span></>
          : <><span>{root}</span><sup>{rest}</sup></>}
      </p>
      <Considered />
      <div class="where">
        <BeatLight />
        <dl>
          <div><dt>Bar</dt><dd>{jam && f ? placeOf(jam, f.frame).bar : "–"}</dd></div>
          <div><dt>{f?.follow ? following[f.follow] : "Tempo"}</dt><dd>{jam ? Math.round((started.value && f?.length ? 15_000 / f.length : jam.tempo) * 10) / 10 || "–" : "–"}</dd></div>
          <div><dt>Key</dt><dd>{keyName(f?.key ?? "") || "–"}</dd></div>
        </dl>
      </div>
      <p class="spoken" aria-live="polite">{f?.began ? `Chord ${f.symbol}` : ""}</p>
    </section>
  );
}

/** BeatLight lights the current beat of the bar. It goes by the clock, not by the arrival of messages. */
function BeatLight() {
  const box = useRef<HTMLDivElement>(null);
  const jam = info.value;
  const meter = jam && placeOf(jam, latest.value?.frame ?? 0).meter;
  const beats = meter ? Math.max(1, Math.round(meter.frames_per_bar / meter.frames_per_beat)) : 4;
  useEffect(() => {
    let running = true, lit = -1;
    const loop = () => {
      if (!running) return;
      const f = frames.at(-1);
      let beat = -1;
      if (jam && f && started.value && f.length > 0) {
        const position = f.frame + Math.max(0, (now() - f.at) / f.length);
        const { after, meter } = placeOf(jam, position);
        beat = position - f.frame > 8 ? -1 : Math.floor(after / meter.frames_per_beat);
      }
      if (beat !== lit) {
        lit = beat;
        [...box.current!.children].forEach((e, i) => e.classList.toggle("lit", i === beat));
      }
      requestAnimationFrame(loop);
    };
    loop();
    return () => { running = false; };
  }, [jam, beats]);
  return <div class="beats" ref={box} aria-hidden="true">{Array.from({ length: beats }, (_, i) => <i key={i} />)}</div>;
}
