package main

import (
	"bufio"
	"bytes"
	"context"
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

	"jamd/model"
)

var pictures = flag.Bool("pictures", false, "keep the browser test's screenshots in docs/pictures")

// axe is the accessibility checker that `make page` brings.
const axe = "../../ui/web/node_modules/axe-core/axe.min.js"

// patience is how long a test waits for anything to happen. It is so long that only what hangs meets it, however busy the machine.
const patience = 5 * time.Minute

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
	link := startPage(t, args...)
	v := browse(t, browser)
	v.run(chromedp.EmulateViewport(1280, 900))
	v.goTo(link)
	return v
}

// goTo opens the page of a jam. When the test ends, all that page and jamd have said to each other must be as it is described.
func (v *visitor) goTo(link string) {
	v.t.Helper()
	describedMessages(v.ctx, v.t)
	v.run(chromedp.Navigate(link))
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

// startPage starts a jamd that hears its page alone, and returns the page's link.
func startPage(t *testing.T, args ...string) string {
	t.Helper()
	library := os.Getenv(model.LibraryEnv)
	if library == "" {
		library, _ = filepath.Abs("../../bin/libonnxruntime.so")
	}
	if _, err := os.Stat(library); err != nil {
		t.Skipf("ONNX Runtime's library is not there (%v): run 'make build'", err)
	}
	state := t.TempDir()
	cmd := exec.Command(os.Args[0], append([]string{"play", "--in", "page", "--clock", "internal"}, args...)...)
	cmd.Args[0] = "jamd" // by which TestMain knows that it is to be jamd
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "XDG_CONFIG_HOME="+state, model.LibraryEnv+"="+library)
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
	return link
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

// click clicks at an element. What is covered by the piano, which lies over the edge of the window, must come clear of it.
func (v *visitor) click(selector string) {
	v.t.Helper()
	v.see(selector)
	v.reveal(fmt.Sprintf(`document.querySelector(%q)`, selector))
	v.run(chromedp.Click(chromedp.CSS(selector)))
}

func (v *visitor) clickText(text string) {
	v.t.Helper()
	path := fmt.Sprintf(`//button[normalize-space()=%q]`, text)
	v.wait(text, fmt.Sprintf(`document.evaluate(%q, document, null, XPathResult.BOOLEAN_TYPE).booleanValue`, path))
	v.reveal(fmt.Sprintf(`document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue`, path))
	v.run(chromedp.Click(chromedp.Search(path)))
}

// reveal scrolls an element into sight, as the focus does, and checks that nothing lies over it.
func (v *visitor) reveal(element string) {
	v.t.Helper()
	over := eval[string](v, `((e) => {
		e.scrollIntoView({ block: 'nearest' });
		const { x, y, width, height } = e.getBoundingClientRect();
		const top = document.elementFromPoint(x + width / 2, y + height / 2);
		return top === null || e.contains(top) || top.contains(e) ? '' : top.outerHTML.slice(0, 80);
	})(`+element+`)`)
	if over != "" {
		v.picture("covered")
		v.t.Errorf("%s is covered by %s", element, over)
	}
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

// still waits until an element has been in one place for half a second. A click at an element that moves hits another.
func (v *visitor) still(selector string) {
	v.t.Helper()
	v.do(fmt.Sprintf(`new Promise((done) => {
		let place = '', since = 0;
		const look = (now) => {
			const r = document.querySelector(%q)?.getBoundingClientRect(), here = r ? [r.x, r.y, r.height].join() : '';
			if (here !== place) [place, since] = [here, now];
			here && now - since > 500 ? done() : requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})`, selector))
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

// smoothness tells how smoothly the roll scrolls. It is said, not asserted: the machine is not ours alone.
func (v *visitor) smoothness() {
	v.t.Helper()
	f := eval[struct {
		Frames, Late, Long int
		Median             float64
	}](v, `new Promise((done) => {
		const steps = [];
		let last = performance.now();
		const end = last + 6000; // however slow the machine is
		const step = (now) => {
			steps.push(now - last);
			last = now;
			if (steps.length < 300 && now < end) { requestAnimationFrame(step); return; }
			steps.sort((a, b) => a - b);
			done({ Frames: steps.length, Median: steps[steps.length >> 1], Late: steps.filter((s) => s > 20).length, Long: steps.filter((s) => s > 33.4).length });
		};
		requestAnimationFrame(step);
	})`)
	v.t.Logf("the roll scrolls: of %d frames of the browser the median took %.1f ms, %d more than 20 ms, %d more than 33.4 ms", f.Frames, f.Median, f.Late, f.Long)
}

// ready tells how long the page took until it knew the jam.
func (v *visitor) ready() {
	v.t.Helper()
	v.wait("what the jam is", `performance.getEntriesByName('ready').length > 0`)
	v.t.Logf("the page was ready %.0f ms after it was asked for", v.number(`performance.getEntriesByName('ready')[0].startTime`))
}

// accessible asks axe-core what it thinks of the page.
func (v *visitor) accessible(what string) {
	v.t.Helper()
	source, err := os.ReadFile(axe)
	if err != nil {
		v.t.Logf("accessibility of %s not checked: %v (make page brings axe-core)", what, err)
		return
	}
	found := eval[string](v, string(source)+`;axe.run({ resultTypes: ['violations'] }).then((r) => JSON.stringify(
		r.violations.filter((x) => x.impact === 'serious' || x.impact === 'critical').map((x) => [x.id, x.nodes.slice(0, 4).map((n) => n.html)])))`)
	var violations []any
	if err := json.Unmarshal([]byte(found), &violations); err != nil || len(violations) > 0 {
		v.t.Errorf("%s: axe-core finds %s", what, found)
	}
}

// unbroken checks that no script of the page has thrown.
func (v *visitor) unbroken() {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.errors) > 0 {
		v.t.Errorf("the page complained: %q", v.errors)
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
