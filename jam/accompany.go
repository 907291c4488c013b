package jam

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// maxTuneFrames bounds an offline tune: 34 hours at 120 BPM.
const maxTuneFrames = 1_000_000

// An Accompaniment is a tune with the chords that were played to it.
type Accompaniment struct {
	Take      Take
	Summary   Summary
	Inference []time.Duration // how long the policy step of each frame took
	Lines     []time.Duration // when each frame began
	Beats     []Beat          // of [AccompanyPlayer]
}

// Accompany plays chords to a tune as fast as the policy answers. It drives the same [Engine] as a live [Loop], and gives it
// nothing of frame t or later before frame t is played. It calls each reader with all that happens, in order. The
// accompaniment ends with the bar of the last note. Accompany owns the policy until it returns. It returns an error if the
// settings, the tune (it may have no notes) or the policy is at fault, or the context ends.
func Accompany(ctx context.Context, p Policy, s Settings, tune Tune, readers ...func(Entry)) (*Accompaniment, error) {
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
	events := slices.Clone(tune.Events)
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	frames, err := lengthOf(grid, s, tune.Meters, events)
	if err != nil {
		return nil, err
	}
	tell := func(e Entry) {
		for _, read := range readers {
			read(e)
		}
	}
	p.Reset()
	setter, _ := p.(BusySetter)
	clock := NewSystemClock()
	builder := NewTakeBuilder(tune.Name, tempo, s.Meter)
	meters := tune.Meters
	inference, lines := make([]time.Duration, 0, frames), make([]time.Duration, 0, frames)
	for t := range frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for len(tempo) > 0 && tempo[0].Frame <= t {
			tell(Moved{Since: t, Segment: Segment{Frame: tempo[0].Frame, At: grid.Line(tempo[0].Frame), BPM: tempo[0].BPM}}.Entry())
			tempo = tempo[1:]
		}
		for len(events) > 0 && grid.Nearest(events[0].At) < t {
			engine.Push(events[0])
			tell(Input{t, events[0]}.Entry())
			events = events[1:]
		}
		for len(meters) > 0 && meters[0].Frame <= t {
			_ = engine.ChangeMeter(meters[0].Meter) // checked above
			tell(meters[0].Entry())
			meters = meters[1:]
		}
		chord, melody, place := engine.Hear()
		began := clock.Now()
		if setter != nil {
			setter.SetBusy(engine.Busy())
		}
		logits, err := p.Step(chord, melody, place)
		inference = append(inference, clock.Now()-began)
		if err == nil {
			err = engine.Decide(logits)
		}
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", t, err)
		}
		report, _ := engine.Play()
		report.Step, report.Tempo = inference[t], grid.tempo(t)
		lines = append(lines, report.Line)
		builder.Add(report)
		tell(report.Entry())
	}
	for _, e := range events {
		engine.Push(e)
		tell(Input{frames, e}.Entry())
	}
	_ = engine.End() // this output never fails
	summary := engine.Summary()
	take := builder.Take(summary.Melody)
	take.Meters = slices.Clone(tune.Meters[:len(tune.Meters)-len(meters)])
	return &Accompaniment{Take: take, Summary: summary, Inference: inference, Lines: lines}, nil
}

// lengthOf is the number of frames up to the end of the last note, in whole bars.
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
