package follow

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

var draws = flag.Int("draws", 1, "number of draws of each tune and tempo in TestNewcomersAreFound")

// A simpleTune is what a newcomer plays: "64 65:2" is a note of one unit and one of two. A beat has so many units,
// and so many beats come before the first bar line.
type simpleTune struct {
	name   string
	meter  jam.Meter
	units  float64
	pickup int
	notes  string
}

var six8 = jam.Meter{Count: 6, Unit: 8}

var simpleTunes = []simpleTune{
	{"Ode to Joy", jam.Quarters(4), 1, 0, `64 64 65 67 67 65 64 62 60 60 62 64 64:1.5 62:.5 62:2 64 64 65 67 67 65 64 62 60 60 62 64 62:1.5 60:.5 60:2
		62 62 64 60 62 64:.5 65:.5 64 60 62 64:.5 65:.5 64 62 60 62 55:2 64 64 65 67 67 65 64 62 60 60 62 64 62:1.5 60:.5 60:2`},
	{"Twinkle, Twinkle", jam.Quarters(4), 1, 0, `60 60 67 67 69 69 67:2 65 65 64 64 62 62 60:2 67 67 65 65 64 64 62:2 67 67 65 65 64 64 62:2
		60 60 67 67 69 69 67:2 65 65 64 64 62 62 60:2`},
	{"Frère Jacques", jam.Quarters(4), 1, 0, `60 62 64 60 60 62 64 60 64 65 67:2 64 65 67:2 67:.5 69:.5 67:.5 65:.5 64 60 67:.5 69:.5 67:.5 65:.5 64 60 60 55 60:2 60 55 60:2`},
	{"Mary Had a Little Lamb", jam.Quarters(4), 1, 0, `64 62 60 62 64 64 64:2 62 62 62:2 64 67 67:2 64 62 60 62 64 64 64 64 62 62 64 62 60:4`},
	{"Au clair de la lune", jam.Quarters(4), 1, 0, `60 60 60 62 64:2 62:2 60 64 62 62 60:4 60 60 60 62 64:2 62:2 60 64 62 62 60:4
		62 62 62 62 57:2 57:2 62 60 59 57 55:4 60 60 60 62 64:2 62:2 60 64 62 62 60:4`},
	{"Jingle Bells", jam.Quarters(4), 1, 0, `64 64 64:2 64 64 64:2 64 67 60:1.5 62:.5 64:4 65 65 65:1.5 65:.5 65 64 64 64:.5 64:.5 64 62 62 64 62:2 67:2
		64 64 64:2 64 64 64:2 64 67 60:1.5 62:.5 64:4 65 65 65:1.5 65:.5 65 64 64 64:.5 64:.5 67 67 65 62 60:4`},
	{"London Bridge", jam.Quarters(4), 1, 0, `67:1.5 69:.5 67 65 64 65 67:2 62 64 65:2 64 65 67:2 67:1.5 69:.5 67 65 64 65 67:2 62:2 67:2 64 60:3`},
	{"Alouette", jam.Quarters(4), 1, 0, `65:1.5 67:.5 69 69 67:.5 65:.5 67:.5 69:.5 65 60 65:1.5 67:.5 69 69 67:.5 65:.5 67:.5 69:.5 65:2`},
	{"Auld Lang Syne", jam.Quarters(4), 1, 1, `60 65:1.5 64:.5 65 69 67:1.5 65:.5 67 69 65:1.5 65:.5 69 72 74:3 74 72:1.5 69:.5 69 65 67:1.5 65:.5 67 69 65:1.5 62:.5 62 60 65:3
		74 72:1.5 69:.5 69 65 67:1.5 65:.5 67 74 72:1.5 69:.5 69 72 74:3 74 72:1.5 69:.5 69 65 67:1.5 65:.5 67 69 65:1.5 62:.5 62 60 65:3`},
	{"When the Saints", jam.Quarters(4), 1, 3, `60 64 65 67:5 60 64 65 67:5 60 64 65 67:2 64:2 60:2 64:2 62:5 64 64 62 60:3 60 64:2 67:2 67 65:5 64 65 67:2 64:2 60:2 62:2 60:5`},
	{"Oh! Susanna", jam.Quarters(4), 1, 1, `60:.5 62:.5 64 67 67:1.5 69:.5 67 64 60:1.5 62:.5 64 64 62 60 62:3 60:.5 62:.5 64 67 67:1.5 69:.5 67 64 60:1.5 62:.5 64 64 62 62 60:4
		65:2 65:2 69 69:2 69 67 67 64 60 62:3 60:.5 62:.5 64 67 67:1.5 69:.5 67 64 60:1.5 62:.5 64 64 62 62 60:3`},
	{"Amazing Grace", jam.Quarters(3), 1, 1, `60 65:2 69:.5 65:.5 69:2 67 65:2 62 60:2 60 65:2 69:.5 65:.5 69:2 67 72:5 69 72:2 69:.5 65:.5 69:2 67 65:2 62 60:2 60 65:2 69:.5 65:.5 69:2 67 65:5`},
	{"Happy Birthday", jam.Quarters(3), 1, 1, `60:.75 60:.25 62 60 65 64:2 60:.75 60:.25 62 60 67 65:2 60:.75 60:.25 72 69 65 64 62 70:.75 70:.25 69 65 67 65:2`},
	{"Row, Row, Row Your Boat", six8, 3, 0, `60:3 60:3 60:2 62 64:3 64:2 62 64:2 65 67:6 72 72 72 67 67 67 64 64 64 60 60 60 67:2 65 64:2 62 60:6`},
}

