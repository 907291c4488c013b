package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"jamd/midiio"
	"jamd/model"
)

var pictures = flag.Bool("pictures", false, "keep the browser test's screenshots in docs/pictures")

// axe is the accessibility checker that `make page` brings.
const axe = "../../ui/web/node_modules/axe-core/axe.min.js"

// patience is how long the browser may take for anything, on a busy machine.
const patience = 20 * time.Second

// TestPageInABrowser is a newcomer's first quarter of an hour, in a minute: Chromium opens the link, plays on the computer's
// keys, sees and hears chords, changes settings, reloads, panics, stops, and finds the jam among the sessions.
func TestPageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute in a browser")
	}
	v := visit(t, "--tempo", "200", "--listen", "4", "--temperature", "0.5")

	v.see(`#param-policy`)
	v.see(`.symbol .words`)
	v.picture("page-first")
	v.click(`.hints button`)

	// A setting before the first note holds for it.
	v.do(`choose('#param-policy', 'online-mle')`)
	v.wait("the other policy", `document.querySelector('#param-policy').value === 'online-mle'`)
	v.do(`choose('#param-policy', 'jamd')`)
	v.do(`choose('#param-tempo', '150')`)
	v.wait("the new tempo", `document.querySelector('#param-policy').value === 'jamd' && document.querySelector('.where').textContent.includes('150')`)
	v.do(`document.activeElement.blur()`)

	// Eight bars.
	v.play("KeyC", "KeyE", "KeyG", "KeyH", "KeyG", "KeyE", "KeyC", "KeyX")
	v.wait("a chord to read", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.play("KeyZ", "KeyC", "KeyB", "KeyQ", "KeyB", "KeyC", "KeyZ", "KeyV", "KeyN", "KeyQ", "KeyN", "KeyV", "KeyB", "KeyM", "KeyW", "KeyB")
	v.wait("sound", `document.querySelector('meter').value > 0.005`)
	v.picture("page-jam")
	v.sees("sound on", `document.querySelector('.speaker').textContent`)
	v.wait("the monitor's figures", `/p99 \d/.test(document.querySelector('.latency').textContent) && /missed/.test(document.querySelector('.misses').textContent)`)
	v.noLongFrames()
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
	v.wait("why the jam refuses", `document.querySelector('[role=alert]')?.textContent.includes('100') === true`)
	v.wait("what holds", `document.querySelector('#param-low').value === '48'`)
	v.clickText("Close")

	v.click(`details summary`)
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
	v.sees("false", `String(document.documentElement.scrollWidth > innerWidth)`)
	v.picture("page-phone")
	v.run(chromedp.EmulateViewport(1280, 900))
	v.prefer("dark")

	v.click(`footer input`) // asks how it was
	v.clickText("Stop")
	v.wait("the next jam", `document.querySelector('.symbol').textContent.includes('first note')`)
	v.click(`.rating fieldset:nth-of-type(3) label:nth-of-type(4)`)
	v.clickText("Keep")
	v.wait("the rating kept", `!document.querySelector('.rating')`)
	v.clickText("Sessions")
	v.wait("a session", `document.querySelectorAll('.sessions li').length === 1`)
	v.sees(`{"adaptation":0,"control":0,"enjoyment":4}`, `fetch('/api/sessions').then((r) => r.json()).then((all) => JSON.stringify(all[0].rating))`)
	v.click(`.sessions .open`)
	v.see(`.thumbnail`)
	v.do(`new Promise((done) => setTimeout(done, 700))`)
	v.picture("page-sessions")
	v.accessible("the sessions")
	v.clickText("Play")
	v.wait("playback", `document.querySelector('meter').value > 0.005`)
	v.do(`choose('.sessions input', '<img src=x onerror=document.title=1>')`)
	v.wait("the new name", `document.querySelector('.sessions input').value.startsWith('<img')`)
	v.sees("jamd", `document.title`)

	data, err := base64.StdEncoding.DecodeString(eval[string](v, `(async () => {
		const bytes = new Uint8Array(await (await fetch(document.querySelector('a[download]').href)).arrayBuffer());
		return btoa(String.fromCharCode(...bytes));
	})()`))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := midiio.Read("session.mid", data); err != nil || len(m.Notes) < 10 {
		t.Errorf("the downloaded file has %d notes of the melody: %v", len(m.Notes), err)
	}
	v.clickText("Delete")
	v.wait("an empty list", `document.querySelectorAll('.sessions li').length === 0`)
	v.clickText("Undo")
	v.wait("the session back", `document.querySelectorAll('.sessions li').length === 1`)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.errors) > 0 {
		t.Errorf("the page complained: %q", v.errors)
	}
}

// A visitor is a browser on the page of a jamd of its own.
type visitor struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string // that scripts of the page have thrown
}

func visit(t *testing.T, args ...string) *visitor {
	t.Helper()
	browser := browserOf(t)
	library := os.Getenv(model.LibraryEnv)
	if library == "" {
		library, _ = filepath.Abs("../../bin/libonnxruntime.so")
	}
	if _, err := os.Stat(library); err != nil {
		t.Skipf("ONNX Runtime's library is not there (%v): run 'make build'", err)
	}
	state := t.TempDir()
	cmd := exec.Command(os.Args[0], append([]string{"play", "--in", "page"}, args...)...)
	cmd.Args[0] = "jamd" // by which TestMain knows that it is to be jamd
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, model.LibraryEnv+"="+library)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	link := ""
	for link == "" && lines.Scan() {
		link, _ = strings.CutPrefix(lines.Text(), "page ")
	}
	rest := make(chan string, 1)
	go func() {
		var text bytes.Buffer
		for lines.Scan() {
			text.WriteString(lines.Text() + "\n")
		}
		rest <- text.String()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		said := <-rest
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Errorf("jamd ended: %v\n%s", err, said)
		}
	})

	v := browse(t, browser)
	v.run(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(link))
	return v
}

