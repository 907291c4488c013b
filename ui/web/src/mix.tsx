// Settings of this page alone: its sounds, their volumes, and its keys.
import { octave, shiftOctave, velocity } from "./keys";
import { percent, texts } from "./language";
import { buses, chordSound, on, sound, volumes } from "./sound";
import { notation, notations, pretty } from "./theory";
import { chordSounds } from "./voices";

export function ChordSound() {
  return (
    <div class="control list">
      <label for="chord-sound">{texts.value.chordSound}</label>
      <select
        id="chord-sound"
        value={chordSound.value}
        onChange={(e) => {
          sound.hush();
          chordSound.value = e.currentTarget.value;
        }}
      >
        {Object.keys(chordSounds).map((s) => (
          <option key={s} value={s}>
            {texts.value.sounds[s] ?? s}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Notation chooses how chords are written. */
export function Notation() {
  return (
    <div class="control list wide">
      <label for="notation">{texts.value.notation}</label>
      <select
        id="notation"
        value={notation.value}
        onChange={(e) => {
          notation.value = e.currentTarget.value as typeof notation.value;
        }}
      >
        {notations.map((as) => (
          <option key={as} value={as}>
            {["Dm7", "Cmaj7", "Bm7b5"].map((symbol) => Object.values(pretty(symbol, as)).join("")).join("  ")}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Volumes() {
  return (
    <>
      <div class="control switch">
        <label for="sound-on">{texts.value.sound}</label>
        <input
          id="sound-on"
          type="checkbox"
          role="switch"
          checked={on.value ?? !sound.elsewhere.value}
          onChange={(e) => {
            on.value = e.currentTarget.checked;
          }}
        />
      </div>
      {buses.map((bus) => (
        <div class="control number" key={bus}>
          <label for={`volume-${bus}`}>{texts.value.buses[bus]}</label>
          <output for={`volume-${bus}`}>{percent(volumes.value[bus])}</output>
          <input
            id={`volume-${bus}`}
            type="range"
            min="0"
            max="1"
            step="0.01"
            value={volumes.value[bus]}
            onInput={(e) => {
              volumes.value = { ...volumes.value, [bus]: Number(e.currentTarget.value) };
            }}
          />
        </div>
      ))}
    </>
  );
}

export function Keys() {
  const t = texts.value;
  return (
    <>
      <div class="control number">
        <label for="velocity">{t.touchVelocity}</label>
        <output for="velocity">{velocity.value}</output>
        <input
          id="velocity"
          type="range"
          min="1"
          max="127"
          step="1"
          value={velocity.value}
          onInput={(e) => {
            velocity.value = Number(e.currentTarget.value);
          }}
        />
      </div>
      <div class="control wide">
        <span class="label">{t.octave}</span>
        <span class="pair">
          <button type="button" onClick={() => shiftOctave(-1)} aria-label={t.octaveDown}>
            −
          </button>
          <output>{octave.value > 0 ? `+${octave.value}` : octave.value}</output>
          <button type="button" onClick={() => shiftOctave(1)} aria-label={t.octaveUp}>
            +
          </button>
        </span>
      </div>
    </>
  );
}
