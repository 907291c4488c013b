// The chord chart: bars in rows of four, as musicians read it. Of the jam as it goes, or of a recorded one.
import { computed, effect, signal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { placeOf } from "./bars";
import { barsOf, type ChartBar, none, type Stay } from "./chart";
import { ask, info, latest, song, started } from "./jam";
import { texts } from "./language";
import type { Chart } from "./protocol";
import { pretty, spokenChord, widthOf } from "./theory";

const inRow = 4;
const mostBars = 1024; // of a jam that goes on and on

/** reached is the bar line that the jam has passed last; -Infinity before it begins. It stays when the jam ends. */
const reached = signal(Number.NEGATIVE_INFINITY);
effect(() => {
  const jam = info.value;
  const f = latest.value;
  if (jam && f && started.value) reached.value = f.frame - placeOf(jam, f.frame).after;
  else if (song.value.length === 0) reached.value = Number.NEGATIVE_INFINITY;
});

const bars = computed(() => barsOf(info.value?.meters ?? [], song.value, reached.value + 1));

/** Song is the chart of the jam so far. Its last bar is the current one. */
export function Song() {
  return <Bars bars={latestOf(bars.value)} now={started.value ? reached.value : undefined} />;
}

/** latestOf leaves out whole rows of a long jam. */
const latestOf = (all: ChartBar[]) =>
  all.length <= mostBars ? all : all.slice(Math.ceil((all.length - mostBars) / inRow) * inRow);

/** songOf loads the bars of a recorded jam; none if jamd does not give them, or if it has no chord. */
export async function songOf(id: string): Promise<ChartBar[]> {
  const response = await ask("GET", `sessions/${encodeURIComponent(id)}/chart`);
  const chart: Chart | null = response && (await response.json());
  const all = chart ? barsOf(chart.meters, chart.chords, chart.frames) : [];
  return all.some((b) => b.stays.length > 0) ? all : [];
}

/** SongOf is the chart of a recorded jam. What it shows is loaded before, so that it moves nothing below it. */
export const SongOf = ({ song }: { song: ChartBar[] }) => (song.length > 0 ? <Bars bars={song} /> : null);

/** Bars draws a chart. The bar whose line is now is lit, and kept in sight unless the player has scrolled away. */
function Bars({ bars, now }: { bars: ChartBar[]; now?: number }) {
  const box = useRef<HTMLDivElement>(null);
  const away = useRef(false);
  const live = now !== undefined;
  const pickup = bars[0]?.number === 0 ? 1 : 0;
  const rows = Math.max(1, Math.ceil((bars.length - pickup) / inRow));
  useLayoutEffect(() => {
    if (live && !away.current) box.current!.scrollTop = box.current!.scrollHeight;
  }, [rows, live]);
  const scrolled = ({ currentTarget: e }: { currentTarget: HTMLDivElement }) => {
    away.current = e.scrollTop + e.clientHeight < e.scrollHeight - 8;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <div class="chart" ref={box} role="region" aria-label={texts.value.chordChart} tabIndex={0} onScroll={scrolled}>
      <ol>
        {bars.map((b, i) => (
          <Bar
            key={b.frame}
            bar={b}
            now={b.frame === now}
            first={(i - pickup) % inRow === 0}
            last={!live && i === bars.length - 1}
          />
        ))}
        {Array.from({ length: rows * inRow - (bars.length - pickup) }, (_, i) => (
          <li
            key={`blank ${i}`}
            class={bars.length === pickup && i === 0 ? "blank first" : "blank"}
            aria-hidden="true"
          />
        ))}
      </ol>
    </div>
  );
}

interface BarProps {
  bar: ChartBar;
  now: boolean;
  first: boolean; // of its row
  last: boolean; // of all
}

/** Bar draws a bar again only if it has changed: a long jam has many. */
function Bar({ bar, now, first, last }: BarProps) {
  const place = bar.number === 0 ? "pickup" : first ? "first" : "";
  return useMemo(
    () => (
      <li class={`${place}${now ? " current" : ""}${last ? " last" : ""}`} aria-current={now || undefined}>
        <span class="spoken">{inWords(bar)}</span>
        {first && <small aria-hidden="true">{bar.number}</small>}
        <div aria-hidden="true" style={{ "--fit": String(barWidth(bar)) }}>
          {bar.meter && <Meter name={bar.meter} />}
          {bar.held ? <Held /> : <Stays stays={bar.stays} />}
        </div>
      </li>
    ),
    [JSON.stringify(bar), now, first, last, texts.value],
  );
}

function Stays({ stays }: { stays: Stay[] }) {
  const columns = stays.map((s) => `minmax(min-content, ${s.length}fr)`).join(" ");
  return (
    <span class="stays" style={{ gridTemplateColumns: columns }}>
      {stays.map((s) => {
        const { root, rest } = printed(s.symbol);
        return (
          <b key={s.after}>
            {root}
            {rest && <sup>{rest}</sup>}
          </b>
        );
      })}
    </span>
  );
}

function Meter({ name }: { name: string }) {
  const [count, unit] = name.split("/");
  return (
    <span class="meter">
      <span>{count}</span>
      <span>{unit}</span>
    </span>
  );
}

/** Held is the sign for a bar like the one before. */
function Held() {
  return (
    <svg viewBox="0 0 24 16" role="presentation">
      <path d="M4 15L16 1h4L8 15z" />
      <circle cx="6" cy="4" r="2.2" />
      <circle cx="18" cy="12" r="2.2" />
    </svg>
  );
}

const printed = (symbol: string) => (symbol === none ? { root: none, rest: "" } : pretty(symbol));

/** barWidth estimates how wide a bar's chords are printed, in em, so that they can be as large as its width allows. */
function barWidth(bar: ChartBar): number {
  const chords = bar.stays.map(({ symbol }) => (symbol ? widthOf(symbol === none ? "C7sus" : symbol, 0.68) + 0.2 : 0));
  const meter = bar.meter ? 0.4 + 0.4 * bar.meter.split("/")[0].length : 0.1;
  return chords.reduce((sum, width) => sum + width, meter);
}

/** inWords tells a bar to a screen reader. */
function inWords({ number, meter, stays, held, beat }: ChartBar): string {
  const t = texts.value;
  const said = ({ symbol, after }: Stay) => {
    const chord = spokenChord(symbol);
    if (after === 0) return chord;
    return (after % beat ? t.afterBeat : t.onBeat)(chord, Math.floor(after / beat) + 1);
  };
  const chords = stays.filter((s) => s.symbol).map(said);
  const what = held ? t.heldChord(chords[0]) : chords.join(", ") || t.noChordYet;
  return `${number === 0 ? t.pickup : t.inBar(number)}${meter && `, ${meter}`}: ${what}`;
}
