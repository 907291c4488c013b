package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestLeadSheetInABrowser engraves a jam in a metre of groups, with swing, and reads what the browser prints of it. The
// engraver is loaded only then, from jamd itself.
func TestLeadSheetInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	v := visit(t, "--tempo", "240", "--listen", "1", "--temperature", "0.9", "--meter", "3+2+2/8", "--swing", "eighths", "--key", "F#")
	v.see(`#param-policy`)
	const loaded = `performance.getEntriesByType('resource').filter((r) => r.name.includes('engrave')).length`
	v.play("KeyC", "KeyE", "KeyG", "KeyC", "KeyX", "KeyB", "KeyC", "KeyE", "KeyG", "KeyC", "KeyV", "KeyN", "KeyC", "KeyG", "KeyB", "KeyN")
	v.wait("a chord", `/^[A-G]/.test(document.querySelector('.symbol').textContent)`)
	v.clickText("Stop")
	v.see(`.after`)
	if n := v.number(loaded); n != 0 {
		t.Error("the engraver is loaded before a sheet is asked for")
	}
	v.still(`.after`)
	v.clickText("Lead sheet")
	v.wait("the sheet", `document.querySelectorAll('.pages svg').length === 1`)
	v.do(`document.querySelector('.sheet').scrollIntoView()`)
	v.picture("page-leadsheet")
	v.accessible("the lead sheet")
	sheet := v.printed("leadsheet-printed")
	title := eval[string](v, `document.querySelector('.after b').textContent`)
	symbols := eval[[]string](v, `fetch(document.querySelector('.sheet a').href).then((r) => r.text()).then((text) => {
		const score = new DOMParser().parseFromString(text, 'text/xml');
		return [...score.querySelectorAll('harmony')].map((h) => {
			const kind = h.querySelector('kind').getAttribute('text'), alter = Number(h.querySelector('root-alter')?.textContent ?? 0);
			return kind === 'N.C.' ? kind : h.querySelector('root-step').textContent + (alter > 0 ? '#' : alter < 0 ? 'b' : '') + kind;
		});
	})`)
	if len(symbols) == 0 {
		t.Fatal("the jam has no chord")
	}
	read := strings.NewReplacer("♯", "#", "♭", "b").Replace(sheet)
	for _, want := range append(symbols, title, "Swing", "240", "(3+2+2)") {
		if !strings.Contains(read, want) {
			t.Errorf("%q is not printed in\n%s", want, read)
		}
	}
	for _, foreign := range []string{"Panic", "Listen", "MusicXML"} {
		if strings.Contains(read, foreign) {
			t.Errorf("%q of the page is printed too", foreign)
		}
	}

	// A long jam has pages with numbers, on the paper that is chosen; here it was Letter, as the browser is American.
	v.do(`(() => {
		const asked = fetch;
		globalThis.fetch = async (...request) => {
			const response = await asked(...request);
			if (!String(request[0]).includes('leadsheet')) return response;
			const text = await response.text(), bars = text.match(/<measure number="[2-9]">[^]*?<\/measure>/g).slice(0, 2).join('');
			return new Response(text.replace('</part>', bars.repeat(80) + '</part>'));
		};
		choose('.sheet select', 'A4');
	})()`)
	v.wait("pages of A4", `document.querySelectorAll('.pages.A4 svg').length > 2`)
	pages := int(v.number(`document.querySelectorAll('.pages svg').length`))
	long := v.printed("leadsheet-long")
	if got := strings.Count(long, "\f"); got != pages {
		t.Errorf("%d pages are printed, want %d", got, pages)
	}
	for _, want := range []string{"1/", title + " · 2/"} {
		if !strings.Contains(long, want) {
			t.Errorf("%q is not printed in\n%.2000s", want, long)
		}
	}
	// A sheet that jamd does not give is not said to be engraved for ever.
	v.do(`(() => {
		globalThis.fetch = async () => new Response('no sheet', { status: 500 });
		choose('.sheet select', 'Letter');
	})()`)
	v.wait("the reason", `document.querySelector('.note.red') !== null`)
	v.wait("the end of the engraving", `document.querySelector('.sheet [role=status]') === null`)
	v.clickText("Lead sheet")
	v.wait("its end", `document.querySelector('.sheet') === null`)
	v.unbroken()
}

// printed prints the page into a PDF, and reads its text. A form feed ends each page.
func (v *visitor) printed(name string) string {
	v.t.Helper()
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		v.t.Skip("the printed sheet is not read: apt-get install poppler-utils")
	}
	var file []byte
	bySheet := true // the size of the paper
	v.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		result, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &bySheet})
		if err == nil {
			file = result.Data
		}
		return err
	}))
	path := filepath.Join(v.t.TempDir(), name+".pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		v.t.Fatal(err)
	}
	if *pictures {
		args := []string{"-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", path, "../../docs/pictures/" + name}
		if out, err := exec.Command("pdftoppm", args...).CombinedOutput(); err != nil {
			v.t.Fatalf("pdftoppm: %v: %s", err, out)
		}
	}
	text, err := exec.Command(reader, "-layout", path, "-").Output()
	if err != nil {
		v.t.Fatal(err)
	}
	return string(text)
}
