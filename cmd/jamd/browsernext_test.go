package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"jamd/jam"
)

// TestNextChordsInABrowser shows what may come next: it changes with the beat and after a chord has begun, never with other
// frames, nothing moves for it, and no region of the page announces it.
func TestNextChordsInABrowser(t *testing.T) {
	rack, v := browseRack(t, jam.Bars{Meter: jam.Quarters(4)})
	frame := func(frame int64, symbol string, began bool, next ...jam.Choice) {
		t.Helper()
		report := jam.FrameReport{Frame: frame, Line: rack.now(), Symbol: symbol, Began: began, Tempo: 15. / 3600}
		copy(report.Coming[:], next)
		rack.Entries().TrySend(report.Entry())
	}
	const shown = `[...document.querySelectorAll('.next li b')].map((e) => e.textContent).join(' ')`
	is := func(want string) {
		t.Helper()
		v.wait("next chords "+want, shown+` === '`+want+`'`)
	}
	f, g, am := jam.Choice{Symbol: "F", Prob: 0.5}, jam.Choice{Symbol: "G7", Prob: 0.3}, jam.Choice{Symbol: "Am7", Prob: 0.1}
	for _, size := range []int64{1280, 390, 320} {
		v.screen(size, 844, size < 500)
		frame(0, "C", false)
		is("")
		v.wait("the stage", `document.querySelector('.stage') !== null`)
		const height = `document.querySelector('.stage').offsetHeight`
		before := v.number(height)
		frame(4, "C", false, f, g, am) // a beat
		is("F G7 Am7")
		v.wait("shares", `[...document.querySelectorAll('.next li')].map((e) => e.style.getPropertyValue('--share')).join(' ') === '0.5 0.3 0.1'`)
		frame(5, "C", false, am)
		frame(6, "C", false, g, f)
		v.wait("the last of them", `document.querySelector('.chart [aria-current]') !== null`)
		is("F G7 Am7")
		frame(8, "C", false, g, f)
		is("G7 F")
		frame(9, "F", true, am)
		is("G7")
		frame(10, "F", false, jam.Choice{Symbol: "Bbmaj7", Prob: 0.9}, jam.Choice{Symbol: "Gm7b5", Prob: 0.05}, jam.Choice{Symbol: "C#m7b5", Prob: 0.05})
		is("B♭maj7 Gm7♭5 C♯m7♭5")
		if after := v.number(height); after != before {
			t.Errorf("at %d: the stage is %v high with them, %v without", size, after, before)
		}
		v.wait("nothing wider than the screen", `document.documentElement.scrollWidth <= innerWidth && document.querySelector('.next').scrollWidth <= document.querySelector('.stage').clientWidth`)
		v.sees("null", `String(document.querySelector('.next').closest('[aria-live], [role=status], [role=alert]'))`)
		v.accessible("next chords")
		frame(12, "C#mmaj7", true)
		v.wait("a long chord in its place", `(([chord, beats]) => chord.right <= beats.left || chord.bottom <= beats.top)(
			['.symbol > :last-child', '.beats'].map((s) => document.querySelector(s).getBoundingClientRect()))`)
	}
	v.run(chromedp.EmulateViewport(1280, 900))
	frame(16, "C", false, f)
	is("F")
	frame(20, "C", false) // of a policy that weighs nothing
	is("")

	// Signs in place of letters, for those who read them.
	frame(24, "Dm7", false, jam.Choice{Symbol: "Bm7b5", Prob: 0.5}, jam.Choice{Symbol: "Cmaj7", Prob: 0.5})
	v.do(`choose('#notation', 'signs')`)
	v.wait("signs", shown+` === 'Bø7 C△7' && document.querySelector('.symbol').textContent.startsWith('D−7')`)
	v.do(`choose('#notation', 'letters')`)
	v.wait("letters", shown+` === 'Bm7♭5 Cmaj7' && document.querySelector('.symbol').textContent.startsWith('Dm7')`)

	// A list that has kept the focus does not silence the piano.
	v.do(`document.querySelector('#notation').focus()`)
	v.press("KeyC")
	v.wait("the note", `document.querySelector('#notation').value === 'letters'`)
	if asked := rack.all(); asked != "own 90 64 88; own 80 64 0" {
		t.Errorf("the jam heard %q", asked)
	}
	v.unbroken()
}
