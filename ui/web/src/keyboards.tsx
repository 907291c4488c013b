// The MIDI keyboards: those that jamd hears at a port, and those that the browser hears. A light shows notes that
// come in.
import { useEffect, useRef } from "preact/hooks";
import { heardFrom, params, set } from "./jam";
import { texts } from "./language";
import { fixedBy } from "./reasons";
import { browserKeyboards, connectBrowserMIDI } from "./webmidi";

export function Keyboards() {
  const p = params.value.find((p) => p.name === "in");
  const t = texts.value;
  const ports = (p?.words ?? []).filter((w) => w !== "page");
  return (
    <div class="panel keyboards">
      <ul aria-label={t.keyboards}>
        {ports.map((port) => (
          <li key={port}>
            <button
              type="button"
              aria-pressed={p!.value === port}
              disabled={!!p!.fixed}
              onClick={() => void set("in", p!.value === port ? "page" : port)}
            >
              <Light from={p!.value === port ? "port" : ""} />
              {port}
            </button>
          </li>
        ))}
        {browserKeyboards.value?.map((k) => (
          <li key={`b${k.number}`} class="heard">
            <Light from={`browser ${k.number}`} />
            {k.name} <small>{t.throughBrowser}</small>
          </li>
        ))}
      </ul>
      {ports.length === 0 && !browserKeyboards.value?.length && (
        <p class="hint">
          {browserKeyboards.value ? t.browserHearsNone : p?.fixed ? t.hearsNone(fixedBy(p)!) : t.hearsNoneYet}
        </p>
      )}
      {"requestMIDIAccess" in navigator && browserKeyboards.value === null && (
        <button type="button" onClick={() => void connectBrowserMIDI()}>
          {t.hearThroughBrowser}
        </button>
      )}
    </div>
  );
}

/** Light shines for a moment with each note that comes from a keyboard. */
function Light({ from }: { from: string }) {
  const light = useRef<HTMLElement>(null),
    heard = heardFrom.value;
  useEffect(() => {
    if (heard.source !== from || !from) return;
    light.current!.classList.add("lit");
    const off = setTimeout(() => light.current?.classList.remove("lit"), 160);
    return () => clearTimeout(off);
  }, [heard]);
  return <i class="light" ref={light} aria-hidden="true" />;
}
