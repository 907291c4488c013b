package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAfterInABrowser is the end of a jam: its roll stays, it can be heard, saved in three formats and rated, and the next one
// begins from there. Meanwhile one live region tells a screen reader what happens, one message at a time.
func TestAfterInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1", "--temperature", "0.9")
	v.see(`#param-policy`)
	v.do(`(() => {
		globalThis.said = [];
		const region = document.querySelector('.spoken');
		new MutationObserver(() => said.push({ text: region.textContent, at: performance.now() })).observe(region, { childList: true, characterData: true, subtree: true });
	})()`)
	v.sees("1", `String(document.querySelectorAll('[aria-live], [role=status]').length)`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC", "KeyX", "KeyB", "KeyC", "KeyE", "KeyG", "KeyC", "KeyV", "KeyN", "KeyC")
	v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.wait("chords said", `said.some((s) => /\b[A-G]\b/.test(s.text))`)
	v.clickText("Stop")
	v.see(`.after`)
	v.wait("that it is kept", `said.some((s) => s.text.includes('The jam is kept'))`)
	if gap := v.number(`Math.min(...said.slice(1).map((s, i) => s.at - said[i].at))`); gap < 1900 {
		t.Errorf("two announcements follow each other within %.0f ms", gap)
	}
	v.wait("the roll", `(([...data]) => data.some((x) => x > 0))(document.querySelector('.after canvas').getContext('2d').getImageData(0, 0, 600, 60).data)`)
	v.picture("page-after")
	v.accessible("the end of a jam")
	v.clickText("Listen")
	v.wait("the jam again", `document.querySelector('meter').value > 0.005`)
	for _, panic := range []func(){func() { v.press("Escape") }, func() { v.clickText("Panic") }} {
		panic()
		v.wait("the end of the playback", `document.querySelector('.after .opened > button').textContent === 'Listen'`)
		v.wait("silence", `document.querySelector('meter').value < 0.005`)
		v.clickText("Listen")
		v.wait("the jam once more", `document.querySelector('meter').value > 0.005`)
	}

	// The jam loops: it begins anew at the end of its last bar. Its file can be dragged to another program.
	seconds := eval[float64](v, `fetch('/api/sessions').then((r) => r.json()).then((all) => all[0].seconds)`)
	v.clickText("Loop this")
	v.do(`(globalThis.begun = performance.now())`)
	v.wait("the next round", fmt.Sprintf(`performance.now() - begun > %.0f && document.querySelector('meter').value > 0.005`, (seconds+1.5)*1000))
	v.clickText("Listen")
	v.wait("once only", `document.querySelector('.after [aria-pressed=true]') === null && document.querySelector('.after .opened > button').textContent === 'Stop'`)
	v.clickText("Loop this")
	v.clickText("Loop this")
	v.wait("its end", `document.querySelector('.after [aria-pressed=true]') === null`)
	v.sees("audio/midi:", `(() => {
		const data = new DataTransfer(), link = [...document.querySelectorAll('.after a')].find((a) => a.textContent === 'MIDI');
		link.dispatchEvent(new DragEvent('dragstart', { dataTransfer: data, bubbles: true }));
		return data.getData('DownloadURL');
	})()`)

	v.sees("mthd", `fetch([...document.querySelectorAll('.after a')].find((a) => a.textContent === 'MIDI').href).then((r) => r.text())`)
	v.do(`(URL.createObjectURL = (blob) => { globalThis.wav = blob; return '#'; })`)
	v.clickText("WAV")
	v.wait("the sound", `globalThis.wav !== undefined`)
	v.sees("riff true", `wav.arrayBuffer().then((bytes) => {
		const samples = new Int16Array(bytes, 44), loud = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
		return String.fromCharCode(...new Uint8Array(bytes, 0, 4)) + ' ' + (samples.length > 44100 * 2 && loud > 1000);
	})`)
	v.run(chromedp.EmulateViewport(1280, 640)) // the questions begin below the piano's upper edge
	v.clickText("Rate")
	v.still(`.rating`)
	v.click(`.rating fieldset:nth-of-type(1) label:nth-of-type(3)`)
	v.clickText("Save")
	v.run(chromedp.EmulateViewport(1280, 900))
	v.wait("the rating", `fetch('/api/sessions').then((r) => r.json()).then((all) => all[0].rating?.adaptation === 3)`)
	v.clickText("Again")
	v.wait("the doors", `document.querySelector('.door') !== null && document.querySelector('.after') === null`)

	// A jam without a note is not kept.
	v.clickText("Click me in")
	v.clickText("Count in")
	v.wait("a bar", `Number(document.querySelector('.where dd')?.textContent) >= 1`)
	v.clickText("Stop")
	v.wait("the next jam", `document.querySelector('.front') !== null`)
	v.sees("1 null", `fetch('/api/sessions').then((r) => r.json()).then((all) => all.length + ' ' + document.querySelector('.after'))`)
	v.unbroken()
}
