package follow

import (
	"math"
	"testing"
	"time"

	"jamd/jam"
)

// The take of a player begins with the first note, though the beat was found later: every note is in it, in its pitch and when
// it was played, and the bars before the beat was found are those that the taps give.
func TestTakeHasWhatWasPlayedBeforeTheBeatWasFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		pickup int
		told   float64
		taps   int // on the beats of the first bar
	}{{"told nothing", 0, 0, 0}, {"told", 0, 96, 0}, {"tapped", 0, 0, 4}, {"tapped, with a pickup", 1, 0, 4}} {
		p := perform(96, 0.02, 0.01, c.pickup, 24, 3)
		var taps []jam.PlayerEvent
		for i := range c.taps {
			taps = append(taps, jam.PlayerEvent{At: p.beats[c.pickup+i], Kind: jam.PlayerTap})
		}
		a, entries := accompanied(t, p, Config{Meter: jam.Quarters(4), BPM: c.told}, taps...)
		var played []jam.Event
		for _, e := range p.events {
			if e.Status == 0x90 {
				played = append(played, e)
			}
		}
		reported := int64(0) // the first frame with a report
		for _, e := range entries {
			if e.Kind == jam.EntryReport {
				reported = e.Report.Frame
				break
			}
		}
		grid, err := jam.NewTuneGrid(a.Take.Tempo)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Take.Melody) != len(played) || reported < 4 {
			t.Fatalf("%s: %d notes of %d; the first report is of frame %d", c.name, len(a.Take.Melody), len(played), reported)
		}
		for i, n := range a.Take.Melody {
			at := grid.Line(n.Frame) + a.Lines[0]
			if apart := (at - played[i].At).Abs(); n.Pitch != played[i].Data1 || n.Velocity != 80 || apart > 90*time.Millisecond {
				t.Errorf("%s: note %d is %+v at %v, played %+v", c.name, i, n, at, played[i])
			}
			off, beat := p.off(played[i].At)
			if bar := a.Take.BarAt(n.Frame); c.taps > 0 && math.Abs(off) < 0.1 && ((beat-c.pickup)%4 == 0) != (bar.Frame == n.Frame) {
				t.Errorf("%s: note %d of beat %d is %d frames after the line of bar %d", c.name, i, beat-c.pickup, n.Frame-bar.Frame, bar.Number)
			}
		}
	}
}
