// What befell the jam, told quietly: a port that left, a policy that was too slow. Each goes by itself.
import { notices } from "./jam";

export function Notices() {
  return (
    <ul class="notices" role="status" aria-label="Notices">
      {notices.value.map((n) => <li key={n.id}>{n.text}</li>)}
    </ul>
  );
}
