import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Controls, Transport } from "./controls";
import { connect, connected, info, keepsSessions, panic, params, problem } from "./jam";
import { kept } from "./kept";
import { Piano, useComputerKeys } from "./keys";
import { Latency } from "./latency";
import { asksForRating, RateIt } from "./rating";
import { Notices } from "./notices";
import { Roll } from "./roll";
import { Sessions } from "./sessions";
import { awake, on, sound } from "./sound";
import { helping, Help } from "./shortcuts";
import { Stage } from "./stage";

const view = signal<"jam" | "sessions">("jam");
const hinted = kept("hinted", false);

function Page() {
  useComputerKeys();
  useEffect(() => {
    const wake = () => sound.wake();
    addEventListener("pointerdown", wake);
    return () => removeEventListener("pointerdown", wake);
  }, []);
  return (
    <>
      <header>
        <h1>jamd</h1>
        <p class="what">{what()}</p>
        <nav aria-label="Views">
          <button type="button" aria-pressed={view.value === "jam"} onClick={() => { view.value = "jam"; }}>Jam</button>
          {keepsSessions.value && <button type="button" aria-pressed={view.value === "sessions"} onClick={() => { view.value = "sessions"; }}>Sessions</button>}
        </nav>
        <Speaker />
        <Transport />
        <button type="button" class="panic" onClick={panic} title="Esc">Panic</button>
      </header>
      {!connected.value && <p class="note" role="status">Looking for jamd…</p>}
      {problem.value && (
        <p class="note red" role="alert">{problem.value} <button type="button" onClick={() => { problem.value = ""; }}>Close</button></p>
      )}
      <main>
        {view.value === "sessions" ? <Sessions /> : <>
          <Hints />
          <Stage />
          <Roll />
          <Piano />
          <RateIt />
          <Controls />
          <Latency />
        </>}
      </main>
      <footer>
        {keepsSessions.value && <label><input type="checkbox" checked={asksForRating.value} onChange={(e) => { asksForRating.value = e.currentTarget.checked; }} /> Ask me how it was after each jam</label>}
        <button type="button" class="plain" onClick={() => { helping.value = true; }}>Keys <kbd>?</kbd></button>
        <span>{info.value ? `jamd ${info.value.version}` : ""}</span>
      </footer>
      <Notices />
      <Help />
    </>
  );
}

/** what says who plays, what is heard and played to, and where the jam is not kept. */
function what() {
  const jam = info.value;
  if (!jam) return "";
  const unkept = params.value.some((p) => p.name === "record" && p.value === "off");
  return [
    jam.blind ? "a hidden policy" : jam.policy, `hears ${jam.in || "this page"}`, jam.out && `plays ${jam.out}`, unkept && "this jam is not kept",
  ].filter(Boolean).join(" · ");
}

/** Hints are shown on the first visit, and never again. */
function Hints() {
  if (hinted.value) return null;
  return (
    <aside class="hints" aria-label="Hints">
      <ol>
        <li><b>Play.</b> Touch the keys below, plug a keyboard in, or use <kbd>Z</kbd> to <kbd>M</kbd> and <kbd>Q</kbd> to <kbd>P</kbd>; <kbd>−</kbd> <kbd>=</kbd> shift the octave.</li>
        <li><b>Wait.</b> jamd listens for a few beats, then answers with chords.</li>
        <li><b>Stop.</b> <kbd>Esc</kbd> lets every note go; <kbd>?</kbd> lists the other keys.</li>
      </ol>
      <button type="button" onClick={() => { hinted.value = true; }}>Got it</button>
    </aside>
  );
}

/** Speaker turns the sound on and off, and shows how loud it is. */
function Speaker() {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    const timer = setInterval(() => { if (meter.current) meter.current.value = Math.min(1, sound.level() * 3); }, 80);
    return () => clearInterval(timer);
  }, []);
  const audible = on.value ?? !sound.elsewhere.value;
  return (
    <span class="speaker">
      <button type="button" aria-pressed={audible} onClick={() => { sound.wake(); on.value = !audible; }}>
        {audible ? (awake.value ? "Sound on" : "Sound: press a key") : "Sound off"}
      </button>
      <meter ref={meter} min={0} max={1} aria-label="Loudness" />
    </span>
  );
}

performance.mark("script");
if (new URLSearchParams(location.search).has("key")) history.replaceState(null, "", "/"); // it has done its work
connect();
render(<Page />, document.getElementById("page")!);
