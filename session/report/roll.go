package report

import (
	"fmt"
	"html/template"
	"strings"

	"jamd/jam"
	"jamd/session"
)

// The roll is drawn in rows of about rowFrames frames. Each row is a picture of its own, so that a browser draws only those
// on the screen.
const (
	rowFrames  = 256
	frameWidth = 4.0
	semitone   = 3.0
	rowTop     = 22.0 // room for two lines of symbols
	rowBottom  = 8.0  // room for the marks of misses
	charWidth  = 6.2  // approximate width of a character of a symbol
)

// A row is some bars of the roll.
type row struct {
	Bar  int64 // the first, from 1
	At   string
	Draw template.HTML
}

// A roll draws a take.
type roll struct {
	take      jam.Take
	figures   *session.Figures
	low, high uint8             // range of pitches
	bars      int64             // bars of a row, in the first meter
	length    int64             // frames of a row
	notes     [2][]jam.TakeNote // of the melody and of the chords
	filled    []int64           // numbers of the rows that are not empty, from 0
}

func newRoll(take jam.Take, f *session.Figures) *roll {
	r := &roll{take: take, figures: f, low: 127}
	r.bars = max(1, rowFrames/take.Meter.Bar())
	r.length = r.bars * take.Meter.Bar()
	r.notes = [2][]jam.TakeNote{take.Melody, append(append([]jam.TakeNote{}, take.Upper...), take.Bass...)}
	if len(take.Upper)+len(take.Bass) == 0 { // the log has only the chords
		for _, c := range take.Chords {
			for _, pitch := range c.Pitches {
				r.notes[1] = append(r.notes[1], jam.TakeNote{Frame: c.Frame, Pitch: pitch, Duration: c.Duration})
			}
		}
	}
	for _, notes := range r.notes {
		for _, n := range notes {
			r.low, r.high = min(r.low, n.Pitch), max(r.high, n.Pitch)
		}
	}
	r.low = min(r.low, r.high)
	return r
}

// rows draws the rows that are not empty. A jam that was stopped for long has very many empty ones.
func (r *roll) rows() []row {
	length := r.length
	drawn := map[int64]*rowDrawing{}
	at := func(frame int64) *rowDrawing {
		n := frame / length
		if drawn[n] == nil {
			drawn[n] = &rowDrawing{roll: r, first: n * length}
		}
		return drawn[n]
	}
	for part, notes := range r.notes {
		for _, n := range notes {
			for from := n.Frame; from < n.Frame+n.Duration; { // once in each row that the note sounds in
				to := min(n.Frame+n.Duration, (from/length+1)*length)
				at(from).note(part, from, to, n.Pitch, from == n.Frame)
				if from = to; to-n.Frame > maxSpan {
					break
				}
			}
		}
	}
	symbol := ""
	for _, c := range r.take.Chords {
		if c.Symbol != symbol || c.Frame%length == 0 {
			at(c.Frame).symbol(c)
		}
		symbol = c.Symbol
	}
	for _, m := range r.figures.Timing.Misses {
		at(m.Frame).miss(m.Frame)
	}
	for _, a := range r.figures.Adaptations {
		at(a.Beat * jam.FramesPerBeat).change(a)
	}
	rows := make([]row, 0, len(drawn))
	for _, n := range sortedKeys(drawn) {
		r.filled = append(r.filled, n)
		rows = append(rows, row{Bar: r.take.BarAt(n*length).Number + 1, At: clock(secondsAt(r.take.Tempo, n*length)), Draw: drawn[n].svg()})
	}
	return rows
}

// maxSpan bounds the length of a note that is drawn, in frames: a note that a stopped machine left on has no end.
const maxSpan = 1 << 16

// A rowDrawing collects the paths of a row.
type rowDrawing struct {
	*roll
	first   int64
	paths   [2]strings.Builder // of melody and chords
	misses  strings.Builder
	texts   strings.Builder
	textEnd [2]float64 // where the last symbol ends, in each line of symbols
}

func (d *rowDrawing) x(frame int64) float64 { return float64(frame-d.first) * frameWidth }

func (r *roll) height() float64 { return rowTop + float64(r.high-r.low+1)*semitone + rowBottom }

func (r *roll) width() float64 { return float64(r.length)*frameWidth + 2 }

// ratio returns the width of a row's picture divided by its height.
func (r *roll) ratio() template.CSS { return template.CSS(num(r.width()) + " / " + num(r.height())) }

func (d *rowDrawing) note(part int, from, to int64, pitch uint8, begins bool) {
	gap := 0.0
	if begins {
		gap = 0.6
	}
	fmt.Fprintf(&d.paths[part], "M%s %sh%s", num(d.x(from)+gap), num(rowTop+(float64(d.high-pitch)+0.5)*semitone), num(float64(to-from)*frameWidth-gap))
}

// symbol writes a chord symbol into the first line that has room for it. If neither has, it is left out.
func (d *rowDrawing) symbol(c jam.TakeChord) {
	x := d.x(c.Frame)
	for line := range d.textEnd {
		if x < d.textEnd[line] {
			continue
		}
		d.textEnd[line] = x + charWidth*float64(len(c.Symbol)) + 3
		fmt.Fprintf(&d.texts, `<text x="%s" y="%s">%s</text>`, num(x), num(9+10*float64(line)), template.HTMLEscapeString(c.Symbol))
		return
	}
}

func (d *rowDrawing) miss(frame int64) {
	fmt.Fprintf(&d.misses, "M%s %sv5", num(d.x(frame)+1), num(d.height()-6))
}

func (d *rowDrawing) change(a session.Adaptation) {
	x := d.x(a.Beat * jam.FramesPerBeat)
	fmt.Fprintf(&d.texts, `<path class="change" d="M%s %sV%s"/><text class="change" x="%s" y="%s">%s</text>`, num(x), num(rowTop),
		num(d.height()-rowBottom), num(x+3), num(d.height()-rowBottom-2), template.HTMLEscapeString(a.From+" → "+a.To))
}

func (d *rowDrawing) svg() template.HTML {
	height := d.height()
	var lines strings.Builder
	for at := d.take.BarAt(d.first); at.Frame <= d.first+d.length; at = d.take.BarAt(at.End) {
		if at.Frame >= d.first {
			fmt.Fprintf(&lines, "M%s %sV%s", num(d.x(at.Frame)), num(rowTop), num(height-rowBottom))
		}
	}
	out := `<svg viewBox="-1 0 ` + num(d.width()) + " " + num(height) + `" aria-hidden="true"><path class="bars" d="` + lines.String() + `"/>`
	for part, class := range []string{"melody", "chord"} {
		if d.paths[part].Len() > 0 {
			out += `<path class="` + class + `" d="` + d.paths[part].String() + `"/>`
		}
	}
	if d.misses.Len() > 0 {
		out += `<path class="missed" d="` + d.misses.String() + `"/>`
	}
	return template.HTML(out + d.texts.String() + "</svg>")
}
