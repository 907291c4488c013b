import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Controls, Transport } from "./controls";
import { connect, connected, info, panic, params, problem, recordsSessions } from "./jam";
import { stored } from "./stored";
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
const hinted = stored("hinted", false);

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
          {recordsSessions.value && <button type="button" aria-pressed={view.value === "sessions"} onClick={() => { view.value = "sessions"; }}>Sessions</button>}
        </nav>
        <Speaker />
        <Transport />
        <button type="button" class="panic" onClick={panic} title="Esc">Panic</button>
      </header>
      {!connected.value && <p class="note" role="status">Connecting to jamd…</p>}
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
        {recordsSessions.value && <label><input type="checkbox" checked={asksForRating.value} onChange={(e) => { asksForRating.value = e.currentTarget.checked; }} /> Ask me how it was after each jam</label>}
        <button type="button" class="plain" onClick={() => { helping.value = true; }}>Keys <kbd>?</kbd></button>
        <span>{info.value ? `jamd ${info.value.version}` : ""}</span>
      </footer>
      <Notices />
      <Help />
    </>
  );
}

/** what names the policy and the ports, and says if the jam is not recorded. */
function what() {
  const jam = info.value;
  if (!jam) return "";
  const unrecorded = params.value.some((p) => p.name === "record" && p.value === "off");
  return [
    jam.blind ? "a hidden policy" : jam.policy, `hears ${jam.in || "this page"}`, jam.out && `plays ${jam.out}`, unrecorded && "this jam is not recorded",
  ].filter(Boolean).join(" · ");
}

/** Hints are shown on the first visit only. */
function Hints() {
  if (hinted.value) return null;
  return (
    <aside class="hints" aria-label="Hints">
      <ol>
        <li><b>Play.</b> Touch the keys below, plug a keyboard in, or use <kbd>Z</kbd> to <kbd>M</kbd> and <kbd>Q</kbd> to <kbd>P</kbd>; <kbd>−</kbd> <kbd>=</kbd> shift the octave.</li>
        <li><b>Wait.</b> jamd listens for a few beats, then answers with chords.</li>
        <li><b>Stop.</b> <kbd>Esc</kbd> is panic: all notes off; <kbd>?</kbd> lists the other keys.</li>
      </ol>
      <button type="button" onClick={() => { hinted.value = true; }}>Got it</button>
    </aside>
  );
}

/** Speaker turns the sound on and off and shows the loudness. */
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
if (new URLSearchParams(location.search).has("key")) history.replaceState(null, "", "/"); // the key of the link has done its work
connect();
render(<Page />, document.getElementById("page")!);
