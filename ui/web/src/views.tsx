// The roll and the chart of the jam: side by side, or on a narrow screen one of them.
import { Song } from "./chords";
import { texts } from "./language";
import { Roll } from "./roll";
import { stored } from "./stored";

const shown = stored<"roll" | "chart">("view", "roll");

export function Views() {
  return (
    <div class="views" data-shows={shown.value}>
      <div class="choice" role="group" aria-label={texts.value.whatIsShown}>
        <button type="button" aria-pressed={shown.value === "roll"} onClick={() => (shown.value = "roll")}>
          {texts.value.roll}
        </button>
        <button type="button" aria-pressed={shown.value === "chart"} onClick={() => (shown.value = "chart")}>
          {texts.value.chart}
        </button>
      </div>
      <Roll />
      <Song />
    </div>
  );
}
