package main

import (
	"fmt"
	"math"
	"net"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// screen gives the browser a screen of a size: that of a phone, played with fingers, or one with a mouse.
func (v *visitor) screen(width, height int64, touch bool) {
	v.t.Helper()
	var options []chromedp.EmulateViewportOption
	if touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	v.run(chromedp.EmulateViewport(width, height, options...))
}

// TestFrontInABrowser is the first screen: three doors, how fast and how to begin, and the piano, in sight at every size.
func TestFrontInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--listen", "1", "--clock", "follow")
	v.see(`#param-policy`)
	for _, size := range []struct {
		width, height int64
		touch         bool
	}{{320, 640, true}, {390, 844, true}, {844, 390, true}, {768, 1024, true}, {1280, 900, false}, {1920, 1080, false}} {
		v.screen(size.width, size.height, size.touch)
		at := fmt.Sprintf("%d x %d", size.width, size.height)
		v.wait("the piano in sight at "+at, `(({ top, bottom }) => top >= 0 && bottom <= innerHeight && bottom - top >= 90)(document.querySelector('.piano').getBoundingClientRect())`)
		v.wait("doors and tempo in sight at "+at, `[...document.querySelectorAll('.door, .tempo, .ways')].every((e) => e.getBoundingClientRect().bottom <=
			document.querySelector('.dock').getBoundingClientRect().top)`)
		v.sees("false", `String(document.documentElement.scrollWidth > innerWidth)`)
		if size.touch {
			v.wait("keys wide enough at "+at, `[...document.querySelectorAll('.key.white')].every((e) => e.getBoundingClientRect().width >= 42)`)
			v.wait("buttons high enough at "+at, `[...document.querySelectorAll('.front button, .thumbs button')].every((e) => e.offsetParent === null || e.offsetHeight >= 44)`)
		}
		v.accessible("the first screen at " + at)
		v.picture(fmt.Sprintf("page-first-%d", size.width))
	}
	v.screen(1280, 900, false)

	// The tempo is typed, with a point or a comma, and nudged.
	v.do(`choose('#param-tempo', '87.5')`)
	v.wait("the tempo", `fetch('/api/status').then((r) => r.json()).then((s) => s.jam?.tempo === 87.5)`)
	v.do(`choose('#param-tempo', '91,25')`)
	v.wait("the tempo with a comma", `fetch('/api/status').then((r) => r.json()).then((s) => s.jam?.tempo === 91.25)`)
	v.wait("it is shown", `document.querySelector('#param-tempo').value === '91.3'`)
	v.click(`[aria-label="Faster"]`)
	v.wait("the next whole tempo", `document.querySelector('#param-tempo').value === '92'`)
	v.do(`choose('#param-meter', '3/4')`)
	v.wait("three beats", `document.querySelectorAll('.front .beats i').length === 3 && document.querySelector('#param-meter').value === '3/4'`)
	v.sees("92", `document.querySelector('#param-tempo').value`)

	// The metronome is heard and seen before the first note.
	v.do(`document.activeElement.blur()`)
	v.do(`globalThis.lights = new Set(), globalThis.loud = 0, globalThis.watching = setInterval(() => {
		document.querySelectorAll('.front .beats i').forEach((e, i) => e.classList.contains('lit') && lights.add(i));
		loud = Math.max(loud, document.querySelector('meter').value);
	}, 20)`)
	v.click(`.hear`)
	v.wait("the beats of a bar, lit and clicked", `lights.size === 3 && loud > 0.005`)
	v.do(`clearInterval(watching)`)
	v.click(`.hear`)
	v.wait("no metronome", `document.querySelector('.hear').ariaPressed === 'false'`)

	// Taps show their tempo at once: here one every 500 ms on the clock of the page.
	v.clickText("I tap")
	v.do(`(async () => {
		const button = document.querySelector('.big'), first = performance.now();
		for (let i = 0; i < 3; i++) {
			const event = new PointerEvent('pointerdown', { bubbles: true });
			Object.defineProperty(event, 'timeStamp', { value: first + i * 500 });
			button.dispatchEvent(event);
		}
	})()`)
	v.wait("the tempo of the taps", `document.querySelector('#param-tempo').value === '120' && document.querySelector('.big').textContent === 'Tap 3'`)

	// The demo plays until it is stopped; keys of the page do not play into it.
	v.clickText("Follow me")
	v.click(`.door:nth-of-type(3)`)
	v.wait("a chord of the demo", `document.querySelector('.tune') !== null && document.querySelector('.symbol:not(.faint)') !== null`)
	v.picture("page-demo")
	v.accessible("the demo")
	v.sees("file", `fetch('/api/params').then((r) => r.json()).then((all) => all.find((p) => p.name === 'in').fixed)`)
	v.clickText("Play yourself")
	v.wait("the first screen again", `document.querySelectorAll('.door').length === 3 && document.querySelector('#param-meter').value === '3/4'`)
	v.unbroken()
}

