// Short messages about the jam: a port was unplugged, a policy was too slow. Each disappears by itself; some have a
// button.
import { notices, set } from "./jam";
import { texts } from "./language";
import type { Offer } from "./protocol";

export function Notices() {
  return (
    <ul class="notices" aria-label={texts.value.notices}>
      {notices.value.map((n) => (
        <li key={n.id}>
          {n.text}
          {n.offer && <Button id={n.id} offer={n.offer} />}
        </li>
      ))}
    </ul>
  );
}

/** Button sets what its notice offers; then the notice is gone. */
function Button({ id, offer }: { id: number; offer: Offer }) {
  const take = async () => {
    if (await set(offer.name, offer.value)) notices.value = notices.value.filter((n) => n.id !== id);
  };
  return (
    <button type="button" onClick={take}>
      {offer.name === "clock" ? texts.value.followMe : offer.label}
    </button>
  );
}
