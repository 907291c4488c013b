package jam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Beat is a beat of the player, with the time that its grid line had when it passed.
type Beat struct {
	Frame int64
	At    time.Duration
	Bar   int64   // from 1; 0 before the first bar line
	Beat  int     // beat of the bar, from 1
	BPM   float64 // quarter notes a minute
	Sure  float64 // probability of the beat, 0 to 1; 0 for beats before the first that was found
}

// ErrNoBeat says that no beat was found in the notes of a tune.
var ErrNoBeat = errors.New("no beat was found in the notes: tap along, or give the tempo")

// AccompanyPlayer is like [Accompany], for a tune that was played without a metronome. As in a live jam, the tracker finds the
// beat in the notes, at the times of the tune's events, and is told of nothing before it was played. The tempi of the settings
// and of the tune are not used. taps are what the player did besides playing notes, in order of time. The tracker must be new.
func AccompanyPlayer(ctx context.Context, p Policy, s Settings, tune Tune, tracker Tracker, taps []PlayerEvent, readers ...func(Entry)) (*Accompaniment, error) {
	if tune.Meter != (Meter{}) {
		s.Meter = tune.Meter
	}
	engine, err := NewEngine(p.Vocabulary(), s, silent{})
	if err != nil {
		return nil, err
	}
	a := &playerAccompanist{
		offline: newOffline(p, engine, NewTakeBuilder(tune.Name, nil, s.Meter), tune.Events, readers), ctx: ctx, tracker: tracker,
	}
	a.playerEvents = playerEvents(&s, a.events, taps)
	return a.accompany()
}

// playerEvents returns the notes of the melody among events, together with the other player events, in order of time.
func playerEvents(s *Settings, events []Event, others []PlayerEvent) []PlayerEvent {
	out := slices.Clone(others)
	for _, e := range events {
		if s.MelodyChannels.Strikes(e, s.Split) {
			out = append(out, PlayerEvent{At: e.At, Kind: PlayerNote, Pitch: e.Data1, Velocity: e.Data2})
		}
	}
	slices.SortStableFunc(out, func(x, y PlayerEvent) int { return cmp.Compare(x.At, y.At) })
	return out
}

// A playerAccompanist is an AccompanyPlayer in progress.
type playerAccompanist struct {
	offline
	ctx          context.Context
	tracker      Tracker
	grid         playerGrid
	playerEvents []PlayerEvent // events that the tracker has not been given yet

	meters []MeterChange
	found  int64 // the first frame whose line the tracker decided before it passed
	beats  []Beat
}

func (a *playerAccompanist) accompany() (*Accompaniment, error) {
	if len(a.events) == 0 {
		return nil, errNoNotes
	}
	last := a.events[len(a.events)-1].At
	if err := a.find(); err != nil {
		return nil, err
	}
	for len(a.events) > 0 || !a.over(last) {
		if err := a.frame(); err != nil {
			return nil, err
		}
		if a.engine.Frame() >= maxTuneFrames {
			return nil, fmt.Errorf("the tune is longer than %d frames", maxTuneFrames)
		}
	}
	_ = a.engine.End() // this output never fails
	summary := a.engine.Summary()
	take := a.builder.Take(summary.Melody)
	take.Meters, take.Tempo = a.meters, TempoOf(a.lines)
	for i, b := range a.beats {
		bar := take.BarAt(b.Frame)
		a.beats[i].Bar, a.beats[i].Beat = bar.Number+1, int((b.Frame-bar.Frame)/bar.Meter.Beat())+1
	}
	for i := range max(len(a.lines)-1, 0) {
		late := take.At(int64(i)) - float64(i)
		a.lines[i] += nanoseconds(late * float64(a.lines[i+1]-a.lines[i]))
	}
	return &Accompaniment{Take: take, Summary: summary, Inference: a.inference, Lines: a.lines, Beats: a.beats}, nil
}

// find gives the player's events to the tracker until it has found a beat. It then places the grid on what was played so far, and
// gives that to the policy.
func (a *playerAccompanist) find() error {
	var first time.Duration
	heard := false
	for i, d := range a.playerEvents {
		if d.Kind == PlayerNote && !heard {
			heard, first = true, d.At
		}
		now, ok := d.Tell(a.tracker)
		if !ok || !heard || now.State == FindingBeat {
			continue
		}
		a.playerEvents = a.playerEvents[i+1:]
		a.begin(now, first)
		return a.catchUp(now.After)
	}
	if !heard {
		return errNoNotes
	}
	return ErrNoBeat
}

// begin places frame 0.
func (a *playerAccompanist) begin(now PlayerTime, first time.Duration) {
	segment := a.grid.start(now, first)
	_ = a.engine.Grid().Move(segment) // the tempo is within bounds
	a.tell(Moved{0, segment}.Entry())
}

// catchUp gives the policy the frames whose lines no note can move any more.
func (a *playerAccompanist) catchUp(now time.Duration) error {
	for a.grid.cut(a.engine.Grid().Line(a.found)) < now {
		a.found++
	}
	for t := range a.found {
		a.hearBefore(t)
	}
	a.tell(LoopAction{0, now, ActionJump, a.found}.Entry())
	for t := range a.found {
		a.bar()
		if _, err := a.step(); err != nil {
			return err
		}
		over := a.engine.passOver()
		a.builder.AddPassed(over)
		a.tell(over.Entry())
		a.passed(t, 0)
	}
	return nil
}

// over reports whether everything has been heard and the bar is complete.
func (a *playerAccompanist) over(last time.Duration) bool {
	frame := a.engine.Frame()
	return a.engine.Grid().Line(frame) > last && a.grid.place(frame) == 0
}

// frame plays the next frame.
func (a *playerAccompanist) frame() error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	t, grid := a.engine.Frame(), a.engine.Grid()
	before := grid.Line(t - 1)
	for len(a.playerEvents) > 0 && a.playerEvents[0].At <= a.grid.cut(a.grid.line(t, before)) {
		if now, ok := a.playerEvents[0].Tell(a.tracker); ok {
			a.grid.update(now)
		}
		a.playerEvents = a.playerEvents[1:]
	}
	if segment := a.grid.segment(t, before); !grid.has(segment) {
		_ = grid.Move(segment) // the tempo is within bounds
		a.tell(Moved{t, segment}.Entry())
	}
	a.hearBefore(t)
	a.bar()
	if longer, ok := a.grid.listen(a.engine); ok {
		a.tell(LoopAction{t, grid.Line(t), ActionListen, longer}.Entry())
	}
	if err := a.play(a.grid.state(grid.Line(t))); err != nil {
		return fmt.Errorf("frame %d: %w", t, err)
	}
	a.passed(t, a.grid.now.Sure)
	return nil
}

// bar makes the engine's next frame begin a bar, or continue one, as the player's does. It does nothing if they agree already.
func (a *playerAccompanist) bar() {
	if c, ok := a.grid.bar(a.engine); ok {
		a.meters = append(a.meters, c)
		a.tell(c.Entry())
	}
}

// passed records the line of a frame, and the beat if the frame is on one.
func (a *playerAccompanist) passed(t int64, sure float64) {
	line := a.engine.Grid().Line(t)
	a.lines = append(a.lines, line)
	if a.grid.place(t)%a.grid.beat() == 0 {
		a.beats = append(a.beats, Beat{Frame: t, At: line, BPM: a.grid.now.BPM, Sure: sure})
	}
}
