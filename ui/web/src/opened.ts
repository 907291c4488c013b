// The session that is open in the list of sessions, with its chart.
import { signal } from "@preact/signals";
import type { ChartBar } from "./chart";
import { songOf } from "./chords";

export const open = signal<{ id: string; song: ChartBar[] } | null>(null);

let asked = ""; // the session that is to be open, whose chart may be on its way

/** turn opens a session when its chart is there, or closes it. If another was asked for meanwhile, that one counts. */
export async function turn(id: string) {
  asked = open.peek()?.id === id ? "" : id;
  if (!asked) {
    open.value = null;
    return;
  }
  const song = await songOf(id);
  if (asked === id) open.value = { id, song };
}
