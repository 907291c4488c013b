package main

import "testing"

// A jam whose sessions cannot be read when it ends does not keep the player from the next one.
func TestSessionsThatCannotBeReadInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1")
	v.see(`#param-policy`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC")
	v.do(`(() => {
		const asked = fetch;
		globalThis.fetch = async (...request) => (String(request[0]).endsWith('/sessions') ? new Response('[{') : asked(...request));
	})()`)
	v.clickText("Stop")
	v.wait("the first screen", `document.querySelector('.front') !== null && document.querySelector('.note.red') !== null`)
}
