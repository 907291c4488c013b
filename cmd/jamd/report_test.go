package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"jamd/archive"
	"jamd/archive/archivetest"
	"jamd/atomicfile"
	"jamd/session"
	"jamd/session/report"
)

// twoHours are frames at 120 BPM.
const twoHours = 2 * 3600 * 8

// The report of two hours is a page that a browser can bear, and fetches nothing.
func TestReportOfTwoHours(t *testing.T) {
	r := archivetest.Long(t, t.TempDir(), twoHours)
	if err := r.SetNotes(session.Notes{Name: "An <evening> & more", Tags: []string{"player:ann"}, Rating: session.Rating{Adaptation: 4, Control: 3, Enjoyment: 5}}); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	encoders := archive.NewEncoders("")
	defer encoders.Close()
	if err := archive.Report(&page, r, encoders); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if len(text) > 5_000_000 {
		t.Errorf("%d bytes", len(text))
	}
	if found := regexp.MustCompile(`<script|https?:|src=|@import|url\(`).FindString(text); found != "" {
		t.Errorf("it has %q", found)
	}
	if strings.Contains(text, "<evening>") || !strings.Contains(text, "An &lt;evening&gt; &amp; more") {
		t.Error("a name is not shown as text")
	}
	if rows := strings.Count(text, `class="row"`); rows != twoHours/256 {
		t.Errorf("%d rows", rows)
	}
}

// A browser shows the report of two hours, leads from the overview to a row of the roll, and has nothing to fetch.
func TestReportInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("two hours in a browser")
	}
	browser := browserOf(t)
	r := archivetest.Long(t, t.TempDir(), twoHours)
	if err := r.SetNotes(session.Notes{Name: "Thursday at Ann's", Rating: session.Rating{Adaptation: 4, Control: 3, Enjoyment: 5}}); err != nil {
		t.Fatal(err)
	}
	encoders := archive.NewEncoders("")
	defer encoders.Close()
	v := browse(t, browser)
	v.open(func(w io.Writer) error { return archive.Report(w, r, encoders) })
	v.see(".rows .row")
	if n := v.number(`performance.getEntriesByType('resource').length`); n != 0 {
		t.Errorf("it fetches %v things", n)
	}
	v.do(`document.querySelector('a[href="#bar-1201"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`)
	inView := `(() => { const rows = document.querySelector('.rows').getBoundingClientRect(),
		row = document.getElementById('bar-1201').getBoundingClientRect();
		return row.top >= rows.top - 20 && row.top < rows.bottom })()`
	v.wait("the row of bar 1201", inView)
	v.click("#size-4")
	v.wait("a roll four times as large, at the same bar", `document.querySelector('.row').scrollWidth > 3000 && `+inView)
	v.do(`document.querySelector('input[name=size]').click(); scrollTo(0, 0)`)
	v.wait("a roll of the first size, at the same bar", `document.querySelector('.row').scrollWidth < 1500 && `+inView)
	v.wait("a roll that is drawn", `document.querySelector('#bar-1201 .draw > *').checkVisibility({ contentVisibilityAuto: true })`)
	v.picture("report")
	r = archivetest.Long(t, t.TempDir(), 5*60*8) // of two hours axe-core takes longer than anyone waits
	v.open(func(w io.Writer) error { return archive.Report(w, r, encoders) })
	v.looksRight("the report")
}

// A browser shows the report of a study.
func TestStudyInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("nine jams in a browser")
	}
	browser := browserOf(t)
	encoders := archive.NewEncoders("")
	defer encoders.Close()
	var records []*session.Record
	for player, name := range []string{"ann", "bea", "cem"} {
		for i, policy := range []string{"gapt", "jamd", "online-mle"} {
			r := archivetest.Long(t, t.TempDir(), int64(4000+500*(player*i)))
			r.Manifest.Policy.Name, r.Manifest.Offline = policy, i == 2
			r.Notes = session.Notes{Tags: []string{session.PlayerTag + name}, Rating: session.Rating{Adaptation: 2 + (player+i)%4, Control: 3, Enjoyment: 1 + player}}
			records = append(records, r)
		}
	}
	measured, failed, err := archive.MeasureAll(t.Context(), records, encoders, func() {})
	if err != nil || len(measured) != 9 {
		t.Fatal(len(measured), failed, err)
	}
	v := browse(t, browser)
	v.open(func(w io.Writer) error {
		return report.Study(w, report.Many{Study: session.NewStudy(measured), NoVendi: encoders.Why()})
	})
	v.see("table")
	v.sees("offline", `[...document.querySelectorAll('td')].map((cell) => cell.textContent).join()`)
	v.looksRight("the study")
}

// open shows a page that is a file.
func (v *visitor) open(write func(io.Writer) error) {
	v.t.Helper()
	path := filepath.Join(v.t.TempDir(), "page.html")
	if err := atomicfile.Write(path, 0o644, func(out *os.File) error { return write(out) }); err != nil {
		v.t.Fatal(err)
	}
	v.run(chromedp.EmulateViewport(1280, 900), chromedp.Navigate("file://"+path))
}

// looksRight looks at the page in dark and light, and on a phone.
func (v *visitor) looksRight(what string) {
	v.t.Helper()
	v.accessible(what)
	v.prefer("light")
	v.accessible(what + " in daylight")
	v.run(chromedp.EmulateViewport(390, 844))
	v.sees("false", `String(document.documentElement.scrollWidth > innerWidth)`)
}

// BenchmarkReport makes the report of five minutes, and of two hours, the Vendi score in it.
func BenchmarkReport(b *testing.B) {
	encoders := archive.NewEncoders("")
	defer encoders.Close()
	for name, frames := range map[string]int64{"five minutes": 5 * 60 * 8, "two hours": twoHours} {
		r := archivetest.Long(b, b.TempDir(), frames)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := archive.Report(io.Discard, r, encoders); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