// played returns the tune played over and over, for so many seconds, without a click: the tempo drifts by about 2 %.
func (s *simpleTune) played(bpm, jitter, long float64, r *rand.Rand) (p performance) {
	at, off := 1.0, 0.02*r.NormFloat64()
	var times []float64
	for at < long+10 {
		times = append(times, at)
		p.beats = append(p.beats, duration(at))
		off = 0.98*off + 0.004*r.NormFloat64()
		at += 60 / bpm * math.Exp(off)
	}
	place, last := 0.0, 0.0
	for i := 0; ; i++ {
		words := strings.Fields(s.notes)
		pitch, length := 0, 1.0
		_, _ = fmt.Sscanf(words[i%len(words)], "%d:%g", &pitch, &length)
		beat := int(place)
		on := times[beat] + (place-float64(beat))*(times[beat+1]-times[beat])
		if on > long {
			return p
		}
		last = max(on+jitter*r.NormFloat64(), last+0.01)
		p.events = append(p.events, jam.Event{At: duration(last), Status: 0x90, Data1: uint8(pitch), Data2: 80},
			jam.Event{At: duration(last + 0.005), Status: 0x80, Data1: uint8(pitch)})
		place += length / s.units
	}
}

// A finding is what was found of a simple tune.
type finding struct {
	octave float64 // of the tempo: 0 right, -1 half, 1 double; NaN for another or none
	f70    float64 // F-measure of the beats at 70 ms, from when the beat was found
	found  float64 // beats until then
	first  float64 // seconds until the first chord
	wrong  bool    // the first chord was off the beat by more than a tenth
	bar    float64 // share of the bar lines, after ten seconds, that are those of the tune
	half   float64 // share of those that are half a bar off
}

func (s *simpleTune) find(t *testing.T, p performance, bpm float64) finding {
	t.Helper()
	c := Config{Meter: s.meter}
	none := finding{octave: math.NaN(), found: math.Inf(1), first: math.Inf(1)}
	a, err := jam.AccompanyPlayer(context.Background(), jamtest.NewPolicy(1), jam.DefaultSettings(), jam.Tune{Events: p.events, Meter: c.Meter}, New(c), nil)
	if err != nil {
		return none
	}
	start, length := p.beats[0].Seconds(), 60/bpm
	var said, tempi []float64
	for _, b := range a.Beats {
		if b.Sure > 0 {
			said = append(said, b.At.Seconds())
			tempi = append(tempi, b.BPM)
		}
	}
	if len(said) < 4 {
		return none
	}
	slices.Sort(tempi)
	ratio := math.Log2(tempi[len(tempi)/2] / bpm / quarters(c.Meter))
	r := finding{octave: math.Round(ratio), found: (said[0] - start) / length, first: math.Inf(1)}
	if math.Abs(ratio-r.octave) > 0.2 {
		r.octave = math.NaN()
	}
	hits, played := 0, 0
	for _, b := range p.beats {
		if b.Seconds() < said[0]-0.07 || b.Seconds() > said[len(said)-1]+0.07 {
			continue
		}
		played++
		if slices.ContainsFunc(said, func(s float64) bool { return math.Abs(s-b.Seconds()) < 0.07 }) {
			hits++
		}
	}
	r.f70 = 2 * float64(hits) / float64(played+len(said))
	r.bar, r.half = s.bars(p, a.Beats)
	if len(a.Take.Chords) > 0 {
		at := a.Lines[a.Take.Chords[0].Frame]
		r.first = at.Seconds() - start
		off, _ := p.off(at)
		r.wrong = math.Abs(off) > 0.1
	}
	return r
}

