// The three questions after a jam. They appear if the player wants them, and after every blind jam.
import { effect, signal, useSignal } from "@preact/signals";
import { ask, ended, endedBlind, started } from "./jam";
import type { Rating, Session } from "./protocol";
import { stored } from "./stored";

export const asksForRating = stored("ratings", false);
const done = stored<string>("rated", ""); // the last session that was asked about
const revealed = signal(""); // the policy of the blind jam that was just rated

effect(() => {
  if (started.value) revealed.value = "";
});

const questions: [keyof Rating, string, string, string][] = [
  ["adaptation", "How quickly did it adapt to you?", "slowly", "at once"],
  ["control", "How much were you in control?", "not at all", "fully"],
  ["enjoyment", "How much did you enjoy it?", "not at all", "very much"],
];

/** Questions asks about a session. rated gets the session as it is after the rating. */
export function Questions({
  id,
  given,
  blind,
  rated,
  skip,
  later = "Skip",
}: {
  id: string;
  given?: Rating;
  blind: boolean;
  rated: (s: Session) => void;
  skip: () => void;
  later?: string;
}) {
  const answers = useSignal<Rating>(given ?? { adaptation: 0, control: 0, enjoyment: 0 });
  return (
    <form
      class="rating"
      aria-label="How was it?"
      onSubmit={async (e) => {
        e.preventDefault();
        const response = await ask("PUT", `sessions/${encodeURIComponent(id)}/rating`, answers.value);
        if (response) rated(await response.json());
      }}
    >
      {questions.map(([name, question, least, most]) => (
        <fieldset key={name}>
          <legend>{question}</legend>
          <span>{least}</span>
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
          <span>{most}</span>
        </fieldset>
      ))}
      <p>
        <button type="submit" disabled={!Object.values(answers.value).some((n) => n > 0)}>
          Save
        </button>
        <button type="button" onClick={skip}>
          {later}
        </button>
        {blind && <small>Answer to learn which policy played, here or under Sessions.</small>}
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
        <b>{revealed.value}</b> played.{" "}
        <button
          type="button"
          onClick={() => {
            revealed.value = "";
          }}
        >
          Close
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
