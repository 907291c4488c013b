// The three questions after a jam. They appear if the player wants them, and after every blind jam.
import { effect, signal, useSignal } from "@preact/signals";
import { ask, ended, endedBlind, started } from "./jam";
import { Marked, texts } from "./language";
import type { Rating, Session } from "./protocol";
import { stored } from "./stored";

export const asksForRating = stored("ratings", false);
const done = stored<string>("rated", ""); // the last session that was asked about
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
  rated,
  skip,
  later = texts.value.skip,
}: {
  id: string;
  given?: Rating;
  blind: boolean;
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

/** RateIt asks about the jam that has just ended. */
export function RateIt() {
  const session = ended.value;
  if (started.value) return null;
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
  if (!(asksForRating.value || endedBlind.value) || !session || session === done.value) return null;
  return (
    <Questions
      key={session}
      id={session}
      blind={endedBlind.value}
      skip={() => {
        done.value = session;
      }}
      rated={(s) => {
        done.value = session;
        if (s.blind) revealed.value = s.policy;
      }}
    />
  );
}
