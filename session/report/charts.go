package report

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"time"

	"jamd/jam"
	"jamd/session"
)

const chartWidth = 1040.0

// overview draws the whole jam in one small picture. Each part links to its row of the roll.
func (r *roll) overview() template.HTML {
	frames := float64(max(r.take.Frames, 1))
	c := newChart(chartWidth, 76, scale{0, frames}, scale{float64(r.low) - 1, float64(r.high) + 1})
	c.left, c.right, c.top, c.bottom = 0, 0, 2, 2
	for part, class := range []string{"melody thin", "chord thin"} {
		c.WriteString(`<path class="` + class + `" d="`)
		end, pitch := -1.0, uint8(0)
		for _, n := range r.notes[part] {
			x := math.Floor(2*c.px(float64(n.Frame))) / 2
			if x < end && n.Pitch == pitch { // it begins within half a pixel of the note before
				continue
			}
			width := max(c.px(float64(n.Frame+n.Duration))-x, 0.5)
			c.WriteString("M" + num(x) + " " + num(c.py(float64(n.Pitch))) + "h" + num(width))
			end, pitch = x+0.5, n.Pitch
		}
		c.WriteString(`"/>`)
	}
	length := r.length
	for _, n := range r.filled {
		bar := r.take.BarAt(n*length).Number + 1
		from, to := c.px(float64(n*length)), c.px(min(float64((n+1)*length), frames))
		fmt.Fprintf(c, `<a href="#bar-%d"><rect class="link" x="%s" y="0" width="%s" height="76"><title>from bar %d, %s</title></rect></a>`,
			bar, num(from), num(max(to-from, 1)), bar, clock(secondsAt(r.take.Tempo, n*length)))
	}
	return c.svg("All of the jam: each part leads to its row")
}

// overTime draws note-in-chord over the jam, with the key changes and the misses.
func overTime(f *session.Figures, take jam.Take) template.HTML {
	c := newChart(chartWidth, 190, scale{0, float64(max(take.Frames, 1))}, scale{0, 1})
	c.axes(timeTicks(take), shares, "time")
	length := float64(f.OverBars * take.Meter.Bar())
	var points []point
	for i, s := range f.OverTime {
		if i > 0 && float64(s.Frame-f.OverTime[i-1].Frame) > length {
			points = append(points, point{})
		}
		share, known := s.Share()
		points = append(points, point{min(float64(s.Frame)+length/2, c.x.high), share, known})
	}
	room := 0.0
	for _, a := range f.Adaptations {
		x := c.px(float64(a.Beat * jam.FramesPerBeat))
		c.line("change", x, c.top, x, c.height-c.bottom)
		if x >= room {
			c.text("change", "start", x+3, c.top+8, a.To)
			room = x + 30
		}
	}
	for _, m := range f.Timing.Misses[:min(len(f.Timing.Misses), maxMisses)] {
		x := c.px(float64(m.Frame))
		c.line("missed", x, c.height-c.bottom-6, x, c.height-c.bottom)
	}
	if f.Harmony.Both > 0 {
		c.line("mean", c.left, c.py(f.NoteInChord), c.width-c.right, c.py(f.NoteInChord))
	}
	c.curve("curve", points)
	return c.svg(fmt.Sprintf("Note-in-chord by %d bars, along the jam", f.OverBars))
}

// timeTicks returns ticks at round times of a jam.
func timeTicks(take jam.Take) (ticks []tick) {
	all := secondsAt(take.Tempo, take.Frames)
	step := 5.0
	for _, s := range []float64{10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 86400} {
		if all/step > 12 {
			step = s
		}
	}
	for s := 0.0; s < all && len(ticks) < 40; s += step {
		ticks = append(ticks, tick{frameAt(take.Tempo, s), clock(s)})
	}
	return ticks
}

// durations draws a histogram of the durations of chords, in beats.
func durations(all []session.Duration) template.HTML {
	const longest = 32 // frames; the last bar counts all longer chords too
	counts, most := make([]int64, longest+1), int64(0)
	for _, d := range all {
		i := min(d.Frames, longest+1) - 1
		counts[i] += d.Count
		most = max(most, counts[i])
	}
	ticks, high := steps(float64(most))
	c := newChart(chartWidth/2, 190, scale{0, longest + 3}, scale{0, high})
	var beats []tick
	for b := 1; b <= longest/jam.FramesPerBeat; b++ {
		beats = append(beats, tick{float64(b*jam.FramesPerBeat) - 0.5, fmt.Sprint(b)})
	}
	c.axes(append(beats, tick{longest + 2.5, "more"}), ticks, "beats")
	for i, n := range counts {
		if n > 0 {
			at, what := float64(i), fmt.Sprintf("%s beats: %d chords", number(ptr(float64(i+1)/jam.FramesPerBeat)), n)
			if i == longest {
				at, what = longest+2, fmt.Sprintf("more than 8 beats: %d chords", n)
			}
			c.bar("chord-bar", at, at+1, float64(n), what)
		}
	}
	return c.svg("How many chords lasted how many beats")
}

