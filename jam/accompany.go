package jam

import (
	"context"
	"fmt"
	"time"
)

// maxTuneFrames is the largest length of an offline tune: 34 hours at 120 BPM.
const maxTuneFrames = 1_000_000

// An Accompaniment is a tune with the chords that were played to it.
type Accompaniment struct {
	Take      Take
	Summary   Summary
	Inference []time.Duration // duration of each frame's policy step
	Lines     []time.Duration // time at which each frame began
	Beats     []Beat          // only from [AccompanyPlayer]
}

// Accompany plays chords to a tune as fast as the policy answers. It drives the same [Engine] as a live [Loop], and gives it
// nothing of frame t or later before frame t is played. It calls each reader with every entry, in order. The accompaniment ends
// with the bar of the last note. Accompany owns the policy until it returns. It returns an error if the settings, the tune (it
// may have no notes) or the policy is at fault, or if ctx ends.
func Accompany(ctx context.Context, p Policy, s Settings, tune Tune, readers ...func(Entry)) (*Accompaniment, error) {
	a, err := newAccompanist(p, s, tune, readers)
	if err != nil {
		return nil, err
	}
	for t := range a.frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.advance(t)
		a.lines = append(a.lines, a.engine.Line(t))
		if err := a.play(NotFollowing); err != nil {
			return nil, fmt.Errorf("frame %d: %w", t, err)
		}
	}
	return a.end(), nil
}

// An accompanist plays chords to one tune.
type accompanist struct {
	offline
	frames int64

	// The part of the tune that the engine has not been given yet.
	tempo  []TempoChange
	meters []MeterChange

	played []MeterChange // changes of the tune's meter so far
}

func newAccompanist(p Policy, s Settings, tune Tune, readers []func(Entry)) (*accompanist, error) {
	if tune.Meter != (Meter{}) {
		s.Meter = tune.Meter
	}
	tempo := tune.Tempo
	if len(tempo) == 0 {
		tempo = []TempoChange{{BPM: s.Tempo}}
	}
	grid, err := NewTuneGrid(tempo)
	if err != nil {
		return nil, err
	}
	s.Tempo = tempo[0].BPM
	engine, err := NewEngine(p.Vocabulary(), s, silent{})
	if err != nil {
		return nil, err
	}
	*engine.Grid() = *grid
	if err := checkMeters(tune.Meters); err != nil {
		return nil, err
	}
	o := newOffline(p, engine, NewTakeBuilder(tune.Name, tempo, s.Meter), tune.Events, readers)
	frames, err := lengthOf(grid, s, tune.Meters, o.events)
	if err != nil {
		return nil, err
	}
	o.inference, o.lines = make([]time.Duration, 0, frames), make([]time.Duration, 0, frames)
	return &accompanist{offline: o, frames: frames, tempo: tempo, meters: tune.Meters}, nil
}

// advance gives the engine everything in the tune that the decision on frame t may know.
func (a *accompanist) advance(t int64) {
	grid := a.engine.Grid()
	for len(a.tempo) > 0 && a.tempo[0].Frame <= t {
		c := a.tempo[0]
		a.tell(Moved{Since: t, Segment: Segment{Frame: c.Frame, At: grid.Line(c.Frame), BPM: c.BPM}}.Entry())
		a.tempo = a.tempo[1:]
	}
	a.hearBefore(t)
	for len(a.meters) > 0 && a.meters[0].Frame <= t {
		_ = a.engine.ChangeMeter(a.meters[0]) // newAccompanist has checked the meter
		a.tell(a.meters[0].Entry())
		a.played, a.meters = append(a.played, a.meters[0]), a.meters[1:]
	}
}

// end gives the engine the rest of the tune and returns the accompaniment.
func (a *accompanist) end() *Accompaniment {
	for len(a.events) > 0 {
		a.hear()
	}
	_ = a.engine.End() // this output never fails
	summary := a.engine.Summary()
	take := a.builder.Take(summary.Melody)
	take.Meters = a.played
	return &Accompaniment{Take: take, Summary: summary, Inference: a.inference, Lines: a.lines}
}

// lengthOf returns the number of frames up to the end of the last note, in whole bars.
func lengthOf(grid *Grid, s Settings, meters []MeterChange, events []Event) (int64, error) {
	quantiser := newQuantiser(grid, s.MelodyChannels)
	var newest int64
	for _, e := range events {
		newest = max(newest, grid.Nearest(e.At))
	}
	if newest >= maxTuneFrames {
		return 0, fmt.Errorf("the tune is longer than %d frames (%v)", maxTuneFrames, grid.Line(maxTuneFrames))
	}
	var end int64
	for t := range newest + 1 {
		for len(events) > 0 && grid.Nearest(events[0].At) <= t {
			quantiser.push(events[0])
			events = events[1:]
		}
		if token, _ := quantiser.close(t); token != Silence {
			end = t + 1
		}
	}
	if end == 0 {
		return 0, errNoNotes
	}
	return Bars{s.Meter, meters}.Whole(end), nil
}

// silent is an output that discards everything.
type silent struct{}

func (silent) Send(_, _, _ byte) error { return nil }
