// The roll and the chart of the jam: side by side, or on a narrow screen one of them.
import { Song } from "./chords";
import { Roll } from "./roll";
import { stored } from "./stored";

const shown = stored<"roll" | "chart">("view", "roll");

export function Views() {
  return (
    <div class="views" data-shows={shown.value}>
      <div class="choice" role="group" aria-label="What is shown">
        <button type="button" aria-pressed={shown.value === "roll"} onClick={() => (shown.value = "roll")}>
          Roll
        </button>
        <button type="button" aria-pressed={shown.value === "chart"} onClick={() => (shown.value = "chart")}>
          Chart
        </button>
      </div>
      <Roll />
      <Song />
    </div>
  );
}
