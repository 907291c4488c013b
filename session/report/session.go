// Package report writes the figures of sessions as an HTML page. The page is a single file, loads nothing and runs no script.
// It follows the reader's light or dark mode, and can be printed. [Session] reports on one session, [Study] compares several.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"jamd/jam"
	"jamd/session"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style string

// maxMisses bounds the number of misses that are listed.
const maxMisses = 1000

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(style) },
	"share": share, "short": short, "who": who, "clock": clock, "p": p, "number": number, "two": two,
	"when": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") },
	"percent": func(part, all int64) string {
		return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(max(all, 1)))
	},
	"fixed":  func(digits int, x float64) string { return fmt.Sprintf("%.*f", digits, x) },
	"plural": func(n reflect.Value, one string) string { return english.Plural(int(n.Int()), one, "") }, // of int and int64
	"join":   func(names []string) string { return strings.Join(names, ", ") },
	"tags":   func(tags []string) string { return "#" + strings.Join(tags, " #") },
}).Parse(pageText))

// One is a session as its report needs it.
type One struct {
	session.Brief
	Manifest session.Manifest
	Figures  session.Figures
	Take     jam.Take
	NoVendi  string // why there is no Vendi score; "" if there is one
}

// A onePage is the data of the template for a session.
type onePage struct {
	One
	Title  string
	Rows   []row
	Bars   int64        // in a row
	Ratio  template.CSS // width / height of a row's picture
	Misses []missed
	More   int // number of misses that are not listed

	TempoCurve                            template.HTML // "" unless the jam followed its player
	Overview, OverTime, Durations, Shares template.HTML
	Together                              template.HTML // all adaptations in one chart
	Recovery                              string        // mean number of beats
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
	if s.Manifest.Followed {
		v.TempoCurve = tempoCurve(s.Take)
	}
	for _, m := range f.Timing.Misses[:min(len(f.Timing.Misses), maxMisses)] {
		v.Misses = append(v.Misses, missed{take.Bars().Position(m.Frame), clock(secondsAt(take.Tempo, m.Frame)), m.Cause})
	}
	v.More = len(f.Timing.Misses) - len(v.Misses)
	for _, a := range f.Adaptations {
		v.Adaptations = append(v.Adaptations, adapted{a, take.Bars().Position(a.Beat * jam.FramesPerBeat), adaptation(a)})
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
