// The latency strip: lead, step and lateness of the last frames as small histograms, and misses in red.
import { frames, latest } from "./jam";

const bins = 24;

export function Latency() {
  void latest.value; // drawn again with every frame
  const recent = frames.slice(-240), misses = recent.filter((f) => f.missed).length;
  const lost = recent.reduce((n, f) => n + f.skipped, 0);
  return (
    <section class="latency" aria-label="How jamd keeps time">
      <Stage name="wakes early" values={recent.filter((f) => f.frame > 0).map((f) => f.lead)} top={40} />
      <Stage name="policy step" values={recent.filter((f) => !f.missed && f.step > 0).map((f) => f.step)} top={10} />
      <Stage name="chord late" values={recent.filter((f) => f.began).map((f) => f.late)} top={5} />
      <p class={misses + lost ? "misses red" : "misses"}>
        {misses} missed{lost ? `, ${lost} lost` : ""}
        <small>{misses ? cause(recent.findLast((f) => f.missed)!.lead) : "of the last minute or so"}</small>
      </p>
    </section>
  );
}

/** cause is what a miss tells by itself: a loop that woke after the line was held up by the machine. */
const cause = (lead: number) => (lead <= 0 ? "the machine woke jamd late" : "the policy was slow: the chord was held");

function Stage({ name, values, top }: { name: string; values: number[]; top: number }) {
  const count = new Array<number>(bins).fill(0);
  for (const v of values) count[Math.max(0, Math.min(bins - 1, Math.floor((v / top) * bins)))]++;
  const sorted = [...values].sort((a, b) => a - b), highest = Math.max(1, ...count);
  const at = (q: number) => (sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : 0);
  const told = sorted.length ? `${at(0.5).toFixed(1)} ms` : "–";
  return (
    <figure title={`${name}: half within ${at(0.5).toFixed(2)} ms, 99 of 100 within ${at(0.99).toFixed(2)} ms`}>
      <svg viewBox={`0 0 ${bins} 10`} preserveAspectRatio="none" aria-hidden="true">
        {count.map((n, i) => n > 0 && <rect key={i} x={i} y={10 - Math.max(1, (n / highest) * 10)} width="0.8" height={Math.max(1, (n / highest) * 10)} />)}
      </svg>
      <figcaption>{name}<b>{told}</b><small>p99 {sorted.length ? at(0.99).toFixed(1) : "–"}</small></figcaption>
    </figure>
  );
}
