// Why something is not possible, in the player's language.
import { texts } from "./language";
import { titleOf } from "./names";
import type { Param, Problem } from "./protocol";

/** reasonOf words a problem. Without a code, jamd's English text is all there is. */
export function reasonOf({ code, args = {}, error }: Problem): string {
  if (!code) return error;
  return texts.value.reason[code](args.setting ? { ...args, setting: titleOf(args.setting) } : args);
}

/** fixedBy says why a setting cannot be changed now; undefined if it can. */
export const fixedBy = (p: Param): string | undefined => p.fixed && reasonOf({ error: p.fixed, code: p.fixed_code });
