package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"

	"jamd/session"
)

// maxListed bounds the number of sessions that a study lists.
const maxListed = 1000

// Many is a study as its report needs it.
type Many struct {
	Study    *session.Study
	NoVendi  string   // why there is no Vendi score; "" if there is one
	Problems []string // for each session that is left out, why
}

type studyPage struct {
	Many
	Title    string
	Players  int
	Seconds  float64
	Listed   []session.Measured
	Unlisted int
	Comments []session.Measured // the sessions that have one, oldest first

	Adaptation    template.HTML
	Live, Ratings []drawn
}

type drawn struct {
	Name string
	Draw template.HTML
}

// Study writes the report of many sessions.
func Study(w io.Writer, m Many) error {
	v := studyPage{Many: m, Title: "Sessions by policy", Adaptation: afterChanges(m.Study.Policies)}
	for _, p := range m.Study.Policies {
		v.Players = max(v.Players, p.Players)
		v.Seconds += p.Seconds
	}
	for i, measure := range m.Study.Measures {
		c := comparison(m.Study.Policies, func(p *session.PolicyStudy) session.Mean { return p.Means[i] })
		switch rating := i >= len(m.Study.Measures)-3; {
		case c == "":
		case rating:
			v.Ratings = append(v.Ratings, drawn{measure.What, c})
		default:
			v.Live = append(v.Live, drawn{measure.What, c})
		}
	}
	if c := comparison(m.Study.Policies, func(p *session.PolicyStudy) session.Mean { return p.Vendi }); c != "" {
		v.Live = append(v.Live, drawn{"Vendi score", c})
	}
	for _, one := range m.Study.Sessions {
		if one.Rating.Comment != "" {
			v.Comments = append(v.Comments, one)
		}
	}
	v.Listed = slices.Clone(m.Study.Sessions)
	slices.SortStableFunc(v.Listed, func(a, b session.Measured) int { return b.Start.Compare(a.Start) })
	v.Unlisted = max(len(v.Listed)-maxListed, 0)
	v.Listed = v.Listed[:len(v.Listed)-v.Unlisted]
	return page.ExecuteTemplate(w, "study", v)
}

// own returns the CSS class with the colour of policy i.
func own(i int) string { return fmt.Sprintf("p%d", i%6) }

// comparison draws the policies' means with their standard errors; "" if there are none.
func comparison(policies []session.PolicyStudy, of func(*session.PolicyStudy) session.Mean) template.HTML {
	most, known := 0.0, 0
	for i := range policies {
		if m := of(&policies[i]); m.Value != nil {
			known++
			most = max(most, *m.Value+value(m.Error))
		}
	}
	if known == 0 {
		return ""
	}
	ticks, high := steps(most)
	row := 24.0
	c := newChart(chartWidth/2, row*float64(len(policies))+40, scale{0, high}, scale{0, float64(len(policies))})
	c.left = 110
	for _, t := range ticks {
		c.line("grid", c.px(t.at), c.top, c.px(t.at), c.height-c.bottom)
		c.text("tick", "middle", c.px(t.at), c.height-c.bottom+14, t.label)
	}
	for i := range policies {
		m, y := of(&policies[i]), c.py(float64(len(policies)-i)-0.5)
		c.WriteString(`<g class="` + own(i) + `">`)
		c.text("name", "end", c.left-8, y+4, clip(policies[i].Policy, 16))
		if m.Value != nil {
			x := c.px(*m.Value)
			if m.Error != nil {
				c.line("own", c.px(max(*m.Value-*m.Error, 0)), y, c.px(*m.Value+*m.Error), y)
			}
			fmt.Fprintf(c, `<circle class="dot" cx="%s" cy="%s" r="4.5"><title>%s ± %s, n = %d</title></circle>`, num(x), num(y), number(m.Value), number(m.Error), m.N)
		}
		c.WriteString("</g>")
	}
	return c.svg("Mean and standard error of each policy")
}

func value(x *float64) float64 {
	if x == nil || math.IsNaN(*x) {
		return 0
	}
	return *x
}

// clip shortens a name to a number of characters.
func clip(name string, n int) string {
	if runes := []rune(name); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return name
}

// afterChanges draws each policy's note-in-chord by beat after key changes.
func afterChanges(policies []session.PolicyStudy) template.HTML {
	longest := 0
	for _, p := range policies {
		longest = max(longest, len(p.ByBeat))
	}
	if longest == 0 {
		return ""
	}
	c := newChart(chartWidth, 240, scale{0, float64(max(longest, 8))}, scale{0, 1})
	c.right = 150
	c.axes(beatTicks(longest), shares, "beats after the change")
	line := 0.0
	for i, p := range policies {
		if p.Changes == 0 {
			continue
		}
		c.WriteString(`<g class="` + own(i) + `">`)
		c.curve("own", byBeat(p.ByBeat))
		level := ""
		if before, known := p.Before.Share(); known {
			level = ", before " + share(before)
		}
		c.text("name", "start", c.width-c.right+10, c.top+8+line, clip(p.Policy, 20))
		c.text("tick", "start", c.width-c.right+10, c.top+20+line, fmt.Sprintf("%d changes%s", p.Changes, level))
		c.WriteString("</g>")
		line += 32
	}
	return c.svg("Note-in-chord by beat after changes of key, by policy")
}
