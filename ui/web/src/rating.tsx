// The three questions after a jam. They appear if the player wants them, and after every blind jam.
import { effect, signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { placed } from "./blind";
import { ask, between, ended, endedBlind, started } from "./jam";
import { kept, settled } from "./kept";
import { Marked, number, texts } from "./language";
import { maxComment, type Rating, type Session } from "./protocol";
import { stored } from "./stored";

export const asksForRating = stored("ratings", false);
const done = stored<string>("rated", ""); // the last session that was asked about
// The jam that the player has begun to rate.
const begun = signal<{ session: string; blind: boolean; place?: string } | null>(null);
const revealed = signal<Session | null>(null); // the blind jam that was just rated

effect(() => {
  if (started.value) revealed.value = null;
});

const questions = ["adaptation", "control", "enjoyment"] as const;

/** Questions asks about a session. rated gets the session as it is after the rating. */
export function Questions({
  id,
  given,
  blind,
  begin,
  rated,
  skip,
  later = texts.value.skip,
  place,
}: {
  id: string;
  given?: Rating;
  blind: boolean;
  begin?: () => void; // called with every answer
  rated: (s: Session) => void;
  skip: () => void;
  later?: string;
  place?: string; // of the jam in a study
}) {
  const t = texts.value;
  const answers = useSignal<Rating>(given ?? { adaptation: 0, control: 0, enjoyment: 0 });
  const open = questions.filter((name) => answers.value[name] === 0).length; // a blind jam wants all answers
  return (
    <form
      class="rating"
      aria-label={t.howWasIt}
      onSubmit={async (e) => {
        e.preventDefault();
        const response = await ask("PUT", `sessions/${encodeURIComponent(id)}/rating`, answers.value);
        if (response) rated(await response.json());
      }}
    >
      {place && <b class="place">{place}</b>}
      {questions.map((name) => (
        <fieldset key={name}>
          <legend>{t.questions[name][0]}</legend>
          <span>{t.questions[name][1]}</span>
          {[1, 2, 3, 4, 5].map((n) => (
            <label key={n}>
              <input
                type="radio"
                name={`${id} ${name}`}
                checked={answers.value[name] === n}
                onChange={() => {
                  answers.value = { ...answers.value, [name]: n };
                  begin?.();
                }}
              />
              {n}
            </label>
          ))}
          <span>{t.questions[name][2]}</span>
        </fieldset>
      ))}
      <label class="comment">
        <span>{t.comment}</span>
        <textarea
          rows={2}
          maxLength={maxComment}
          value={answers.value.comment ?? ""}
          onInput={(e) => {
            answers.value = { ...answers.value, comment: e.currentTarget.value };
            begin?.();
          }}
        />
      </label>
      <p>
        <button type="submit" disabled={open > (blind ? 0 : 2)}>
          {t.save}
        </button>
        <button type="button" onClick={skip}>
          {later}
        </button>
        {blind && <small>{t.answerToLearn}</small>}
      </p>
    </form>
  );
}

/** due returns the jam to ask about. Answers that are begun outlast a key that starts the next jam. */
function due() {
  if (begun.value) return begun.value;
  const session = ended.value;
  if (started.value || between.value || !settled.value) return null; // what is above the questions may move still
  if (!(asksForRating.value || endedBlind.value) || !session || session === done.value) return null;
  const jam = kept.value?.session;
  return { session, blind: endedBlind.value, place: placed(jam?.trial) };
}

/** Told is a note that can be closed. */
function Told({ children, close }: { children: ComponentChildren; close: () => void }) {
  return (
    <p class="note" role="status">
      {children}{" "}
      <button type="button" onClick={close}>
        {texts.value.close}
      </button>
    </p>
  );
}

/** RateIt asks about the jam that has just ended. */
export function RateIt() {
  const t = texts.value,
    told = revealed.value,
    jam = kept.value?.session;
  if (told) {
    const last = told.trial && told.trial.jam >= told.trial.of;
    return (
      <Told
        close={() => {
          revealed.value = null;
        }}
      >
        <Marked text={t.played(told.policy)} /> {placed(told.trial)}
        {last && `. ${t.lastTrial}`}
      </Told>
    );
  }
  if (jam?.too_short && jam.id !== done.value && !started.value && !between.value) {
    return (
      <Told
        close={() => {
          done.value = jam.id;
        }}
      >
        {t.tooShort(number(jam.at_least ?? 0))}
      </Told>
    );
  }
  const asked = due();
  if (!asked) return null;
  const finish = () => {
    done.value = asked.session;
    begun.value = null;
  };
  return (
    <Questions
      key={asked.session}
      id={asked.session}
      blind={asked.blind}
      place={asked.place}
      begin={() => {
        begun.value = asked;
      }}
      skip={finish}
      rated={(s) => {
        finish();
        if (s.blind) revealed.value = s;
        if (kept.value?.session.id === s.id) kept.value = { ...kept.value, session: s };
      }}
    />
  );
}
