package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// crowded gives the page a chart with up to eight chords in a bar in place of that of a session.
const crowded = `(() => {
	const bars = [
		[[0, 'Dm7'], [8, 'G7'], [12, 'Cmaj7']],
		[[0, 'F#m7b5'], [4, 'B7'], [8, 'Em7'], [12, 'A7']],
		[[0, 'C'], [14, 'Bbmaj7']],
		[[0, 'Am']],
		[[0, 'F'], [4, 'G'], [8, 'C']],
		[[0, 'F'], [8, 'G']],
		[[0, 'C#m7'], [2, 'F#m7'], [4, 'Bm7b5'], [6, 'E7'], [8, 'Am7'], [10, 'Ebmaj7'], [12, 'Abm7'], [14, 'G7']],
		[[0, 'C'], [6, 'G'], [12, 'Am']],
		[[0, 'Em'], [4, 'C#m'], [8, 'F#m']],
	];
	const chart = {
		frames: 16 * bars.length,
		meters: [{ frame: 0, bar: 1, frames_per_beat: 4, frames_per_bar: 16 }],
		chords: bars.flatMap((bar, i) => bar.map(([after, symbol]) => ({ frame: 16 * i + after, symbol }))),
	};
	const fetched = window.fetch;
	window.fetch = (path, ...rest) => (/\/chart$/.test(path) ? Promise.resolve(Response.json(chart)) : fetched(path, ...rest));
})()`

// A bar with many chords can be read at every width: its chords follow each other without touching, are no smaller than 11 px,
// and stay in their bar; where there is room, each stands at its beat. Fewer bars share a row where they do not fit.
func TestCrowdedChartInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "280", "--listen", "1")
	v.see(`#param-policy`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC")
	v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.do(crowded)
	v.clickText("Stop")
	v.see(`.after .chart`)
	v.clickText("Sessions")
	v.click(`.open`)
	v.see(`.opened .chart`)
	for _, width := range []int64{320, 390, 768, 1280} {
		v.run(chromedp.EmulateViewport(width, 900))
		v.wait("every bar drawn for this width", `document.querySelector('.chart ol').clientWidth < innerWidth && document.querySelectorAll('.chart li b').length === 29`)
		v.do(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
		v.picture(fmt.Sprintf("page-crowded-%d", width))
		faults := eval[string](v, `[...document.querySelectorAll('.chart li:not(.blank)')].flatMap((bar) => {
			const chords = [...bar.querySelectorAll('b')], box = bar.getBoundingClientRect(), text = (b) => {
				const range = document.createRange();
				range.selectNodeContents(b);
				return range.getBoundingClientRect();
			};
			return chords.flatMap((b, i) => {
				const here = text(b), next = chords[i + 1] && text(chords[i + 1]), size = parseFloat(getComputedStyle(b).fontSize);
				return [
					next && here.right > next.left - 1 && 'touches the next one',
					here.right > box.right + 1 && 'leaves its bar',
					size < 11 && 'has ' + size + ' px',
				].filter(Boolean).map((fault) => b.textContent + ' ' + fault);
			});
		}).join('; ')`)
		if faults != "" {
			t.Errorf("at %d px: %s", width, faults)
		}
		if width == 1280 { // the first bars: at their beats, after the sign of the metre
			v.sees("true", `String([...document.querySelectorAll('.chart li')].slice(4, 6).every((bar) => {
				const inner = bar.querySelector('.stays').getBoundingClientRect(), beats = inner.width / 4;
				return [...bar.querySelectorAll('b')].every((b, i, all) => Math.abs(b.getBoundingClientRect().left - inner.left - i * beats * (all.length === 2 ? 2 : 1)) < 2);
			}))`)
		}
		v.sees("false", `String(document.documentElement.scrollWidth > innerWidth)`)
	}
	v.accessible("a crowded chart")
	v.unbroken()
}
