package main

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"jamd/midiio"
)

// TestBlindJamInABrowser is a participant's part in the user study: two jams, of two policies.
func TestBlindJamInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1", "--at-least", "1s")
	v.see(`#param-policy`)
	v.run(chromedp.EmulateViewport(390, 844))
	v.click(`.door:nth-of-type(2)`) // the first touch of all, which also wakes the sound, hits what it is meant for
	v.wait("the keyboards", `document.querySelector('.front .keyboards') !== null`)
	v.run(chromedp.EmulateViewport(1280, 900))
	v.shift("KeyY", "Y")
	v.do(`for (const box of document.querySelectorAll('#blind label')) if (/^(jamd|gapt)$/.test(box.textContent.trim())) box.querySelector('input').click();`)
	v.do(`document.querySelector('#blind').scrollIntoView()`)
	v.do(`choose('#blind input[type="text"]', 'ann')`)
	v.picture("page-study")
	v.accessible("the study")
	v.clickText("Start the test")
	v.wait("the hidden policy", `document.querySelector('.what').textContent.startsWith('Jam 1 of 2 · a hidden policy') && document.querySelector('#param-policy').disabled`)
	v.do(`document.activeElement.blur()`)
	played := map[string]bool{}
	for i, place := range []string{"jam 1 of 2", "jam 2 of 2"} {
		v.wait("the jam", `document.querySelector('.symbol').textContent.includes('first note')`)
		v.play("KeyC", "KeyE", "KeyG", "KeyC", "KeyE", "KeyG")
		v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
		v.sees("hidden, hidden", `Promise.all(['status', 'params'].map((path) => fetch('/api/' + path).then((r) => r.json())))
			.then(([status, params]) => status.jam.policy + ', ' + params.find((p) => p.name === 'policy').value)`)
		v.clickText("Stop")
		v.see(`.rating`)
		v.sees(place, `document.querySelector('.rating .place').textContent`)
		v.do(`scrollTo(0, 0)`)
		v.picture("page-blind")
		v.accessible("the questions")
		v.sees("hidden", `fetch('/api/sessions').then((r) => r.json()).then((all) => all[0].policy)`)
		v.sees("true false", `fetch('/api/sessions').then((r) => r.json()).then((all) => fetch('/api/sessions/' + all[0].id + '/report')).then((r) => r.text())
			.then((text) => text.includes('a hidden policy') + ' ' + /gapt|policy jamd/.test(text))`)
		v.click(`.rating fieldset:nth-of-type(1) label:nth-of-type(2)`)
		v.click(`.rating fieldset:nth-of-type(2) label:nth-of-type(3)`)
		v.sees("true", `String(document.querySelector('.rating [type=submit]').disabled)`) // the name is told for all three answers
		v.sees("400", `fetch('/api/sessions').then((r) => r.json()).then((all) => fetch('/api/sessions/' + all[0].id + '/rating', { method: 'PUT',
			headers: { 'Content-Type': 'application/json' }, body: '{"adaptation":1,"control":0,"enjoyment":2}' })).then((r) => String(r.status))`)
		v.click(`.rating fieldset:nth-of-type(3) label:nth-of-type(4)`)
		v.do(`document.querySelector('.rating textarea').focus(), addEventListener('keydown', (e) => { globalThis.taken = e.defaultPrevented; }, { once: true })`)
		v.press("KeyC") // a letter of the comment, and no note of the piano
		v.sees("false false", `taken + ' ' + (document.querySelector('.stage') !== null)`)
		v.do(`choose('.rating textarea', 'warm,\nand it waits for me')`)
		v.clickText("Save")
		v.wait("who it was", `document.querySelector('.note b') !== null`)
		played[eval[string](v, `document.querySelector('.note b').textContent`)] = true
		v.sees(place, `document.querySelector('.note').textContent.match(/Jam \d of \d/)[0]`)
		v.sees(fmt.Sprint(i == 1), `String(document.querySelector('.note').textContent.includes('That was the last one. Thank you!'))`)
		v.sees("warm,\nand it waits for me", `fetch('/api/sessions').then((r) => r.json()).then((all) => all[0].rating.comment)`)
		v.picture("page-revealed")
	}
	v.wait("jams that are not blind", `!document.querySelector('.what').textContent.includes('a hidden policy')`)
	if !played["jamd"] || !played["gapt"] {
		t.Errorf("played by %v: each should have played once", played)
	}
}