// browserOf is the path of the browser that is there; without one the test is skipped.
func browserOf(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium: apt-get install chromium")
	return ""
}

// browse starts a browser that is nowhere yet.
func browse(t *testing.T, browser string) *visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // which starts the browser, for as long as this context lasts
		t.Fatal(err)
	}
	v := &visitor{t: t, ctx: ctx}
	v.prefer("dark")
	if err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.errors = append(v.errors, e.ExceptionDetails.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return v
}

// choose sets a form's control as a player does.
const choose = `globalThis.choose = (selector, value) => {
	const e = document.querySelector(selector);
	e.focus();
	Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), 'value').set.call(e, value);
	e.dispatchEvent(new Event('input', { bubbles: true }));
	e.dispatchEvent(new Event('change', { bubbles: true }));
};`

func (v *visitor) run(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		v.t.Fatal(err)
	}
}

// eval runs a script in the page, and waits for what it promises.
func eval[T any](v *visitor, script string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%.60s: %v", script, err)
	}
	return result
}

func (v *visitor) do(script string) { v.t.Helper(); eval[chromedp.Void](v, choose+script) }
func (v *visitor) see(selector string) {
	v.t.Helper()
	v.run(chromedp.WaitVisible(chromedp.CSS(selector)))
}
func (v *visitor) click(selector string) { v.t.Helper(); v.run(chromedp.Click(chromedp.CSS(selector))) }

func (v *visitor) clickText(text string) {
	v.t.Helper()
	v.run(chromedp.Click(chromedp.Search(fmt.Sprintf(`//button[normalize-space()=%q]`, text))))
}

// prefer makes the browser ask for dark or light.
func (v *visitor) prefer(scheme string) {
	v.t.Helper()
	v.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// wait waits until something is true in the page.
func (v *visitor) wait(what, condition string) {
	v.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if eval[bool](v, condition) {
			return
		}
		if time.Now().After(end) {
			v.picture("failed")
			v.t.Fatalf("no %s within %v", what, patience)
		}
	}
}

func (v *visitor) sees(want, expression string) {
	v.t.Helper()
	if text := eval[string](v, expression); !strings.Contains(strings.ToLower(text), want) {
		v.t.Errorf("%s is %q, want %q", expression, text, want)
	}
}

func (v *visitor) number(expression string) float64 {
	v.t.Helper()
	return eval[float64](v, "Number("+expression+")")
}

// press holds a key for a while.
func (v *visitor) press(code string) {
	v.t.Helper()
	v.hold(code, strings.ToLower(strings.TrimPrefix(code, "Key")), 0)
}

// shift presses a key with Shift, which then means another.
func (v *visitor) shift(code, key string) {
	v.t.Helper()
	const shiftKey = 8 // as the browser's protocol has it
	v.hold(code, key, shiftKey)
}

func (v *visitor) hold(code, name string, modifiers int64) {
	v.t.Helper()
	key := func(kind input.DispatchKeyEventType) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: kind, Code: code, Key: name, Modifiers: modifiers,
			})
			return err
		})
	}
	v.run(key("rawKeyDown"), chromedp.Sleep(200*time.Millisecond), key("keyUp"))
}

// play plays notes on the computer's keys.
func (v *visitor) play(codes ...string) {
	v.t.Helper()
	for _, code := range codes {
		v.press(code)
		v.run(chromedp.Sleep(40 * time.Millisecond))
	}
}

// noLongFrames tells how smoothly the roll scrolls. It is said, not asserted: the machine is not ours alone.
func (v *visitor) noLongFrames() {
	v.t.Helper()
	frames := eval[struct{ Frames, Long int }](v, `new Promise((done) => {
		let frames = 0, long = 0, last = performance.now();
		const step = (now) => {
			frames++;
			if (now - last > 33) long++;
			last = now;
			if (frames < 120) requestAnimationFrame(step); else done({ Frames: frames, Long: long });
		};
		requestAnimationFrame(step);
	})`)
	v.t.Logf("%d of %d frames of the browser took longer than 33 ms", frames.Long, frames.Frames)
}

// accessible asks axe-core what it thinks of the page.
func (v *visitor) accessible(what string) {
	v.t.Helper()
	source, err := os.ReadFile(axe)
	if err != nil {
		v.t.Logf("accessibility of %s not checked: %v (make page brings axe-core)", what, err)
		return
	}
	found := eval[string](v, string(source)+`;axe.run().then((r) => JSON.stringify(
		r.violations.filter((x) => x.impact === 'serious' || x.impact === 'critical').map((x) => [x.id, x.nodes.slice(0, 4).map((n) => n.html)])))`)
	var violations []any
	if err := json.Unmarshal([]byte(found), &violations); err != nil || len(violations) > 0 {
		v.t.Errorf("%s: axe-core finds %s", what, found)
	}
}

func (v *visitor) picture(name string) {
	v.t.Helper()
	if !*pictures {
		return
	}
	png, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile("../../docs/pictures/"+name+".png", png, 0o644); err != nil {
		v.t.Fatal(err)
	}
}
