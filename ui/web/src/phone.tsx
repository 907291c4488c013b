// A link for a phone, if the page is served to the network: as a QR code, and to be typed.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "./jam";
import { texts } from "./language";

interface Link {
  link: string;
  qr: string[];
}

const shown = signal<Link | null>(null);
const remote = !/^(127\.|localhost$|\[::1\]$)/.test(location.hostname);

/** PhoneButton asks for a link. It is there only if the network can reach the page. */
export function PhoneButton() {
  if (!remote) return null;
  const open = async () => {
    const response = await ask("POST", "link");
    if (response) shown.value = await response.json();
  };
  return (
    <button type="button" class="plain" onClick={() => void open()}>
      {texts.value.onPhone}
    </button>
  );
}

/** Phone shows the link. Each link works once. */
export function Phone() {
  const dialog = useRef<HTMLDialogElement>(null),
    l = shown.value,
    t = texts.value;
  useEffect(() => {
    if (l) dialog.current?.showModal();
  }, [l]);
  if (!l) return null;
  const path = l.qr
    .flatMap((row, y) => [...row].map((module, x) => (module === "1" ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <dialog
      class="phone"
      ref={dialog}
      aria-labelledby="phone-title"
      onClose={() => {
        shown.value = null;
      }}
    >
      <h2 id="phone-title">{t.onPhone}</h2>
      <svg viewBox={`0 0 ${l.qr.length} ${l.qr.length}`} role="img" aria-label={t.qrLabel} shape-rendering="crispEdges">
        <rect width="100%" height="100%" fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <p>{t.scan}</p>
      <p>
        <code>{l.link}</code>
      </p>
      <form method="dialog">
        <button type="submit">{t.close}</button>
      </form>
    </dialog>
  );
}
