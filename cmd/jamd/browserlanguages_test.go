package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// overflowing lists what sticks out of the page, or of its own box.
const overflowing = `JSON.stringify([...document.querySelectorAll('body *')].filter((e) => {
	if (!e.checkVisibility() || e.closest('.spoken, .piano, svg, canvas')) return false;
	const box = e.getBoundingClientRect();
	if (box.width === 0) return false;
	const inner = e.matches('button, .button, label, legend, summary, dt, dd, h2') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0;
	return box.right > document.documentElement.clientWidth + 1 || box.left < -1 || inner;
}).slice(0, 6).map((e) => [e.tagName, e.className, e.textContent.slice(0, 60)]))`

// TestLanguagesInABrowser reads the page in every language on a phone: its words are there, and none is cut off.
func TestLanguagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute in a browser")
	}
	v := visit(t, "--clock", "follow")
	v.see(`.doors`)
	v.sees("en", `document.documentElement.lang`)
	v.run(chromedp.EmulateViewport(390, 844))
	v.do(`for (const d of document.querySelectorAll('details')) d.open = true`)
	for language, begin := range map[string]string{
		"de": "Hier spielen", "es": "Tocar aquí", "fr": "Jouer ici", "ja": "ここで弾く", "en": "Play here",
	} {
		v.do(`choose('#language', '` + language + `')`)
		v.wait(language, `document.documentElement.lang === '`+language+`' && document.querySelector('.door b')?.textContent === '`+begin+`'`)
		for _, way := range []string{"1", "2", "3"} {
			v.click(`.ways button:nth-child(` + way + `)`)
			v.wait("way "+way, `document.querySelector('.ways button:nth-child(`+way+`)')?.ariaPressed === 'true'`)
			if found := eval[string](v, overflowing); found != "[]" {
				v.t.Errorf("%s, way %s: these do not fit: %s", language, way, found)
			}
		}
		v.do(`document.querySelector('footer .plain').click()`)
		v.see(`dialog[open]`)
		if found := eval[string](v, overflowing); found != "[]" {
			v.t.Errorf("%s, keys: these do not fit: %s", language, found)
		}
		v.accessible("the page in " + language)
		v.do(`document.querySelector('dialog[open]').close()`)
	}
	v.do(`choose('#language', 'de')`)
	v.run(chromedp.Reload())
	v.see(`.doors`)
	v.sees("hier spielen", `document.querySelector('.door b').textContent`)
	v.unbroken()
}

// TestFirstScreenOfPhonesInABrowser checks that on small phones, in every language, the piano covers nothing of the first screen.
func TestFirstScreenOfPhonesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute in a browser")
	}
	v := visit(t, "--clock", "follow")
	v.see(`.doors`)
	for _, size := range [][2]int64{{320, 640}, {360, 740}, {390, 844}} {
		v.screen(size[0], size[1], true)
		v.see(`.thumbs`)
		for _, language := range []string{"en", "de", "es", "fr", "ja"} {
			v.do(`choose('#language', '` + language + `')`)
			v.wait(language, `document.documentElement.lang === '`+language+`'`)
			for _, way := range []string{"1", "2", "3"} {
				v.do(`document.querySelector('.ways button:nth-child(` + way + `)').click()`)
				v.wait("way "+way, `document.querySelector('.ways button:nth-child(`+way+`)')?.ariaPressed === 'true'`)
				v.do(`scrollTo(0, 0), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
				covered := eval[string](v, `(() => {
					const dock = document.querySelector('.dock').getBoundingClientRect().top;
					return [...document.querySelectorAll('.front *')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().bottom > dock)
						.map((e) => e.className + ' ' + (e.getBoundingClientRect().bottom - dock).toFixed(1) + ' px').join(', ');
				})()`)
				if covered != "" {
					t.Errorf("%d x %d, %s, way %s: the piano covers %s", size[0], size[1], language, way, covered)
				}
				if found := eval[string](v, overflowing); found != "[]" {
					t.Errorf("%d x %d, %s, way %s: these do not fit: %s", size[0], size[1], language, way, found)
				}
			}
		}
	}
	v.unbroken()
}
