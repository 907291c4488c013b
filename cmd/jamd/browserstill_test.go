package main

import (
	"strings"
	"testing"
)

// slowly makes the page's requests for sessions and their charts take longer, each another time.
const slowly = `(() => {
	const fetched = window.fetch;
	window.fetch = async (path, ...rest) => {
		const wait = /\/chart$/.test(path) ? 900 : /\/midi$/.test(path) ? 500 : /sessions$/.test(path) ? 300 : 0;
		await new Promise((done) => setTimeout(done, wait));
		return fetched(path, ...rest);
	};
})()`

// watchPlaces notes where on the page the named things are in each frame of the browser, once they can be seen.
const watchPlaces = `(() => {
	globalThis.places = {};
	const find = {
		save: () => document.querySelector('.rating button[type=submit]'),
		listen: () => document.querySelector('.opened > button'),
		midi: () => document.querySelector('.opened > a'),
		sound: () => document.querySelector('.speaker button'),
		again: () => document.querySelector('.after .again'),
	};
	const look = () => {
		for (const [name, element] of Object.entries(find)) {
			const box = element()?.getBoundingClientRect();
			if (box?.width) (places[name] ??= new Set()).add([box.x + scrollX, box.y + scrollY].map(Math.round).join(' '));
		}
		requestAnimationFrame(look);
	};
	look();
})()`

// TestStillAfterStopInABrowser stops a jam and opens a session, where the answers of jamd come late and one by one: what can be
// clicked is in its place from the moment at which it is seen.
func TestStillAfterStopInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "280", "--listen", "1", "--temperature", "0.9")
	v.see(`#param-policy`)
	v.click(`footer input`) // asks how it was
	v.do(`document.activeElement.blur()`)
	v.wait("the jam", `document.querySelector('.symbol').textContent.includes('first note')`)
	v.play("KeyC", "KeyE", "KeyG", "KeyC", "KeyX", "KeyB", "KeyC", "KeyE")
	v.wait("a chord on the chart", `/Bar \d+(, \d\/4)?: [A-G]/.test(`+chartText+`)`)
	v.do(slowly)
	v.do(watchPlaces)
	stop := eval[string](v, `(({ x, y, width, height }) => `+"`${x + width / 2}, ${y + height / 2}`"+`)(document.querySelector('.transport').getBoundingClientRect())`)
	v.clickText("Stop")
	v.see(`.rating`)
	v.see(`.after .chart`)
	v.still(`.rating`)
	stays(v, "save", "listen", "midi", "again", "sound")
	if under := eval[string](v, `document.elementFromPoint(`+stop+`)?.closest('button')?.textContent ?? ''`); under != "" {
		t.Errorf("a second tap on Stop hits %q", under)
	}
	v.clickText("Skip")

	v.clickText("Sessions")
	v.see(`.open`)
	v.do(watchPlaces)
	v.click(`.open`)
	v.see(`.opened .chart`)
	v.still(`.opened`)
	stays(v, "listen", "midi", "sound")
	v.unbroken()
}

// stays checks that each thing was seen, and in one place only.
func stays(v *visitor, names ...string) {
	v.t.Helper()
	places := eval[map[string][]string](v, `Object.fromEntries(Object.entries(places).map(([name, all]) => [name, [...all]]))`)
	for _, name := range names {
		if all := places[name]; len(all) != 1 {
			v.t.Errorf("%s was at %s", name, strings.Join(all, ", "))
		}
	}
}
