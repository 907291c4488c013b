// The chord chart: bars in rows of four, as musicians read it. Of the jam as it goes, or of a recorded one.
import { computed, effect, signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { placeOf } from "./bars";
import { barsOf, type ChartBar, none, type Stay } from "./chart";
import { ask, info, latest, song, started } from "./jam";
import { texts } from "./language";
import type { Chart } from "./protocol";
import { blanksAfter, type Cell, cellsOf, columns, widthsOf } from "./rows";
import { pretty, spokenChord } from "./theory";

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
  all.length <= mostBars ? all : all.slice(Math.ceil((all.length - mostBars) / columns) * columns);

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
  const box = useRef<HTMLDivElement>(null),
    list = useRef<HTMLOListElement>(null);
  const away = useRef(false);
  const width = useSignal(Infinity); // of the bars; until it is measured
  const live = now !== undefined;
  const cells = useMemo(() => cellsOf(bars, width.value), [bars, width.value]);
  const rows = cells.filter((c) => c.begins).length;
  const blanks = blanksAfter(cells);
  useLayoutEffect(() => {
    const measure = () => {
      width.value = list.current!.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (live && !away.current) box.current!.scrollTop = box.current!.scrollHeight;
  }, [rows, live]);
  const scrolled = ({ currentTarget: e }: { currentTarget: HTMLDivElement }) => {
    away.current = e.scrollTop + e.clientHeight < e.scrollHeight - 8;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <div class="chart" ref={box} role="region" aria-label={texts.value.chordChart} tabIndex={0} onScroll={scrolled}>
      <ol ref={list}>
        {cells.map((cell, i) => (
          <Bar key={cell.bar.frame} cell={cell} now={cell.bar.frame === now} last={!live && i === cells.length - 1} />
        ))}
        {blanks.map((span, i) => (
          <li
            key={`blank ${i}`}
            class={i === blanks.length - 1 ? "blank ends" : "blank"}
            style={spans(span)}
            aria-hidden="true"
          />
        ))}
      </ol>
    </div>
  );
}

const spans = (n: number) => ({ gridColumnEnd: `span ${n}` });

interface BarProps {
  cell: Cell;
  now: boolean;
  last: boolean; // of all
}

/** Bar draws a bar again only if it has changed: a long jam has many. */
function Bar({ cell: { bar, span, begins, ends }, now, last }: BarProps) {
  const place = [bar.number === 0 && "pickup", begins && "begins", ends && "ends", now && "current", last && "last"];
  return useMemo(() => {
    const { spread, close } = widthsOf(bar);
    return (
      <li class={place.filter(Boolean).join(" ")} style={spans(span)} aria-current={now || undefined}>
        <span class="spoken">{inWords(bar)}</span>
        {begins && <small aria-hidden="true">{bar.number}</small>}
        <div aria-hidden="true" style={{ "--spread": String(spread), "--close": String(close) }}>
          {bar.meter && <Meter name={bar.meter} />}
          {bar.held ? <Held /> : <Stays stays={bar.stays} />}
        </div>
      </li>
    );
  }, [JSON.stringify(bar), span, ...place, texts.value]);
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
