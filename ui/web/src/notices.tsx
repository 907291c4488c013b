// Short messages about the jam: a port was unplugged, a policy was too slow, a knob was learned. Each disappears by
// itself; some have a button.
import { notices } from "./jam";
import { texts } from "./language";

export function Notices() {
  return (
    <ul class="notices" aria-label={texts.value.notices}>
      {notices.value.map(({ id, text, button }) => (
        <li key={id}>
          {text}
          {button && (
            <button
              type="button"
              onClick={async () => {
                if (await button.press()) notices.value = notices.value.filter((n) => n.id !== id);
              }}
            >
              {button.label}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
