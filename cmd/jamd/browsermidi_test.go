package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"jamd/jam"
)

// fakeMIDI gives the page a browser with MIDI keyboards that the test plugs in, plays and unplugs.
const fakeMIDI = `(() => {
	const access = { inputs: new Map() };
	navigator.requestMIDIAccess = async () => access;
	globalThis.plug = (id) => {
		access.inputs.set(id, { id, name: id, state: 'connected' });
		access.onstatechange?.();
	};
	globalThis.unplug = (id) => {
		access.inputs.get(id).state = 'disconnected';
		access.onstatechange();
		access.inputs.delete(id);
	};
	globalThis.midi = (id, ...data) => access.inputs.get(id).onmidimessage({ timeStamp: performance.now(), data: new Uint8Array(data) });
	globalThis.lit = () => [...document.querySelectorAll('[data-pitch][aria-pressed=true]')].map((key) => key.dataset.pitch).join(' ');
})()`

// TestKeyboardsInABrowser plays two keyboards at the browser: what each sends reaches the jam through the same parser as at a
// port, the page shows what was heard, and a keyboard that is unplugged holds nothing any more.
func TestKeyboardsInABrowser(t *testing.T) {
	rack, v := browseRack(t, jam.Bars{Meter: jam.Quarters(4)})
	v.do(fakeMIDI)
	v.do(`plug('Stage 73')`)
	v.do(`plug('Pad')`)
	v.do(`[...document.querySelectorAll('button')].find((b) => b.textContent.startsWith('Hear MIDI')).click()`)
	v.wait("the keyboards' names", `/Stage 73.*Pad/.test(document.querySelector('.keyboards').textContent)`)
	v.sees("stage 73, pad", `document.querySelector('.door:nth-of-type(2)').textContent`)
	lit := func(pitches string) {
		t.Helper()
		v.wait("the keys "+pitches, `lit() === '`+pitches+`'`)
	}

	v.do(`midi('Stage 73', 0x93, 60, 80, 64, 70)`) // running status
	lit("60 64")
	v.do(`midi('Stage 73', 0x93, 60, 0)`)
	lit("64")
	v.do(`midi('Stage 73', 0xF0, 1, 2, 0xF7)`)
	v.do(`midi('Stage 73', 0xF8)`)
	v.do(`midi('Stage 73', 0x93, 62)`)
	v.do(`midi('Stage 73', ...new Array(1000).fill(0xF0))`)
	v.do(`midi('Pad', 0x90, 72, 1)`)
	lit("64 72")
	v.do(`midi('Stage 73', 0xB3, 64, 127)`)
	v.do(`unplug('Stage 73')`) // with a key and the pedal down
	lit("")                    // as it says all notes off
	v.do(`midi('Pad', 0x90, 74, 1)`)
	lit("74")
	v.do(`midi('Pad', 0xB0, 123, 0)`)
	lit("")
	v.do(`plug('Stage 73')`)
	v.do(`midi('Stage 73', 0x90, 65, 1)`)
	lit("65")
	v.run(chromedp.Reload()) // with a key down

	want := strings.Join([]string{
		"keyboard 93 60 80", "keyboard 93 64 70", "keyboard 93 60 0", "keyboard 90 72 1", "keyboard B3 64 127",
		"keyboard 83 64 0", "keyboard B3 64 0", "keyboard B3 123 0",
		"keyboard 90 74 1", "keyboard B0 123 0", "keyboard 90 65 1", "keyboard 80 65 0", "keyboard B0 64 0", "keyboard B0 123 0",
	}, "; ")
	for end := time.Now().Add(patience); len(rack.all()) < len(want) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if got := rack.all(); got != want {
		t.Errorf("the jam heard\n%s\nwant\n%s", got, want)
	}
	v.unbroken()
}
