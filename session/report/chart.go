package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// A chart builds an SVG picture. Its colours come from the page's style, by class.
type chart struct {
	strings.Builder
	width, height            float64
	left, right, top, bottom float64 // margins
	x, y                     scale
}

// A scale maps values to positions in a chart.
type scale struct{ low, high float64 }

func newChart(width, height float64, x, y scale) *chart {
	return &chart{width: width, height: height, left: 44, right: 12, top: 12, bottom: 30, x: x, y: y}
}

// px and py return the position of a value.
func (c *chart) px(x float64) float64 {
	return c.left + (x-c.x.low)/(c.x.high-c.x.low)*(c.width-c.left-c.right)
}

func (c *chart) py(y float64) float64 {
	return c.height - c.bottom - (y-c.y.low)/(c.y.high-c.y.low)*(c.height-c.top-c.bottom)
}

// num writes a coordinate to a tenth, in as few bytes as possible.
func num(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

// text writes escaped text.
func (c *chart) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(c, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`, class, anchor, num(x), num(y), template.HTMLEscapeString(text))
}

// line draws a line between two positions.
func (c *chart) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<path class="%s" d="M%s %sL%s %s"/>`, class, num(x1), num(y1), num(x2), num(y2))
}

// bar draws a bar from the axis up, between two values of x.
func (c *chart) bar(class string, from, to, value float64, title string) {
	x, top, ground := c.px(from), c.py(value), c.py(c.y.low)
	fmt.Fprintf(c, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"><title>%s</title></rect>`, class, num(x+0.5), num(top),
		num(max(c.px(to)-x-1, 0.5)), num(max(ground-top, 0)), template.HTMLEscapeString(title))
}

// A point of a curve. An unknown point interrupts the curve.
type point struct {
	x, y  float64
	known bool
}

func (c *chart) curve(class string, points []point) {
	c.WriteString(`<path class="` + class + `" d="`)
	drawn := false
	for i, p := range points {
		if !p.known {
			drawn = false
			continue
		}
		move := "L"
		if !drawn {
			move = "M"
		}
		c.WriteString(move + num(c.px(p.x)) + " " + num(c.py(p.y)))
		if !drawn && (i+1 == len(points) || !points[i+1].known) {
			c.WriteString("h.1") // so that a single point is visible
		}
		drawn = true
	}
	c.WriteString(`"/>`)
}

// A tick is a position on an axis with its label.
type tick struct {
	at    float64
	label string
}

// axes draws a grid line for each tick of y, and the labels of both axes.
func (c *chart) axes(x, y []tick, label string) {
	for _, t := range y {
		c.line("grid", c.left, c.py(t.at), c.width-c.right, c.py(t.at))
		c.text("tick", "end", c.left-6, c.py(t.at)+3.5, t.label)
	}
	for _, t := range x {
		c.text("tick", "middle", c.px(t.at), c.height-c.bottom+14, t.label)
	}
	c.text("tick", "end", c.width-c.right, c.height-3, label)
}

// svg ends the chart. The name is for screen readers.
func (c *chart) svg(name string) template.HTML {
	role := "img"
	if strings.Contains(c.String(), "<a ") { // role="img" would hide the links
		role = "group"
	}
	return template.HTML(`<svg role="` + role + `" viewBox="0 0 ` + num(c.width) + " " + num(c.height) + `"><title>` +
		template.HTMLEscapeString(name) + "</title>" + c.String() + "</svg>")
}

// steps returns about four round ticks from 0 to a value or just above: 1, 2 or 5 times a power of ten apart.
func steps(most float64) (ticks []tick, high float64) {
	if !(most > 0) {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if step*times*4 >= most {
			step *= times
			break
		}
	}
	for i := 0; ; i++ {
		at := float64(i) * step
		ticks = append(ticks, tick{at, strconv.FormatFloat(at, 'g', 6, 64)})
		if at >= most {
			return ticks, at
		}
	}
}

// shares returns the ticks of an axis from 0 to 1.
var shares = []tick{{0, "0"}, {0.25, ".25"}, {0.5, ".5"}, {0.75, ".75"}, {1, "1"}}
