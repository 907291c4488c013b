package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestLearnInABrowser ties a knob of a keyboard at the browser to a setting, by mouse and by key, turns it, forgets it, and undoes that.
func TestLearnInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1", "--temperature", "1")
	v.see(`#param-policy`)
	v.do(fakeMIDI)
	v.do(`plug('Stage 73')`)
	v.clickText("Learn a knob")
	v.see(`.learning`)
	v.do(`[...document.querySelectorAll('.learning button')].find((b) => b.textContent.startsWith('Hear MIDI')).click()`)
	v.wait("the keyboard", `!document.querySelector('.learning .keyboards')`) // is heard: nothing is to be connected any more
	v.play("KeyC", "KeyE")
	v.wait("the jam", `document.querySelector('.stage') !== null`)

	// Esc gives up, and all that sounds goes on.
	v.click(`[aria-label="Learn a knob for Style"]`)
	v.wait("what to do", `document.querySelector('.notices').textContent.startsWith('Style: turn the knob')`)
	v.do(`globalThis.panics = 0, globalThis.fetch = ((fetch) => (path, options) => { panics += path.endsWith('panic'); return fetch(path, options); })(fetch)`)
	v.press("Escape")
	v.wait("it given up", `document.querySelector('[aria-label="Learn a knob for Style"]') !== null && !document.querySelector('.notices li')`)
	v.sees("0", `String(panics)`)

	// Another setting may be chosen while jamd listens; what comes then is that one's.
	v.click(`[aria-label="Learn a knob for Style"]`)
	v.do(`document.querySelector('[aria-label="Learn a knob for Adventurous"]').focus()`)
	v.run(chromedp.KeyEvent("\r"))
	v.wait("what to do", `document.querySelectorAll('.notices li').length === 1 && document.querySelector('.notices').textContent.startsWith('Adventurous: turn')`)
	v.do(`globalThis.said = '', new MutationObserver(() => { said += document.querySelector('.spoken[role=status]').textContent + '|'; })
		.observe(document.querySelector('.spoken[role=status]'), { childList: true, characterData: true, subtree: true })`)
	v.accessible("learning")
	v.picture("page-learn")
	const knob = `document.querySelector('.control:has(#param-temperature) .knob')`
	v.wait("the knob", `midi('Stage 73', 0xB0, 74, 3), `+knob+`.textContent.includes('CC 74, channel 1')`) // jamd may not listen yet
	v.wait("what was learned", `document.querySelector('.notices').textContent.includes('CC 74, channel 1 changes: Adventurous')`)
	v.wait("what a screen reader says", `said.includes('CC 74, channel 1 changes: Adventurous')`)
	v.do(`midi('Stage 73', 0xB0, 74, 127)`)
	v.wait("the knob's value", `document.querySelector('#param-temperature').value === '2'`)
	v.sees("null", `String(document.querySelector('[role=alert]'))`)

	// Forgotten, and undone.
	v.click(`[aria-label="Forget CC 74, channel 1"]`)
	v.wait("none learned", `!document.querySelector('.learning li') && !`+knob+`.textContent.includes('CC')`)
	v.wait("the offer to undo it", `document.querySelector('.notices').textContent.includes('CC 74, channel 1 changes nothing now')`)
	v.sees("1", `String(document.querySelectorAll('.notices button').length)`) // the last change alone can be undone
	v.do(`midi('Stage 73', 0xB0, 74, 0)`)
	v.do(`[...document.querySelectorAll('.notices li')].find((n) => n.textContent.startsWith('CC 74, channel 1 changes nothing now')).querySelector('button').click()`)
	v.wait("it learned again", knob+`.textContent.includes('CC 74, channel 1')`)
	v.sees("2", `document.querySelector('#param-temperature').value`) // a forgotten knob changed nothing
	v.do(`midi('Stage 73', 0xB0, 74, 0)`)
	v.wait("the knob's value", `document.querySelector('#param-temperature').value === '0'`)

	// A key for an action that has no place among the settings.
	v.click(`[aria-label="Learn a knob for Panic"]`)
	v.wait("the key", `midi('Stage 73', 0x99, 36, 3), midi('Stage 73', 0x99, 36, 0), document.querySelector('.learning ul').textContent.includes('key C2, channel 10 Panic')`)
	v.accessible("what is learned")
	v.screen(320, 640, true)
	v.see(`.learning`)
	if found := eval[string](v, overflowing); found != "[]" {
		v.t.Errorf("these do not fit on a phone: %s", found)
	}
	v.screen(1280, 900, false)

	// Without the mode a setting still shows its knob, on a page that is opened later too.
	v.clickText("Learn a knob")
	v.run(chromedp.Reload())
	v.wait("the knob beside its setting", knob+`?.textContent === 'CC 74, channel 1'`)
	v.unbroken()
}