// TestPageInABrowser is a newcomer's first quarter of an hour, in a minute: Chromium opens the link, plays on the computer's
// keys, sees and hears chords, changes settings, reloads, panics, stops, and finds the jam among the sessions.
func TestPageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute in a browser")
	}
	v := visit(t, "--tempo", "200", "--listen", "4", "--temperature", "0.5")

	v.see(`#param-policy`)
	v.see(`.symbol .words`)
	v.ready()

	// How long jamd listens is for the next jam: the one that waits is made anew.
	v.do(`choose('#param-listen', '2')`)
	v.wait("a jam that listens less", `fetch('/api/status').then((r) => r.json()).then((s) => s.jam?.listen_frames === 8)`)
	v.wait("the jam", `document.querySelector('#param-listen').value === '2' && document.querySelector('.symbol').textContent.includes('first note')`)

	// A setting before the first note holds for it.
	v.do(`choose('#param-policy', 'online-mle')`)
	v.wait("the other policy", `document.querySelector('#param-policy').value === 'online-mle'`)
	v.do(`choose('#param-policy', 'jamd')`)
	v.do(`choose('#param-tempo', '150')`)
	v.wait("the new tempo", `document.querySelector('#param-policy').value === 'jamd' && document.querySelector('#param-tempo').value === '150'`)
	v.do(`document.activeElement.blur()`)

	// Eight bars.
	v.play("KeyC", "KeyE", "KeyG", "KeyH", "KeyG", "KeyE", "KeyC", "KeyX")
	v.wait("a chord to read", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.play("KeyZ", "KeyC", "KeyB", "KeyQ", "KeyB", "KeyC", "KeyZ", "KeyV", "KeyN", "KeyQ", "KeyN", "KeyV", "KeyB", "KeyM", "KeyW", "KeyB")
	v.wait("sound", `document.querySelector('meter').value > 0.005`)
	v.picture("page-jam")
	v.sees("sound on", `document.querySelector('.speaker').textContent`)
	v.click(`header .health`)
	v.wait("the monitor's figures", `/p99 \d/.test(document.querySelector('.latency').textContent) && /missed/.test(document.querySelector('.misses').textContent)`)
	v.smoothness()
	v.accessible("the jam")

	// What is set holds in the jam, whoever sets it: a control, a key, jamd ctl.
	v.do(`choose('#param-style', 'arpeggio')`)
	v.do(`document.activeElement.blur()`)
	v.shift("KeyB", "B")
	v.do(`fetch('/api/params/temperature', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: '{"value":"1.25"}' })`)
	v.wait("the settings", `document.querySelector('#param-style').value === 'arpeggio' && document.querySelector('#param-bass').checked &&
		document.querySelector('#param-temperature').value === '1.25'`)
	v.sees("false", `String(document.querySelector('.what').textContent.startsWith('online-mle'))`)
	v.do(`choose('#param-policy', 'online-mle')`)
	v.play("KeyZ", "KeyC", "KeyB", "KeyC")
	v.wait("the policy of the jam changed", `document.querySelector('.what').textContent.startsWith('online-mle')`)
	v.do(`choose('#param-low', '100')`)
	v.wait("why the jam refuses", `document.querySelector('[role=alert]')?.textContent.includes('11 semitones') === true`)
	v.wait("what holds", `document.querySelector('#param-low').value === '48'`)
	v.clickText("Close")

	// What the policy considers.
	v.shift("KeyV", "V")
	v.play("KeyC", "KeyE")
	v.wait("what is considered", `/%/.test(document.querySelector('.considered')?.textContent ?? '')`)
	v.picture("page-considered")
	v.sees("true", `String(document.querySelector('.where').getBoundingClientRect().left > innerWidth / 2)`) // it has not gone to a row of its own
	v.accessible("what is considered")
	v.shift("KeyV", "V")

	// A setting can be saved as default, and the save undone.
	v.click(`[aria-label^="Save Style"]`)
	v.wait("where it was written", `document.querySelector('.controls .note')?.textContent.includes('config.toml [set]') === true`)
	v.click(`.controls .note button`) // Undo
	v.wait("the offer again", `!document.querySelector('.controls .note') && document.querySelector('[aria-label^="Save Style"]') !== null`)

	// A keyboard that the browser hears, where it lets pages hear any.
	v.do(`(navigator.requestMIDIAccess = async () => ({ inputs: new Map([['k', globalThis.keyboard = { id: 'k', name: 'Stage 73', state: 'connected' }]]) }))`)
	v.do(`[...document.querySelectorAll('button')].find((b) => b.textContent.startsWith('Hear MIDI')).click()`)
	v.wait("the keyboard's name", `document.querySelector('.keyboards').textContent.includes('Stage 73')`)
	v.do(`keyboard.onmidimessage({ timeStamp: performance.now(), data: [0x90, 67, 80] })`)
	v.wait("its key", `document.querySelector('[data-pitch="67"]').ariaPressed === 'true'`)
	v.do(`keyboard.onmidimessage({ timeStamp: performance.now(), data: [0x90, 67, 0] })`)
	v.wait("its end", `document.querySelector('[data-pitch="67"]').ariaPressed === 'false'`)

	// A jam need not be recorded; what cannot be set in a jam says why.
	v.shift("KeyR", "R")
	v.wait("that the jam is not recorded", `document.querySelector('.what').textContent.includes('not recorded')`)
	v.shift("KeyR", "R")
	v.wait("that it is", `!document.querySelector('.what').textContent.includes('not recorded')`)
	v.shift("KeyL", "L")
	v.wait("why the length of listening is fixed", `document.querySelector('#param-listen').disabled && document.querySelector('.controls').textContent.includes('The jam has begun')`)
	v.sees("internal follow", `[...document.querySelector('#param-clock').options].map((o) => o.value).join(' ')`)
	v.do(`document.querySelector('details').scrollIntoView({ block: 'end' })`)
	v.picture("page-settings")
	v.accessible("all settings")
	v.click(`details summary`)
	v.shift("Slash", "?")
	v.see(`dialog`)
	v.picture("page-keys")
	v.accessible("the keys")
	v.clickText("Close")

	// The jam goes on while the page is loaded again.
	bar := v.number(`document.querySelector('.where dd').textContent`)
	v.run(chromedp.Reload())
	v.wait("a later bar", fmt.Sprintf(`Number(document.querySelector('.where dd')?.textContent) > %v`, bar))
	v.play("KeyQ", "KeyE")
	v.wait("sound after a reload", `document.querySelector('meter').value > 0.005`)

	// A chord that is held would be broken for ever: after a panic there is none to hold.
	v.shift("KeyH", "H")
	v.wait("the hold", `document.querySelector('#param-hold').checked`)
	v.press("Escape")
	v.wait("silence", `document.querySelector('meter').value < 0.02`)
	v.shift("KeyH", "H")

	v.prefer("light")
	v.play("KeyZ", "KeyC", "KeyB", "KeyC")
	v.wait("a chord after the panic", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.picture("page-light")
	v.accessible("the jam in daylight")
	v.run(chromedp.EmulateViewport(390, 844))
	v.wait("nothing wider than the phone", `document.documentElement.scrollWidth <= innerWidth`)
	v.picture("page-phone")
	v.run(chromedp.EmulateViewport(1280, 900))
	v.prefer("dark")

	v.click(`footer input`) // asks how it was
	v.clickText("Stop")
	v.wait("the next jam", `document.querySelector('.symbol').textContent.includes('first note')`)
	v.still(`.rating`)
	v.click(`.rating fieldset:nth-of-type(3) label:nth-of-type(4)`)
	v.still(`.rating`)
	v.clickText("Save")
	v.wait("the rating saved", `!document.querySelector('.rating')`)
	v.clickText("Sessions")
	v.wait("a session", `document.querySelectorAll('.sessions > ul > li').length === 1`)
	v.sees(`{"adaptation":0,"control":0,"enjoyment":4}`, `fetch('/api/sessions').then((r) => r.json()).then((all) => JSON.stringify(all[0].rating))`)
	v.click(`.sessions .open`)
	v.see(`.thumbnail`)
	v.do(`new Promise((done) => setTimeout(done, 700))`)
	v.picture("page-sessions")
	v.accessible("the sessions")
	v.clickText("Play")
	v.wait("playback", `document.querySelector('meter').value > 0.005`)
	v.do(`choose('.sessions input', '<img src=x onerror=document.title=1>')`)
	v.wait("the new name saved", `document.querySelector('.sessions .open').ariaLabel.endsWith('<img src=x onerror=document.title=1>')`)
	v.sees("jamd", `document.title`)

	data, err := base64.StdEncoding.DecodeString(eval[string](v, `(async () => {
		const bytes = new Uint8Array(await (await fetch(document.querySelector('a[download]').href)).arrayBuffer());
		return btoa(String.fromCharCode(...bytes));
	})()`))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := midiio.Read("session.mid", data, ""); err != nil || len(m.Notes) < 10 {
		t.Errorf("the downloaded file has %d notes of the melody: %v", len(m.Notes), err)
	}
	v.clickText("Delete")
	v.wait("an empty list", `document.querySelectorAll('.sessions > ul > li').length === 0`)
	v.click(`.sessions .note button`) // Undo
	v.wait("the session back", `document.querySelectorAll('.sessions > ul > li').length === 1`)
	v.unbroken()

	// Its report is a page of its own.
	v.sees("_blank", `document.querySelector('a[href$="/report"]').target`)
	v.run(chromedp.Navigate(eval[string](v, `document.querySelector('a[href$="/report"]').href`)))
	v.see(".rows .row")
	v.sees("rgb(26, 30, 37)", `getComputedStyle(document.querySelector('.rows')).backgroundColor`) // its own style is let in
	v.sees("<img src=x onerror=document.title=1> – jamd", `document.title`)
	v.accessible("the report")
	v.prefer("light")
	v.run(chromedp.EmulateViewport(390, 844))
	v.sees("false", `String(document.documentElement.scrollWidth > innerWidth)`)
	v.accessible("the report on a phone in daylight")
	v.unbroken()
}
