// The three questions after a jam. Off unless the player wants them.
import { useSignal } from "@preact/signals";
import { ask, ended, started } from "./jam";
import { kept } from "./kept";
import type { Rating } from "./protocol";

export const asksForRating = kept("ratings", false);
const done = kept<string>("rated", ""); // the session that was asked about last

const questions: [keyof Rating, string, string, string][] = [
  ["adaptation", "How quickly did it adapt to you?", "slowly", "at once"],
  ["control", "How much were you in control?", "not at all", "fully"],
  ["enjoyment", "How much did you enjoy it?", "not at all", "very much"],
];

export function RateIt() {
  const answers = useSignal<Rating>({ adaptation: 0, control: 0, enjoyment: 0 });
  const session = ended.value;
  if (!asksForRating.value || !session || session === done.value || started.value) return null;
  const close = () => { done.value = session; answers.value = { adaptation: 0, control: 0, enjoyment: 0 }; };
  const given = Object.values(answers.value).some((n) => n > 0);
  return (
    <form class="rating" aria-label="How was it?" onSubmit={async (e) => {
      e.preventDefault();
      if (await ask("PUT", `sessions/${encodeURIComponent(session)}/rating`, answers.value)) close();
    }}>
      {questions.map(([name, question, least, most]) => (
        <fieldset key={name}>
          <legend>{question}</legend>
          <span>{least}</span>
          {[1, 2, 3, 4, 5].map((n) => (
            <label key={n}>
              <input type="radio" name={name} checked={answers.value[name] === n} onChange={() => { answers.value = { ...answers.value, [name]: n }; }} />{n}
            </label>
          ))}
          <span>{most}</span>
        </fieldset>
      ))}
      <p><button type="submit" disabled={!given}>Keep</button><button type="button" onClick={close}>Skip</button></p>
    </form>
  );
}
