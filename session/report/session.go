// Package report writes what was measured of sessions as one HTML file: nothing is fetched, no script runs, colours follow the
// reader's light or dark, and it prints.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"jamd/jam"
	"jamd/session"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style string

// maxMisses is how many misses are told one by one.
const maxMisses = 1000

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(style) },
	"share": share, "short": short, "who": who, "clock": clock, "p": p, "number": number, "two": two,
	"when": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") },
	"percent": func(part, all int64) string {
		return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(max(all, 1)))
	},
	"fixed": func(digits int, x float64) string { return fmt.Sprintf("%.*f", digits, x) },
	"tags":  func(tags []string) string { return "#" + strings.Join(tags, " #") },
}).Parse(pageText))

// One is a session as its report needs it.
type One struct {
	session.Brief
	Manifest session.Manifest
	Figures  session.Figures
	Take     jam.Take
	NoVendi  string // why there is no Vendi score, where there is none
}

// A onePage is what the template draws of a session.
type onePage struct {
	One
	Title  string
	Rows   []row
	Bars   int64        // of a row
	Ratio  template.CSS // of a row's picture, width / height
	Misses []missed
	More   int // misses that are not told one by one

	Overview, OverTime, Durations, Shares template.HTML
	Together                              template.HTML // all adaptations in one
	Recovery                              string        // beats in the mean
	Adaptations                           []adapted
	Stages                                []stage
}

type missed struct{ Place, At, Cause string }

type adapted struct {
	session.Adaptation
	Place string
	Draw  template.HTML
}

type stage struct {
	session.Stage
	Draw template.HTML
}

// Session writes the report of a session.
func Session(w io.Writer, s One) error {
	take, f := &s.Take, &s.Figures
	r := newRoll(s.Take, f)
	v := onePage{One: s, Title: title(&s.Brief), Rows: r.rows(), Bars: r.bars, Ratio: r.ratio(),
		OverTime: overTime(f, s.Take), Durations: durations(f.Durations), Shares: chordShares(f.Shares)}
	v.Overview = r.overview()
	for _, m := range f.Timing.Misses[:min(len(f.Timing.Misses), maxMisses)] {
		v.Misses = append(v.Misses, missed{place(m.Frame, take), clock(secondsAt(take.Tempo, m.Frame)), m.Cause})
	}
	v.More = len(f.Timing.Misses) - len(v.Misses)
	for _, a := range f.Adaptations {
		v.Adaptations = append(v.Adaptations, adapted{a, place(a.Beat*jam.FramesPerBeat, take), adaptation(a)})
	}
	if m := (session.Measured{Brief: s.Brief, Figures: *f}); len(f.Adaptations) > 1 {
		v.Together = afterChanges(session.NewStudy([]session.Measured{m}).Policies)
	}
	if beats, known := f.BeatsToRecover(); known {
		v.Recovery = fmt.Sprintf("%.1f", beats)
	}
	for _, st := range f.Timing.Stages {
		if st.Count > 0 {
			v.Stages = append(v.Stages, stage{st, latencies(st)})
		}
	}
	return page.ExecuteTemplate(w, "session", v)
}

func title(b *session.Brief) string {
	if b.Name != "" {
		return b.Name
	}
	return b.Start.Local().Format("Monday 2 January 2006, 15:04")
}
