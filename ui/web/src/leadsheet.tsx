// The lead sheet of a jam: engraved on the page, and printed or saved as PDF by the browser.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Paper } from "./engrave";
import { ask, problem } from "./jam";
import { texts } from "./language";
import { stored } from "./stored";

const americas = /-(US|CA|MX|CO|CL|PH|VE|CR|GT|PA|SV|PR)$/i; // where paper is Letter
const paper = stored<Paper>("paper", americas.test(navigator.language) ? "Letter" : "A4");

/** LeadSheet shows the lead sheet at a path of the API. name is that of the file with its MusicXML. */
export function LeadSheet({ path, name }: { path: string; name: string }) {
  const pages = useRef<HTMLDivElement>(null),
    drawn = useSignal(""), // the paper that is shown
    drawing = useSignal(true),
    t = texts.value;
  useEffect(() => {
    let wanted = true;
    drawn.value = "";
    drawing.value = true;
    void (async () => {
      try {
        const response = await ask("GET", path);
        if (!response) return;
        const [{ engrave }, xml] = await Promise.all([import("./engrave"), response.text()]);
        const sheet = await engrave(xml, paper.value);
        if (!wanted) return;
        pages.current!.replaceChildren(...sheet);
        drawn.value = paper.value;
      } catch (e) {
        problem.value = t.noSheet((e as Error).message);
      } finally {
        if (wanted) drawing.value = false;
      }
    })();
    return () => {
      wanted = false;
    };
  }, [path, paper.value]);
  return (
    <section class="sheet" aria-label={t.leadSheet}>
      <div class="opened">
        <button type="button" disabled={!drawn.value} onClick={() => print()}>
          {t.printSheet}
        </button>
        <label>
          {t.paper}{" "}
          <select
            value={paper.value}
            onChange={(e) => {
              paper.value = e.currentTarget.value as Paper;
            }}
          >
            <option>A4</option>
            <option>Letter</option>
          </select>
        </label>
        <a class="button" href={`/api/${path}`} download={`${name}.musicxml`}>
          MusicXML
        </a>
        {drawing.value && <span role="status">{t.engraving}</span>}
      </div>
      <div class={`pages ${drawn.value}`} ref={pages} role="img" aria-label={t.sheetLabel(name)} />
    </section>
  );
}
