// The jam that has just ended and was recorded. All that the page shows of it is loaded before any of it is shown: what
// came later would move the buttons under the finger.
import { computed, effect, signal } from "@preact/signals";
import type { ChartBar } from "./chart";
import { songOf } from "./chords";
import { ask, ended, problem } from "./jam";
import type { Session } from "./protocol";

/** kept is the jam, while it is the last one; null if there is none. */
export const kept = signal<{ session: Session; song: ChartBar[] } | null>(null);

const loaded = signal(""); // the session that was asked for last, and answered

/** settled tells whether nothing of a jam that has ended is still on its way. */
export const settled = computed(() => !ended.value || ended.value === loaded.value);

effect(() => {
  const id = ended.value;
  kept.value = null;
  if (id) void load(id);
});

async function load(id: string) {
  try {
    const [response, song] = await Promise.all([ask("GET", "sessions"), songOf(id)]);
    const all: Session[] = response ? await response.json() : [];
    if (id !== ended.value) return;
    const session = all.find((s) => s.id === id);
    kept.value = session ? { session, song } : null;
  } catch (e) {
    problem.value = (e as Error).message;
  } finally {
    if (id === ended.value) loaded.value = id; // also if there is nothing to show: the next jam waits for this
  }
}
