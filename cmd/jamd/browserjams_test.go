package main

import (
	"testing"

	"jamd/jam"
)

// TestNextJamInABrowser is a page that is left open over the end of one jam and the beginning of the next: it shows what can be
// set once the jam has begun, and what is set while the one ends and the next is not there yet holds in that.
func TestNextJamInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "2")
	v.see(`#param-policy`)
	v.do(`document.activeElement.blur()`)
	const session = `fetch('/api/status').then((r) => r.json()).then((s) => s.jam?.session ?? '')`
	first := eval[string](v, session)

	v.sees("false", `String(document.querySelector('#param-clock').disabled)`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC")
	v.wait("that from the first note on the clock can only change to the player's own", `document.querySelector('#param-clock').options.length === 2 && document.querySelector('#param-listen').disabled`)
	v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)

	v.do(`(() => {
		globalThis.said = new Set();
		const note = () => said.add(document.querySelector('.symbol').textContent);
		new MutationObserver(note).observe(document.querySelector('main'), { childList: true, subtree: true, characterData: true });
		[...document.querySelectorAll('header button')].find((b) => b.textContent === 'Stop').click();
		choose('#param-style', 'arpeggio');
		choose('#param-policy', 'online-mle');
	})()`)
	v.wait("that the jam is over", `said.has('Getting ready')`)
	v.do(`choose('#param-tempo', '180')`)
	v.wait("the next jam", `document.querySelector('.symbol').textContent === 'Play the first note'`)
	v.wait("what was set meanwhile", `document.querySelector('#param-style').value === 'arpeggio' && document.querySelector('#param-tempo').value === '180' &&
		document.querySelector('#param-policy').value === 'online-mle' && document.querySelector('#param-tempo').value === '180'`)
	v.sees("false", `String(document.querySelector('#param-clock').disabled)`)
	v.sees("null", `String(document.querySelector('[role=alert]'))`)
	if next := eval[string](v, session); next == first || next == "" {
		t.Errorf("the next jam is session %q, the first one %q", next, first)
	}
	v.sees(first, `fetch('/api/sessions').then((r) => r.json()).then((all) => all[0].id)`)

	v.do(`document.activeElement.blur()`)
	v.play("KeyC")
	v.wait("how long it listens", `said.has('2beats to listen')`)
	v.play("KeyE", "KeyG", "KeyC", "KeyE", "KeyG")
	v.wait("a chord of the next jam", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.wait("who plays", `document.querySelector('.what').textContent.startsWith('online-mle')`)

	v.clickText("Stop")
	v.wait("the third jam", `document.querySelector('.symbol').textContent === 'Play the first note'`)
	v.clickText("Click me in")
	v.clickText("Count in")
	v.wait("that it plays", `Number(document.querySelector('.where dd')?.textContent) >= 1`)
	v.sees("true", `String([1, 2, 3, 4].every((beat) => said.has(beat + 'counting in')))`)
	v.clickText("Stop")
	v.wait("the fourth jam", `document.querySelector('.symbol').textContent === 'Play the first note'`)
	v.unbroken()
}

// TestPortsInABrowser is a page whose player takes other ports: of jamd there is what the page sees of it alone, as a machine
// without a sequencer has no port to offer. midiio/alsa/switch_test.go is the other half, with real ports.
func TestPortsInABrowser(t *testing.T) {
	rack, v := browseRack(t, jam.Bars{Meter: jam.Quarters(4)})
	v.click(`.door`) // which wakes the sound
	v.wait("the sound", `document.querySelector('.speaker').textContent.toLowerCase() === 'sound on'`)
	v.sees("hears this page · plays jamd out", `document.querySelector('.what').textContent`)
	v.sees("sound on", `(document.querySelector('.speaker button').click(), document.querySelector('.speaker button').click(), document.querySelector('.speaker').textContent)`)

	v.shift("KeyI", "I")
	v.wait("the input under the hand", `document.activeElement.id === 'param-in'`)
	v.do(`choose('#param-in', 'Keystation <b>49</b>')`)
	v.wait("the keyboard", `document.querySelector('.what').textContent.includes('hears Keystation <b>49</b>')`)
	v.shift("KeyJ", "J")
	v.wait("the output under the hand", `document.activeElement.id === 'param-out'`)
	v.do(`choose('#param-out', 'FLUID Synth')`)
	v.wait("the synth", `document.querySelector('.what').textContent.includes('plays FLUID Synth')`)

	rack.plug("Launchkey")
	v.wait("the port that came", `[...document.querySelectorAll('#param-in option')].some((o) => o.value === 'Launchkey')`)
	rack.unplug("Launchkey") // and the page does not know it yet
	v.do(`choose('#param-in', 'Launchkey')`)
	v.wait("why that cannot be", `document.querySelector('[role=alert]')?.textContent.includes('Launchkey is gone') === true`)
	v.sees("keystation <b>49</b>", `document.querySelector('#param-in').value`)
	v.accessible("the refusal")
	if asked := rack.all(); asked != "in=Keystation <b>49</b>; out=FLUID Synth; in=Launchkey" {
		t.Errorf("jamd was asked %s", asked)
	}
	v.unbroken()
}

// TestMetersInABrowser is a page whose jam has a pickup, two bars of 3/4, and then 4/4: bars and beats are counted by the meter
// of each bar.
func TestMetersInABrowser(t *testing.T) {
	bars := jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{{Frame: 4, Meter: jam.Quarters(3)}, {Frame: 28, Meter: jam.Quarters(4)}}}
	rack, v := browseRack(t, bars)
	for _, c := range []struct {
		frame   int64
		bar     string
		lit, of string
	}{
		{0, "0", "2", "3"}, {4, "1", "0", "3"}, {15, "1", "2", "3"}, {16, "2", "0", "3"}, {28, "3", "0", "4"}, {43, "3", "3", "4"}, {44, "4", "0", "4"},
	} {
		// A frame of an hour: the beat that is lit stays.
		report := jam.FrameReport{Frame: c.frame, Line: rack.now(), Symbol: "C", Tempo: 15. / 3600}
		rack.Entries().TrySend(report.Entry())
		v.wait("bar "+c.bar, `document.querySelector('.where dd')?.textContent === '`+c.bar+`'`)
		v.wait("beat "+c.lit+" of "+c.of, `(([...lights]) => lights.length === `+c.of+` && lights.findIndex((e) => e.classList.contains('lit')) === `+c.lit+`)(document.querySelector('.beats').children)`)
	}
	v.unbroken()
}
