// Undo of the last setting, and presets: named sets of settings that are kept in the configuration file.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, info, problem } from "./jam";
import { texts } from "./language";
import { LearnMode } from "./learn";
import { titleOf } from "./names";
import type { Changes } from "./protocol";
import { reasonOf } from "./reasons";

export const presets = signal<string[]>([]); // their names

async function load() {
  const response = await ask("GET", "presets");
  if (response) presets.value = await response.json();
}

/** change asks for a change of several settings, and says which could not be made. */
async function change(path: string) {
  const response = await ask("POST", path);
  const changes: Changes | null = response && (await response.json());
  if (changes?.left.length)
    problem.value = texts.value.notSet(changes.left.map((l) => `${titleOf(l.name)}: ${reasonOf(l)}`).join("; "));
}

export const undo = () => void change("undo");

/** keep saves the settings as a preset. What a player types becomes a name that a file can have. */
async function keep(form: HTMLFormElement) {
  const box = form.elements.namedItem("preset") as HTMLInputElement;
  const name = box.value
    .trim()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_-]+/g, "-");
  if (box.value.trim() && !/[A-Za-z0-9]/.test(name)) {
    problem.value = texts.value.reason.preset_name();
    return;
  }
  if (!name || !(await ask("PUT", `presets/${encodeURIComponent(name)}`))) return;
  box.value = "";
  await load();
}

export function Presets() {
  useEffect(() => void load(), []);
  const t = texts.value;
  const undone = info.value?.undo ?? [];
  return (
    <div class="presets">
      <button type="button" disabled={undone.length === 0} onClick={undo}>
        {t.undo}{" "}
        {undone.length === 1 ? (
          <b>{titleOf(undone[0])}</b>
        ) : (
          undone.length > 1 && <b>{t.manySettings(undone.length)}</b>
        )}
      </button>
      <div role="group" aria-label={t.presets}>
        {presets.value.map((name) => (
          <button
            type="button"
            key={name}
            aria-label={t.presetLabel(name)}
            onClick={() => void change(`presets/${encodeURIComponent(name)}`)}
          >
            {name}
          </button>
        ))}
      </div>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void keep(e.currentTarget);
        }}
      >
        <input
          type="text"
          name="preset"
          maxLength={40}
          autocomplete="off"
          placeholder={t.newPreset}
          aria-label={t.presetName}
        />
        <button type="submit">{t.keepSettings}</button>
      </form>
      <LearnMode />
    </div>
  );
}
