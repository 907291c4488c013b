// Where a recorded jam begins anew when it is looped.
import type { Midi } from "@tonejs/midi";

/** wholeBars returns when the last bar of a MIDI file ends, in seconds. */
export function wholeBars({ header, durationTicks }: Pick<Midi, "header" | "durationTicks">): number {
  const meter = header.timeSignatures.at(-1),
    [beats, unit] = meter?.timeSignature ?? [4, 4],
    from = meter?.ticks ?? 0;
  const bar = (header.ppq * 4 * beats) / unit;
  return header.ticksToSeconds(from + Math.max(1, Math.ceil((durationTicks - from) / bar)) * bar);
}
