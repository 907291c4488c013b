// What is set otherwise than jamd begins with, and the way to keep it in the configuration file.
import { signal } from "@preact/signals";
import { ask, params } from "./jam";
import { titleOf, valueOf } from "./names";
import type { Param } from "./protocol";

const told = signal<{ line: string; file: string } | null>(null); // what was kept last

const changed = () => params.value.filter((p) => p.kept !== undefined && p.kept !== p.value && !p.fixed);

async function keep(p: Param) {
  const response = await ask("POST", `params/${encodeURIComponent(p.name)}/keep`);
  if (response) told.value = await response.json();
}

async function undo() {
  if (await ask("DELETE", "kept")) told.value = null;
}

export function Keep() {
  const some = changed(), last = told.value;
  return (
    <>
      {some.length > 0 && (
        <p class="changed" id="keep">
          <span>Keep for the next time:</span>
          {some.map((p) => (
            <button type="button" key={p.name} aria-label={`Keep ${titleOf(p.name)} ${valueOf(p)} for the next time`} onClick={() => void keep(p)}>
              {titleOf(p.name)} <b>{valueOf(p)}</b>
            </button>
          ))}
        </p>
      )}
      {last && (
        <p class="note" role="status">
          <code>{last.line}</code> is in {last.file}
          <button type="button" onClick={() => void undo()}>Undo</button>
          <button type="button" onClick={() => { told.value = null; }}>Close</button>
        </p>
      )}
    </>
  );
}

/** focusKeep goes to what can be kept. */
export function focusKeep() { document.querySelector<HTMLElement>("#keep button")?.focus(); }
