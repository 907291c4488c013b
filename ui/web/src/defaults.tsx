// Settings that differ from what jamd begins with, and buttons that save them as default in the configuration file.
import { signal } from "@preact/signals";
import { ask, info, params } from "./jam";
import { Marked, texts } from "./language";
import { titleOf, valueOf } from "./names";
import type { Param } from "./protocol";

const saved = signal<{ line: string; file: string } | null>(null); // the last line that was saved

/** changed returns the settings that differ. A tempo that was the player's, in the jam before, is nobody's wish. */
export const changed = () =>
  params.value.filter(
    (p) =>
      p.default !== undefined && p.default !== p.value && !p.fixed && !(p.name === "tempo" && info.value?.tempo === 0),
  );

async function save(p: Param) {
  const response = await ask("POST", `params/${encodeURIComponent(p.name)}/default`);
  if (response) saved.value = await response.json();
}

async function undo() {
  if (await ask("DELETE", "default")) saved.value = null;
}

export function Defaults() {
  const some = changed(),
    last = saved.value,
    t = texts.value;
  return (
    <>
      {some.length > 0 && (
        <p class="changed" id="defaults">
          <span>{t.saveAsDefault}</span>
          {some.map((p) => (
            <button
              type="button"
              key={p.name}
              aria-label={t.saveLabel(titleOf(p.name), valueOf(p))}
              onClick={() => void save(p)}
            >
              {titleOf(p.name)} <b>{valueOf(p)}</b>
            </button>
          ))}
        </p>
      )}
      {last && (
        <p class="note" role="status">
          <Marked text={t.saved} values={{ line: <b>{last.line}</b>, file: last.file }} />
          <button type="button" onClick={() => void undo()}>
            {t.undo}
          </button>
          <button
            type="button"
            onClick={() => {
              saved.value = null;
            }}
          >
            {t.close}
          </button>
        </p>
      )}
    </>
  );
}

/** focusDefaults focuses the first setting that can be saved. */
export function focusDefaults() {
  document.querySelector<HTMLElement>("#defaults button")?.focus();
}
