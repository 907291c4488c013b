// The metre of the jam: one of the usual ones, or any that is typed in.
import { useState } from "preact/hooks";
import { params, set } from "./jam";
import { texts } from "./language";
import { helpOf, wordOf } from "./names";

const other = "other"; // the entry of the list that lets the player type

/** Metre chooses the metre. */
export function Metre() {
  const [typing, type] = useState(false);
  const meter = params.value.find((p) => p.name === "meter");
  if (!meter) return null;
  const typed = (text: string) => {
    type(false);
    if (text && text !== meter.value) void set("meter", text);
  };
  return (
    <div>
      <label class="label" for="param-meter">
        {texts.value.metre}
      </label>
      {typing ? (
        <input
          id="param-meter"
          size={8}
          placeholder="3+2+2/8"
          title={helpOf(meter)}
          autocomplete="off"
          ref={(e) => e?.focus()}
          onBlur={(e) => typed(e.currentTarget.value.trim())}
          onKeyDown={(e) => {
            if (e.key === "Enter") e.currentTarget.blur();
            if (e.key === "Escape") type(false);
          }}
        />
      ) : (
        <select
          id="param-meter"
          value={meter.value}
          disabled={!!meter.fixed}
          onChange={(e) => (e.currentTarget.value === other ? type(true) : void set("meter", e.currentTarget.value))}
        >
          {[...new Set([...(meter.words ?? []), meter.value, other])].map((m) => (
            <option key={m} value={m}>
              {m === other ? texts.value.otherMetre : wordOf(meter, m)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
