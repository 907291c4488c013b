// Whether the controls behind "More" are shown, and the way to a control by a key.
import { signal } from "@preact/signals";

export const more = signal(false);

/** focusControl focuses a control. It opens "More" first, because the control may be there. */
export function focusControl(selector: string) {
  more.value = true;
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}