func ptr(x float64) *float64 { return &x }

// chordShares draws the chords that sounded longest.
func chordShares(all []session.ChordShare) template.HTML {
	const most = 12
	var sum int64
	for _, s := range all {
		sum += s.Frames
	}
	top := all[:min(len(all), most)]
	if len(top) == 0 {
		return ""
	}
	c := newChart(chartWidth/2, 190, scale{0, float64(top[0].Frames) / float64(sum)}, scale{0, most})
	c.left, c.right, c.top, c.bottom = 64, 52, 4, 4
	for i, s := range top {
		part := float64(s.Frames) / float64(sum)
		y := c.py(float64(most - i))
		fmt.Fprintf(c, `<rect class="chord-bar" x="%s" y="%s" width="%s" height="10"/>`, num(c.left), num(y+2), num(max(c.px(part)-c.left, 1)))
		c.text("tick label", "end", c.left-6, y+11, s.Symbol)
		c.text("tick", "start", c.px(part)+5, y+11, fmt.Sprintf("%.1f %%", 100*part))
	}
	return c.svg("Which chords sounded longest, of all time with a chord")
}

// adaptation draws note-in-chord by beat after a key change.
func adaptation(a session.Adaptation) template.HTML {
	c := newChart(chartWidth/2, 170, scale{0, float64(max(len(a.ByBeat), 8))}, scale{0, 1})
	c.axes(beatTicks(len(a.ByBeat)), shares, "beats after the change")
	if level, known := a.Before.Share(); known {
		c.line("mean", c.left, c.py(level), c.width-c.right, c.py(level))
		c.text("tick", "end", c.width-c.right, c.py(level)-4, "level before "+share(level))
	}
	if a.Recovered {
		x := c.px(float64(a.Beats))
		c.line("change", x, c.top, x, c.height-c.bottom)
		c.text("change", "start", x+3, c.top+8, fmt.Sprintf("back after %d", a.Beats))
	}
	c.curve("curve", byBeat(a.ByBeat))
	return c.svg(fmt.Sprintf("Note-in-chord by beat after the change from %s to %s", a.From, a.To))
}

// byBeat returns a curve with a point for each beat: the share over that beat and the three after it, as recovery is measured.
func byBeat(beats []session.Harmony) (points []point) {
	for i := range beats {
		var inside, both int64
		for _, h := range beats[i:min(i+4, len(beats))] {
			inside, both = inside+h.Inside, both+h.Both
		}
		share, known := session.Harmony{Inside: inside, Both: both}.Share()
		points = append(points, point{float64(i), share, known})
	}
	return points
}

func beatTicks(n int) (ticks []tick) {
	for b := 0; b <= max(n, 8); b += 8 {
		ticks = append(ticks, tick{float64(b), fmt.Sprint(b)})
	}
	return ticks
}

// latencies draws the histogram of a stage's times, on a logarithmic axis.
func latencies(s session.Stage) template.HTML {
	log := func(d time.Duration) float64 { return math.Log10(max(float64(d), 1)) }
	high := log(slices.MaxFunc(s.Bins, func(a, b session.Bin) int { return cmp.Compare(a.To, b.To) }).To)
	low := log(s.Bins[0].To) - 1.0/session.BinsPerDecade
	low, high = math.Floor(low), max(math.Ceil(high), math.Floor(low)+1)
	most := slices.MaxFunc(s.Bins, func(a, b session.Bin) int { return cmp.Compare(a.Count, b.Count) }).Count
	c := newChart(chartWidth/3, 130, scale{low, high}, scale{0, math.Log10(float64(most) + 1)})
	c.right = 24
	var x, y []tick
	for e := low; e <= high; e++ {
		x = append(x, tick{e, short(time.Duration(math.Pow(10, e)))})
	}
	for n := 1.0; n <= float64(most); n *= 10 {
		y = append(y, tick{math.Log10(n + 1), fmt.Sprintf("%.0f", n)})
	}
	c.axes(x, y, "")
	for _, b := range s.Bins {
		c.bar("time-bar", log(b.To)-1.0/session.BinsPerDecade, log(b.To), math.Log10(float64(b.Count)+1),
			fmt.Sprintf("up to %s: %d", short(b.To), b.Count))
	}
	p99 := c.px(log(s.P99))
	c.line("mean", p99, c.top, p99, c.height-c.bottom)
	c.text("tick", "end", p99-3, c.top+6, "p99")
	return c.svg(s.Name + ": " + s.What)
}
