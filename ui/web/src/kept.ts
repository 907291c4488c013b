// A signal that the browser keeps from visit to visit.
import { effect, signal, type Signal } from "@preact/signals";

export function kept<T>(name: string, initial: T): Signal<T> {
  let value = initial;
  try {
    const text = localStorage.getItem(`jamd.${name}`);
    if (text !== null) value = JSON.parse(text);
  } catch { /* a browser that keeps nothing: the page works all the same */ }
  const s = signal(value);
  effect(() => {
    const text = JSON.stringify(s.value);
    try { localStorage.setItem(`jamd.${name}`, text); } catch { /* as above */ }
  });
  return s;
}
