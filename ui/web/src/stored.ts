// A signal whose value the browser stores between visits.
import { effect, type Signal, signal } from "@preact/signals";

export function stored<T>(name: string, initial: T): Signal<T> {
  let value = initial;
  try {
    const text = localStorage.getItem(`jamd.${name}`);
    if (text !== null) value = JSON.parse(text);
  } catch {
    /* a browser that stores nothing: the page works without it */
  }
  const s = signal(value);
  effect(() => {
    const text = JSON.stringify(s.value);
    try {
      localStorage.setItem(`jamd.${name}`, text);
    } catch {
      /* the same */
    }
  });
  return s;
}