// bars returns the shares of the bar lines said, from ten seconds after the first note on, that are those of the tune, and that are
// half a bar off.
func (s *simpleTune) bars(p performance, said []jam.Beat) (right, half float64) {
	bar, lines := s.meter.Beats(), 0.0
	for _, b := range said {
		if b.Sure == 0 || b.Beat != 1 || b.At < p.beats[0]+10*time.Second {
			continue
		}
		lines++
		i := slices.IndexFunc(p.beats, func(at time.Duration) bool { return math.Abs((at - b.At).Seconds()) < 0.1 })
		switch {
		case i < 0:
		case (i-s.pickup)%bar == 0:
			right++
		case bar%2 == 0 && (i-s.pickup)%bar == bar/2:
			half++
		}
	}
	lines = max(lines, 1)
	return right / lines, half / lines
}

func quantile(v []float64, q float64) float64 {
	slices.Sort(v)
	return v[int(q*float64(len(v)-1)+0.5)]
}

// Newcomers play simple tunes, say nothing, and are found at the tempo that they play at, soon. A table by tune and by tempo is
// printed with -v: number, share at the right tempo, at half and at double; F-measure (median, 10th percentile); beats until the beat
// is found and seconds until the first chord (median, 90th percentile); share of first chords off the beat; share
// of the bar lines that are right, and half a bar off.
func TestNewcomersAreFound(t *testing.T) {
	var all []finding
	at := map[float64][]finding{}
	for i, s := range simpleTunes {
		var found []finding
		for bpm := 70.; bpm <= 140; bpm += 10 {
			for draw := range uint64(*draws) {
				r := rand.New(rand.NewPCG(draw, uint64(bpm)+1000*uint64(i)))
				beat := bpm
				if s.meter.Compound() {
					beat *= 0.75
				}
				x := s.find(t, s.played(beat, 0.015+0.025*r.Float64(), 40, r), beat)
				found, at[bpm] = append(found, x), append(at[bpm], x)
			}
		}
		report(t, s.name, found)
		all = append(all, found...)
	}
	for bpm := 70.; bpm <= 140; bpm += 10 {
		right, late := report(t, fmt.Sprintf("all at %.0f BPM", bpm), at[bpm])
		if least := 0.9; bpm <= 100 && right < least {
			t.Errorf("at %.0f BPM, %.2f are found at the right tempo, want %.2f", bpm, right, least)
		} else if late > 20 {
			t.Errorf("at %.0f BPM, one in ten waits more than %.0f s for the first chord", bpm, late)
		}
	}
	if right, _ := report(t, "all", all); right < 0.8 {
		t.Errorf("%.2f are found at the right tempo", right)
	}
}

// report logs a row of the table. It returns the share at the right tempo, and the 90th percentile of the seconds until the first chord.
func report(t *testing.T, name string, found []finding) (right, late float64) {
	t.Helper()
	var f70, lock, first []float64
	octaves, wrong, bar, half := map[float64]float64{}, 0.0, 0.0, 0.0
	each := 1 / float64(len(found))
	for _, x := range found {
		octaves[x.octave] += each
		if x.wrong {
			wrong += each
		}
		bar, half = bar+each*x.bar, half+each*x.half
		f70, lock, first = append(f70, x.f70), append(lock, x.found), append(first, x.first)
	}
	t.Logf("| %s | %d | %.2f | %.2f | %.2f | %.2f, %.2f | %.0f, %.0f | %.1f, %.1f | %.2f | %.2f, %.2f |", name, len(found), octaves[0], octaves[-1], octaves[1],
		quantile(f70, .5), quantile(f70, .1), quantile(lock, .5), quantile(lock, .9), quantile(first, .5), quantile(first, .9), wrong, bar, half)
	return octaves[0], quantile(first, .9)
}
