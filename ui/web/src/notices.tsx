// Short messages about the jam: a port was unplugged, a policy was too slow. Each disappears by itself.
import { notices } from "./jam";

export function Notices() {
  return (
    <ul class="notices" aria-label="Notices">
      {notices.value.map((n) => <li key={n.id}>{n.text}</li>)}
    </ul>
  );
}
