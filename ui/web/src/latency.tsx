// The latency strip: how well jamd keeps time. The figures come from jamd's own monitor: the last ten seconds, and
// the misses of the last minute with their causes. The small histograms show the frames that this page received.
import { figures, frames, latest } from "./jam";
import { number, texts } from "./language";
import type { Figures, Spread } from "./protocol";
import { stored } from "./stored";

export const showsLatency = stored("latency", false);

const bins = 24;

const causes = ["late_wake", "slow_step", "policy_error", "backlog"] as const;

/** Health is one light for all of it, and opens the figures. */
export function Health() {
  const f = figures.value,
    lost = f ? f.last_minute.missed + f.last_minute.skipped : 0;
  const state =
    !f || f.last_minute.frames === 0
      ? "idle"
      : f.rung !== "full" || lost > f.last_minute.frames / 100
        ? "bad"
        : lost > 0
          ? "fair"
          : "good";
  const t = texts.value;
  return (
    <button
      type="button"
      class="health"
      aria-expanded={showsLatency.value}
      title={t.timing}
      onClick={() => {
        showsLatency.value = !showsLatency.value;
      }}
    >
      <i class={state} aria-hidden="true" />
      <span>{t.health[state]}</span>
    </button>
  );
}

export function Latency() {
  void latest.value; // draws again with every frame
  const recent = frames.slice(-128),
    f = figures.value,
    t = texts.value;
  return (
    <section class="latency" aria-label={t.timing}>
      <Stage
        name={t.wakesEarly}
        spread={f?.last_10s.lead}
        values={recent.filter((f) => f.frame > 0).map((f) => f.lead)}
        top={60}
      />
      <Stage
        name={t.policyStep}
        spread={f?.last_10s.step}
        values={recent.filter((f) => !f.missed && f.step > 0).map((f) => f.step)}
        top={10}
      />
      <Stage
        name={t.chordLate}
        spread={f?.last_10s.late}
        values={recent.filter((f) => f.began).map((f) => f.late)}
        top={5}
      />
      {f && <Misses minute={f.last_minute} rung={f.rung} />}
    </section>
  );
}

function Misses({ minute: m, rung }: { minute: Figures; rung: string }) {
  const t = texts.value;
  const why = causes
    .filter((cause) => m.missed_by[cause] > 0)
    .map((cause) => `${t.causes[cause]} (${m.missed_by[cause]})`);
  if (m.skipped) why.push(t.framesLost(m.skipped));
  const given = t.toKeepTime[rung];
  return (
    <p class={m.missed + m.skipped ? "misses red" : "misses"}>
      {m.missed ? t.framesMissed(m.missed, m.frames) : t.noneMissed}
      <small>{why.join(", ") || t.lastMinute}</small>
      {given && <small class="red">{given}</small>}
    </p>
  );
}

const ms = (ns: number) => number(ns / 1e6, 1);

function Stage({ name, spread, values, top }: { name: string; spread?: Spread; values: number[]; top: number }) {
  const count = new Array<number>(bins).fill(0);
  for (const v of values) count[Math.max(0, Math.min(bins - 1, Math.floor((v / top) * bins)))]++;
  const highest = Math.max(1, ...count),
    told = spread && spread.count > 0;
  return (
    <figure title={told ? texts.value.spread(name, ms(spread.p50_ns), ms(spread.p99_ns), ms(spread.max_ns)) : name}>
      <svg viewBox={`0 0 ${bins} 10`} preserveAspectRatio="none" aria-hidden="true">
        {count.map(
          (n, i) =>
            n > 0 && (
              <rect
                key={i}
                x={i}
                y={10 - Math.max(1, (n / highest) * 10)}
                width="0.8"
                height={Math.max(1, (n / highest) * 10)}
              />
            ),
        )}
      </svg>
      <figcaption>
        {name}
        <b>{told ? `${ms(spread.p50_ns)} ms` : "–"}</b>
        <small>{told ? `p99 ${ms(spread.p99_ns)}` : ""}</small>
      </figcaption>
    </figure>
  );
}
