// The latency strip: how well jamd keeps time. The figures come from jamd's own monitor: the last ten seconds, and
// the misses of the last minute with their causes. The small histograms show the frames that this page received.
import { figures, frames, latest } from "./jam";
import type { Figures, Spread } from "./protocol";
import { stored } from "./stored";

export const showsLatency = stored("latency", false);

const bins = 24;

const causes: [keyof Figures["missed_by"], string][] = [
  ["late_wake", "the machine woke jamd late"],
  ["slow_step", "the policy was slow"],
  ["policy_error", "the policy failed"],
  ["backlog", "the policy was catching up"],
];

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
  const words = { idle: "Timing", good: "In time", fair: "Almost in time", bad: "Out of time" }[state];
  return (
    <button
      type="button"
      class="health"
      aria-expanded={showsLatency.value}
      title="How jamd keeps time"
      onClick={() => {
        showsLatency.value = !showsLatency.value;
      }}
    >
      <i class={state} aria-hidden="true" />
      <span>{words}</span>
    </button>
  );
}

export function Latency() {
  void latest.value; // draws again with every frame
  const recent = frames.slice(-128),
    f = figures.value;
  return (
    <section class="latency" aria-label="How jamd keeps time">
      <Stage
        name="wakes early"
        spread={f?.last_10s.lead}
        values={recent.filter((f) => f.frame > 0).map((f) => f.lead)}
        top={60}
      />
      <Stage
        name="policy step"
        spread={f?.last_10s.step}
        values={recent.filter((f) => !f.missed && f.step > 0).map((f) => f.step)}
        top={10}
      />
      <Stage
        name="chord late"
        spread={f?.last_10s.late}
        values={recent.filter((f) => f.began).map((f) => f.late)}
        top={5}
      />
      {f && <Misses minute={f.last_minute} rung={f.rung} />}
    </section>
  );
}

function Misses({ minute: m, rung }: { minute: Figures; rung: string }) {
  const why = causes
    .filter(([cause]) => m.missed_by[cause] > 0)
    .map(([cause, words]) => `${words} (${m.missed_by[cause]})`);
  if (m.skipped) why.push(`${m.skipped} frames lost while the machine stood still`);
  const given = { faster: "the faster policy plays", hold: "the chord is held" }[rung];
  return (
    <p class={m.missed + m.skipped ? "misses red" : "misses"}>
      {m.missed ? `${m.missed} of ${m.frames} frames missed` : "No frame missed"}
      <small>{why.join(", ") || "in the last minute"}</small>
      {given && <small class="red">To keep time, {given}</small>}
    </p>
  );
}

const ms = (ns: number) => (ns / 1e6).toFixed(1);

function Stage({ name, spread, values, top }: { name: string; spread?: Spread; values: number[]; top: number }) {
  const count = new Array<number>(bins).fill(0);
  for (const v of values) count[Math.max(0, Math.min(bins - 1, Math.floor((v / top) * bins)))]++;
  const highest = Math.max(1, ...count),
    told = spread && spread.count > 0;
  return (
    <figure
      title={
        told
          ? `${name}: half within ${ms(spread.p50_ns)} ms, 99 % within ${ms(spread.p99_ns)} ms, ` +
            `all within ${ms(spread.max_ns)} ms`
          : name
      }
    >
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
