// The three questions after a jam. They appear if the player wants them, and after every blind jam.
import { effect, signal, useSignal } from "@preact/signals";
import { ask, between, ended, endedBlind, started } from "./jam";
import { settled } from "./kept";
import { Marked, texts } from "./language";
import type { Rating, Session } from "./protocol";
import { stored } from "./stored";

export const asksForRating = stored("ratings", false);
const done = stored<string>("rated", ""); // the last session that was asked about
const begun = signal<{ session: string; blind: boolean } | null>(null); // the jam that the player has begun to rate
const revealed = signal(""); // the policy of the blind jam that was just rated

effect(() => {
  if (started.value) revealed.value = "";
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
}: {
  id: string;
  given?: Rating;
  blind: boolean;
  begin?: () => void; // called with every answer
  rated: (s: Session) => void;
  skip: () => void;
  later?: string;
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
  return { session, blind: endedBlind.value };
}

/** RateIt asks about the jam that has just ended. */
export function RateIt() {
  if (revealed.value) {
    return (
      <p class="note" role="status">
        <Marked text={texts.value.played(revealed.value)} />{" "}
        <button
          type="button"
          onClick={() => {
            revealed.value = "";
          }}
        >
          {texts.value.close}
        </button>
      </p>
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
      begin={() => {
        begun.value = asked;
      }}
      skip={finish}
      rated={(s) => {
        finish();
        if (s.blind) revealed.value = s.policy;
      }}
    />
  );
}
