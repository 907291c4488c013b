import { computed, signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Announcer } from "./announce";
import { placed } from "./blind";
import { Controls, Transport } from "./controls";
import { Front } from "./front";
import { whenIdle } from "./idle";
import { between, connect, connected, info, panic, params, problem, recordsSessions, started } from "./jam";
import { settled } from "./kept";
import { Piano, touches, useComputerKeys } from "./keys";
import { Languages, speak, texts } from "./language";
import { Health, Latency, showsLatency } from "./latency";
import { Notices } from "./notices";
import { Phone, PhoneButton } from "./phone";
import { prepare } from "./piano";
import { asksForRating, RateIt } from "./rating";
import { Sessions } from "./sessions";
import { Help, helping } from "./shortcuts";
import { awake, on, sound } from "./sound";
import { Stage } from "./stage";
import { Views } from "./views";

const view = signal<"jam" | "sessions">("jam");

/** waiting tells whether a jam waits for its player: not in a count-in, and not in a tune. */
const waiting = computed(
  () =>
    !!info.value &&
    !between.value &&
    settled.value &&
    !started.value &&
    info.value.waits_for !== "" &&
    !info.value.tune,
);

function Page() {
  useComputerKeys();
  useEffect(() => {
    const wake = () => sound.wake(); // after the keys: a note is on its way before the sound begins
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake);
    return () => {
      for (const event of ["pointerdown", "keydown"]) removeEventListener(event, wake);
    };
  }, []);
  const t = texts.value;
  return (
    <>
      <header>
        <h1>jamd</h1>
        <p class="what">{what()}</p>
        <nav aria-label={t.views}>
          <button
            type="button"
            aria-pressed={view.value === "jam"}
            onClick={() => {
              view.value = "jam";
            }}
          >
            {t.jam}
          </button>
          {recordsSessions.value && (
            <button
              type="button"
              aria-pressed={view.value === "sessions"}
              onClick={() => {
                view.value = "sessions";
              }}
            >
              {t.sessions}
            </button>
          )}
        </nav>
        <Health />
        <Speaker />
        <Transport />
        <button type="button" class="panic" onClick={panic} title="Esc">
          {t.panic}
        </button>
      </header>
      {!connected.value && <p class="note">{t.connecting}</p>}
      {problem.value && (
        <p class="note red" role="alert">
          {problem.value}{" "}
          <button
            type="button"
            onClick={() => {
              problem.value = "";
            }}
          >
            {t.close}
          </button>
        </p>
      )}
      <main>
        {view.value === "sessions" ? (
          <Sessions />
        ) : (
          <>
            <div class="above">
              {waiting.value ? (
                <Front />
              ) : (
                <>
                  <Stage />
                  <Views />
                </>
              )}
            </div>
            <Piano />
            <RateIt />
            <Controls />
            {showsLatency.value && <Latency />}
          </>
        )}
      </main>
      <footer>
        {recordsSessions.value && (
          <label>
            <input
              type="checkbox"
              checked={asksForRating.value}
              onChange={(e) => {
                asksForRating.value = e.currentTarget.checked;
              }}
            />{" "}
            {t.askAfter}
          </label>
        )}
        <button
          type="button"
          class="plain"
          onClick={() => {
            helping.value = true;
          }}
        >
          {t.keys} <kbd>?</kbd>
        </button>
        <Health />
        <PhoneButton />
        <Languages />
        <span>{info.value ? `jamd ${info.value.version}` : ""}</span>
      </footer>
      <Notices />
      <Announcer />
      <Help />
      <Phone />
    </>
  );
}

/** what names the policy and the ports, and says if the jam is not recorded. */
function what() {
  const jam = info.value;
  if (!jam) return "";
  const t = texts.value;
  const unrecorded = params.value.some((p) => p.name === "record" && p.value === "off");
  return [
    placed(jam.trial),
    jam.blind ? t.hiddenPolicy : jam.policy,
    t.hears(jam.in || t.thisPage),
    jam.out && t.plays(jam.out),
    unrecorded && t.notRecorded,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Speaker turns the sound on and off and shows the loudness. */
function Speaker() {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      if (meter.current) meter.current.value = Math.min(1, sound.level() * 3);
    }, 80);
    return () => clearInterval(timer);
  }, []);
  const t = texts.value;
  const audible = on.value ?? !sound.elsewhere.value;
  return (
    <span class="speaker">
      <button
        type="button"
        aria-pressed={audible}
        onClick={() => {
          sound.wake();
          on.value = !audible;
        }}
      >
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path
            d={
              audible
                ? "M3 8v4h3l5 4V4L6 8zM13.5 7a4 4 0 0 1 0 6M15.5 4.5a7.5 7.5 0 0 1 0 11"
                : "M3 8v4h3l5 4V4L6 8zM14 8l4 4m0-4l-4 4"
            }
          />
        </svg>
        <span>{audible ? (awake.value || touches.value ? t.soundOn : t.soundAfterKey) : t.soundOff}</span>
      </button>
      <meter ref={meter} min={0} max={1} aria-label={t.loudness} />
    </span>
  );
}

performance.mark("script");
// The key of the link has done its work: it must not stay in the history.
if (new URLSearchParams(location.search).has("key")) history.replaceState(null, "", "/");
connect();
await speak();
render(<Page />, document.getElementById("page")!);
whenIdle(() => sound.prepare());
prepare();