// TestPianoStaysInABrowser checks that the piano stays under the fingers when the jam begins and when it ends, at the lower edge of a touch
// screen, and that all beside it is in sight.
func TestPianoStaysInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--listen", "1", "--tempo", "240")
	v.see(`#param-policy`)
	const top = `document.querySelector('.piano').getBoundingClientRect().top`
	for _, size := range []struct {
		width, height int64
		touch         bool
	}{{320, 640, true}, {390, 844, true}, {844, 390, true}, {768, 1024, true}, {1280, 900, false}} {
		v.screen(size.width, size.height, size.touch)
		at := fmt.Sprintf("%d x %d", size.width, size.height)
		v.see(`.front`)
		v.wait("the kind of piano at "+at, fmt.Sprintf(`(document.querySelector('.thumbs') !== null) === %t`, size.touch))
		v.wait("the piano at the lower edge at "+at, fmt.Sprintf(`innerWidth > 1000 || Math.abs(%s + document.querySelector('.piano').offsetHeight + 6 - innerHeight) < 2`, top))
		before := v.number(top)
		v.play("KeyC", "KeyE", "KeyG", "KeyC")
		v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
		if after := v.number(top); math.Abs(after-before) > 1 {
			t.Errorf("at %s the piano moves from %.0f to %.0f px", at, before, after)
		}
		v.do(`document.querySelector('.where div:last-child dd').textContent = 'E♭ minor'`)
		hidden := eval[string](v, `[...document.querySelectorAll('.where dd, .roll')].filter((e) => {
			const { right, bottom } = e.getBoundingClientRect();
			return right > innerWidth - 10 || bottom > document.querySelector('.dock').getBoundingClientRect().top;
		}).map((e) => e.outerHTML.slice(0, 60) + JSON.stringify(e.getBoundingClientRect())).join()`)
		if hidden != "" {
			t.Errorf("at %s out of sight: %s", at, hidden)
		}
		v.picture(fmt.Sprintf("page-touch-%d", size.width))
		v.clickText("Stop")
		v.see(`.after`)
		if after := v.number(top); math.Abs(after-before) > 1 {
			t.Errorf("at %s the piano moves from %.0f to %.0f px after the jam", at, before, after)
		}
		v.do(`[...document.querySelectorAll('.after button')].find((b) => b.textContent === 'Close').click()`)
	}
	v.unbroken()
}

// TestFirstPressInABrowser checks that the first key press of all is on its way to jamd before the page begins its sound, which
// takes long, and that it carries the time of the key.
func TestFirstPressInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--listen", "1")
	v.see(`#param-policy`)
	v.do(`(() => {
		globalThis.order = [];
		addEventListener('keydown', (e) => order.push({ what: 'key', at: e.timeStamp }), true);
		const send = WebSocket.prototype.send;
		WebSocket.prototype.send = function (text) {
			const m = JSON.parse(text);
			if (m.type === 'note') order.push({ what: 'note', at: m.time, sent: performance.now() });
			send.call(this, text);
		};
		// The sound may have been built before, while the page was idle. What counts is what a key begins: to build it, to
		// let it sound, or to start a source.
		const sounds = () => order.some((o) => o.what === 'key') && order.push({ what: 'sound', at: performance.now() });
		const before = (of, name) => {
			const then = of[name];
			of[name] = function (...given) { sounds(); return then.apply(this, given); };
		};
		before(BaseAudioContext.prototype, 'createGain');
		before(AudioContext.prototype, 'resume');
		before(AudioScheduledSourceNode.prototype, 'start');
		before(AudioBufferSourceNode.prototype, 'start');
	})()`)
	v.press("KeyC")
	v.wait("the sound", `order.some((o) => o.what === 'sound') && order.filter((o) => o.what === 'note').length === 2`)
	v.sees("key, note, sound", `order.slice(0, 3).map((o) => o.what).join(', ')`)
	if off := v.number(`Math.abs(order[1].at - order[0].at)`); off > 20 {
		t.Errorf("the first note says that it was played %.1f ms from its key", off)
	}
	t.Logf("the first note was sent %.1f ms after its key, the sound began after %.1f ms", v.number(`order[1].sent - order[0].at`), v.number(`order[2].at - order[0].at`))
	v.unbroken()
}

// TestPhoneInABrowser checks that a page that the network can reach offers a link for a phone, as a QR code and to be typed.
func TestPhoneInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(addresses, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && n.IP.To4() != nil && !n.IP.IsLoopback()
	})
	if i < 0 {
		t.Skip("this machine is in no network")
	}
	v := visit(t, "--page", addresses[i].(*net.IPNet).IP.String()+":0", "--page-remote")
	v.see(`#param-policy`)
	v.clickText("Play on a phone")
	v.see(`.phone svg`)
	v.picture("page-phone-link")
	v.accessible("the link for a phone")
	link := eval[string](v, `document.querySelector('.phone code').textContent`)
	if len(link) > 60 {
		t.Errorf("%s is long to type", link)
	}
	phone := browse(t, browserOf(t))
	phone.screen(390, 844, true)
	phone.goTo(link)
	phone.see(`.front`)
	v.unbroken()
}
