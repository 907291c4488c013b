// MIDI learn: a knob, key or program of the player's keyboard changes a setting from then on. In a mode of its own,
// each setting has a button to begin with.
import { signal } from "@preact/signals";
import { ask, info, notice, params } from "./jam";
import { Keyboards } from "./keyboards";
import { texts } from "./language";
import { fixedIn, settingOf, targetOf, triggerOf } from "./names";
import type { Learned } from "./protocol";
import { browserKeyboards } from "./webmidi";

const patience = 30_000; // ms that jamd listens for a knob, as `jamd ctl learn` does

const learning = signal(false); // the mode
const listening = signal(""); // the target whose knob jamd listens for; "" for none
let given: AbortController | undefined; // ends the listening

/** giveUp ends the listening for a knob and returns false if there is none. */
export function giveUp(): boolean {
  if (!listening.value) return false;
  listening.value = "";
  given?.abort();
  return true;
}

async function learn(target: string) {
  giveUp();
  listening.value = target;
  const mine = new AbortController();
  given = mine;
  const t = texts.value.learn;
  const end = notice(t.turnFor(targetOf(target, params.value)), {
    label: texts.value.cancel,
    press: async () => giveUp(),
  });
  const late = setTimeout(() => {
    if (giveUp()) notice(t.nothingCame);
  }, patience);
  const response = await ask("POST", "learned", { target }, mine.signal);
  clearTimeout(late);
  end();
  if (given === mine) listening.value = "";
  if (response) tell(await response.json());
}

let endOffer = () => {}; // ends the notice that offers to undo the last change

/** tell says what a knob changes now, and offers to undo that. Only the last change can be undone: older offers end. */
function tell({ trigger, target }: Learned) {
  const t = texts.value,
    name = triggerOf(trigger);
  endOffer();
  endOffer = notice(target ? t.learn.learned(name, targetOf(target, params.value)) : t.learn.forgotten(name), {
    label: t.undo,
    press: undo,
  });
}

async function undo(): Promise<boolean> {
  const response = await ask("POST", "learned/undo");
  if (!response) return false;
  const { trigger, target }: Learned = await response.json();
  const t = texts.value.learn,
    name = triggerOf(trigger);
  notice(target ? t.learned(name, targetOf(target, params.value)) : t.forgotten(name));
  return true;
}

async function forget(trigger: string) {
  const response = await ask("DELETE", `learned/${encodeURIComponent(trigger)}`);
  if (response) tell(await response.json());
}

/** Knob shows which knobs a setting has, and in the mode a button to learn one. */
export function Knob({ name }: { name: string }) {
  const learned = (info.value?.learned ?? []).filter((l) => settingOf(l.target) === name);
  const learns = learning.value && params.value.some((p) => p.name === name && p.learns);
  if (learned.length === 0 && !learns) return null;
  return (
    <small class="knob">
      {learned
        .map((l) => [triggerOf(l.trigger), fixedIn(l.target, params.value)].filter(Boolean).join(": "))
        .join("; ")}
      {learns && <Learn target={name} />}
    </small>
  );
}

/** Learn begins to listen for the knob of a target, or gives up. */
function Learn({ target }: { target: string }) {
  const t = texts.value.learn,
    listens = listening.value === target,
    what = targetOf(target, params.value);
  return (
    <button
      type="button"
      aria-pressed={listens}
      aria-label={listens ? `${t.turn} ${what}` : t.learnFor(what)}
      onClick={() => (listens ? giveUp() : void learn(target))}
    >
      {listens ? t.turn : t.learn}
    </button>
  );
}

/** LearnMode turns the mode on and off. */
export function LearnMode() {
  return (
    <button
      type="button"
      aria-pressed={learning.value}
      onClick={() => {
        giveUp();
        learning.value = !learning.value;
      }}
    >
      {texts.value.learn.mode}
    </button>
  );
}

/** Learning says how to learn, and lists what is learned. Its settings are those that have their place elsewhere. */
export function Learning({ names, presets }: { names: string[]; presets: string[] }) {
  if (!learning.value) return null;
  const t = texts.value.learn,
    learned = info.value?.learned ?? [];
  const targets = [...names, ...presets.map((name) => `preset=${name}`)];
  return (
    <section class="panel learning" aria-label={t.mode}>
      <p class="hint">{t.hint}</p>
      {!info.value?.in && !browserKeyboards.value?.length && <Keyboards />}
      <p class="targets">
        {targets.map((target) => (
          <span key={target}>
            {targetOf(target, params.value)} <Learn target={target} />
          </span>
        ))}
      </p>
      {learned.length > 0 && (
        <ul aria-label={t.list}>
          {learned.map((l) => (
            <li key={l.trigger}>
              <b>{triggerOf(l.trigger)}</b> {targetOf(l.target, params.value)}
              <button
                type="button"
                aria-label={t.forgetIt(triggerOf(l.trigger))}
                onClick={() => void forget(l.trigger)}
              >
                {t.forget}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
