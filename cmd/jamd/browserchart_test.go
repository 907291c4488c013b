package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// chartText returns the bars of the page's chart as a screen reader tells them.
const chartText = `[...document.querySelectorAll('.chart li .spoken')].map((e) => e.textContent).join('; ')`

// stillBesideTheSong checks that nothing moves on a phone while the roll or the chart goes on: no chord that is wider, and no
// row that begins, shifts what the player may touch.
func stillBesideTheSong(v *visitor) {
	v.t.Helper()
	v.play("KeyC", "KeyG", "KeyE")
	for _, view := range []string{"Roll", "Chart"} {
		v.clickText(view)
		v.smoothness()
		moved := eval[string](v, `new Promise((done) => {
			const places = {}, begin = performance.now(), bar = () => document.querySelector('.where dd').textContent, first = bar();
			const look = () => {
				for (const thing of ['.transport', '.panic', '.views .choice', '.roll', '.chart', '.piano', '.thumbs', '.groups']) {
					const box = document.querySelector(thing)?.getBoundingClientRect();
					if (box?.width) (places[thing] ??= new Set()).add([box.x, box.y, box.height].map(Math.round).join(' '));
				}
				if (performance.now() - begin < 3000 || bar() === first) { requestAnimationFrame(look); return; }
				done(Object.entries(places).filter(([, all]) => all.size > 1).map(([thing, all]) => thing + ': ' + [...all].join(', ')).join('; '));
			};
			look();
		})`)
		if moved != "" {
			v.t.Errorf("on a phone, beside the %s: %s", view, moved)
		}
	}
}

// TestChartInABrowser is a song as a chord chart: it grows bar by bar with the current one lit, a page that comes late has all
// of it, and it stays when the jam ends, as that of the session.
func TestChartInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "280", "--listen", "1", "--temperature", "0.9")
	v.see(`#param-policy`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC", "KeyX", "KeyB", "KeyC", "KeyE", "KeyG", "KeyC", "KeyV", "KeyN", "KeyC")
	v.see(`.views .chart`)
	v.wait("a chord on the chart", `/Bar \d+(, \d\/4)?: [A-G]/.test(`+chartText+`)`)
	v.wait("the second row", `document.querySelectorAll('.chart .begins').length > 1`)
	if eval[float64](v, `document.querySelectorAll('.chart [aria-current=true]').length`) != 1 {
		t.Error("not one bar is the current one")
	}
	v.wait("the current bar is the one on the stage", `document.querySelector('.chart [aria-current=true] .spoken').textContent
		.startsWith('Bar ' + document.querySelector('.where dd').textContent)`)
	v.wait("it scrolls", `(({ scrollTop, clientHeight, scrollHeight }) => scrollHeight > clientHeight && scrollTop + clientHeight > scrollHeight - 8)(document.querySelector('.chart'))`)
	v.smoothness()

	// It is drawn again when a chord or a bar begins, not with every frame.
	drawn := eval[struct{ Times, News int }](v, `new Promise((done) => {
		const news = () => [...document.querySelectorAll('.chart li .spoken')].reduce((sum, e) => sum + e.textContent.split(', ').length + 1, 0);
		const before = news();
		let times = 0;
		new MutationObserver(() => times++).observe(document.querySelector('.chart'), { subtree: true, childList: true, characterData: true, attributes: true });
		setTimeout(() => done({ Times: times, News: news() - before }), 4000);
	})`)
	if drawn.Times == 0 || drawn.Times > drawn.News+1 {
		t.Errorf("drawn %d times for %d new bars and chords", drawn.Times, drawn.News)
	}
	v.accessible("the chart")

	// A page that comes late has all bars, except that the last one may have another chord by now.
	bars := strings.Split(eval[string](v, chartText), "; ")
	v.run(chromedp.Reload())
	v.wait("all of the song", `document.querySelectorAll('.chart li .spoken').length >= `+strconv.Itoa(len(bars)))
	for i, bar := range strings.Split(eval[string](v, chartText), "; ")[:len(bars)-1] {
		if bar != bars[i] {
			t.Errorf("after a reload %q is %q", bars[i], bar)
		}
	}

	// On a phone, the roll or the chart.
	v.run(chromedp.EmulateViewport(390, 844))
	v.wait("the roll alone", `document.querySelector('.chart').offsetHeight === 0 && document.querySelector('.roll').offsetHeight > 0`)
	v.clickText("Chart")
	v.wait("the chart alone", `document.querySelector('.chart').offsetHeight > 0 && document.querySelector('.roll').offsetHeight === 0`)
	stillBesideTheSong(v)
	v.wait("no bar wider than its place", `[...document.querySelectorAll('.chart li')].every((e) => e.scrollWidth <= e.clientWidth + 1)`)
	v.accessible("the chart on a phone")
	v.picture("page-chart-390")
	v.run(chromedp.EmulateViewport(1280, 900))

	v.clickText("Stop")
	v.see(`.after .chart`)
	v.wait("the song of the session", `/Bar 1, 4\/4/.test(`+chartText+`) && /: [A-G]/.test(`+chartText+`)`)
	v.clickText("Sessions")
	v.click(`.open`)
	v.wait("the same chart", `/: [A-G]/.test(`+chartText+`)`)
	v.accessible("the chart of a session")

	// A loop ends with the view that can stop it.
	v.clickText("Loop this")
	v.wait("the loop", `document.querySelector('.sessions .opened [aria-pressed=true]') !== null`)
	v.clickText("Jam")
	v.see(`.after`)
	v.wait("its end", `document.querySelector('.after [aria-pressed=false]') !== null && document.querySelector('.after [aria-pressed=true]') === null`)
	v.unbroken()
}
