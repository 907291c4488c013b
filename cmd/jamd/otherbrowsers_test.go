package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"jamd/midiio"
)

// TestPageInOtherBrowsers is the way through a jam in Firefox, and in WebKitGTK, whose engine is Safari's: the page opens,
// the computer's keys play, chords come and sound, settings take effect, the jam goes on over a reload, and is recorded.
func TestPageInOtherBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute in browsers")
	}
	for _, browser := range []struct {
		name string
		open func(*testing.T) driven
	}{{"firefox", openFirefox}, {"webkit", openWebKit}} {
		t.Run(browser.name, func(t *testing.T) {
			b := &passage{t: t, name: browser.name, driven: browser.open(t)}
			link := startPage(t, "--tempo", "200", "--listen", "2", "--temperature", "0.9")
			b.must(b.open(link))
			b.wait("the page", `document.querySelector('#param-policy') !== null`)
			b.ready("from a fresh start of the browser")
			address, _, _ := strings.Cut(link, "?")
			b.must(b.open(address)) // by the cookie alone
			b.ready("once more")
			b.do(`document.activeElement.blur()`)

			b.play("cvbgbcxz")
			b.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
			b.play("cbqbcz")
			if b.do(`document.querySelector('.speaker').textContent.includes('Sound on')`) == "true" {
				b.wait("sound", `document.querySelector('meter').value > 0.005`)
			} else {
				t.Log("sound is not checked: this browser has nothing to sound on (apt-get install pulseaudio)")
			}
			b.do(`choose('#param-style', 'arpeggio')`)
			b.do(`choose('#param-tempo', '150')`)
			b.wait("the settings", `document.querySelector('#param-style').value === 'arpeggio' && document.querySelector('#param-tempo').value === '150'`)
			b.do(`document.activeElement.blur()`)
			b.play("cegc")
			b.save()

			bar := b.do(`Number(document.querySelector('.where dd')?.textContent)`)
			b.must(b.open(address))
			b.wait("a later bar", `Number(document.querySelector('.where dd')?.textContent) > `+bar)
			b.do(`document.querySelector('.panic').click()`)
			b.do(`[...document.querySelectorAll('header button')].find((b) => b.textContent === 'Stop').click()`)
			b.wait("the next jam", `document.querySelector('.symbol').textContent.includes('first note')`)
			b.do(`[...document.querySelectorAll('nav button')].find((b) => b.textContent === 'Sessions').click()`)
			b.wait("a session", `document.querySelectorAll('.sessions li').length === 1`)
			b.do(`document.querySelector('.sessions .open').click()`)
			b.wait("its roll", `document.querySelector('.thumbnail') !== null`)
			var text string
			b.must(json.Unmarshal([]byte(b.do(`fetch(document.querySelector('a[download]').href).then((r) => r.arrayBuffer()).then((a) =>
				btoa(String.fromCharCode(...new Uint8Array(a))))`)), &text))
			data, err := base64.StdEncoding.DecodeString(text)
			b.must(err)
			if m, err := midiio.Read("session.mid", data, ""); err != nil || len(m.Notes) < 10 {
				t.Errorf("the downloaded file has %d notes of the melody: %v", len(m.Notes), err)
			}
		})
	}
}

// A passage is a test's way through the page in a browser.
type passage struct {
	driven
	t    *testing.T
	name string
}

func (b *passage) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// do runs a script, and gives what it comes to, as JSON.
func (b *passage) do(script string) string {
	b.t.Helper()
	result, err := b.eval(fmt.Sprintf("(() => { %s return (%s); })()", choose, script))
	if err != nil {
		b.t.Fatalf("%.80s: %v", script, err)
	}
	return result
}

func (b *passage) wait(what, condition string) {
	b.t.Helper()
	for end := time.Now().Add(patience); b.do(condition) != "true"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("no %s within %v: the page has %.300s", what, patience, b.do(`document.body.innerText`))
		}
	}
}

// ready tells when, after it was asked for, the page had its document, ran its script, was told the jam, and showed it.
func (b *passage) ready(which string) {
	b.t.Helper()
	b.wait("what the jam is", `performance.getEntriesByName('ready').length > 0`)
	b.t.Logf("the page, %s, in ms: %s", which, b.do(`(() => {
		const at = (name) => Math.round(performance.getEntriesByName(name)[0].startTime), page = performance.getEntriesByType('navigation')[0];
		return { asked: Math.round(page.requestStart), document: Math.round(page.responseEnd), script: at('script'), told: at('told'), ready: at('ready') };
	})()`))
}

func (b *passage) play(keys string) {
	b.t.Helper()
	for _, key := range keys {
		b.must(b.press(string(key), 200*time.Millisecond))
	}
}

// save keeps a picture, where pictures are wanted.
func (b *passage) save() {
	b.t.Helper()
	png, err := b.picture()
	b.must(err)
	if *pictures {
		b.must(os.WriteFile("../../docs/pictures/page-"+b.name+".png", png, 0o644))
	}
}
