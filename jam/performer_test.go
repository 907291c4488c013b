package jam_test

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A performance is a tune that a Performer plays into a live jam, on a virtual clock.
type performance struct {
	settings jam.Settings
	tune     jam.Tune // without events
	cues     []jam.Cue
	frames   int64
	steers   []jam.Control // asked for at their times, from the start of the clock
	even     bool

	take    jam.Take
	reports []jam.FrameReport
	moved   []jam.Moved
	metered []jam.MeterChange
	played  []jam.Event
	heard   []jamtest.Asked
}

func (p *performance) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock, policy := jam.NewSystemClock(), jamtest.NewPolicy(3)
		inbox, entries := jam.NewQueue[jam.Event](1<<10), jam.NewReader(1<<12)
		performer := jam.Performer{
			Cues: p.cues, Clock: clock.Beside(), Entries: jam.NewReader(1 << 8),
			Play: func(e jam.Event) {
				p.played = append(p.played, e)
				inbox.TrySend(e)
			},
			Even: p.even,
		}
		controls := jam.NewControls()
		for _, steer := range p.steers {
			time.AfterFunc(steer.At, func() { controls.Ask(steer) })
		}
		loop, err := jam.NewLoop(jam.LoopConfig{
			Settings: p.settings, Policy: policy, Output: jamtest.NewOutput(clock), Inbox: inbox, Clock: clock, Start: jam.StartAtOnce,
			Frames: p.frames, Controls: controls, Tempo: p.tune.Tempo, Meters: p.tune.Meters,
			Readers: []*jam.Reader{entries, performer.Entries},
		})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			performer.Run(ctx)
			close(done)
		}()
		summary, err := loop.Run(context.Background())
		if cancel(); err != nil {
			t.Fatal(err)
		}
		<-done
		entries.Close()
		builder := jam.NewTakeBuilder(p.tune.Name, p.tune.Tempo, p.settings.Meter)
		for e := range entries.C() {
			switch e.Kind {
			case jam.EntryReport:
				builder.Add(e.Report)
				p.reports = append(p.reports, e.Report)
			case jam.EntryMoved:
				p.moved = append(p.moved, e.Moved)
			case jam.EntryMeter:
				p.metered = append(p.metered, e.Meter)
			}
		}
		p.take, p.heard = builder.Take(summary.Melody), policy.Heard()
		p.take.Meters = p.metered
	})
}

// twelveQuarters are quarter notes a little off the grid.
func twelveQuarters() (cues []jam.Cue) {
	for i := range 12 {
		at, pitch := float64(4*i), byte(60+i%5)
		cues = append(cues, jam.Cue{Position: at + 0.3, Status: 0x90, Data1: pitch, Data2: 90}, jam.Cue{Position: at + 3.3, Status: 0x80, Data1: pitch})
	}
	return cues
}

// A tune with its own tempi and meters has the same chords live as offline, and its tempi place its lines.
func TestPerformanceFollowsTheTune(t *testing.T) {
	for name, tune := range map[string]jam.Tune{
		"a setup bar": {Tempo: []jam.TempoChange{{Frame: 0, BPM: 248}, {Frame: 16, BPM: 129}}, Meter: jam.Quarters(4)},
		"a short first bar": {Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}}, Meter: jam.Quarters(1),
			Meters: []jam.MeterChange{{Frame: 4, Meter: jam.Quarters(4)}}},
		"a pickup": {Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}}, Meter: jam.Quarters(4), Meters: []jam.MeterChange{{Meter: jam.Quarters(4), Into: 12}}},
		"many": {Tempo: []jam.TempoChange{{Frame: 0, BPM: 100}, {Frame: 1, BPM: 200}, {Frame: 2, BPM: 90}, {Frame: 17, BPM: 60}, {Frame: 30, BPM: 180}},
			Meter: jam.Quarters(4), Meters: []jam.MeterChange{{Frame: 18, Meter: jam.Quarters(3)}, {Frame: 30, Meter: jam.Meter{Count: 6, Unit: 8}}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := performance{settings: settings(nil), tune: tune, cues: twelveQuarters()}
			p.settings.Tempo, p.settings.Meter = tune.Tempo[0].BPM, tune.Meter
			grid, err := jam.NewTuneGrid(tune.Tempo)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.cues {
				tune.Events = append(tune.Events, jam.Event{At: grid.At(c.Position), Status: c.Status, Data1: c.Data1, Data2: c.Data2})
			}
			policy := jamtest.NewPolicy(3)
			offline, err := jam.Accompany(context.Background(), policy, p.settings, tune)
			if err != nil {
				t.Fatal(err)
			}
			p.frames = offline.Take.Frames
			p.run(t)
			if !reflect.DeepEqual(p.take, offline.Take) {
				t.Errorf("live    %+v\noffline %+v", p.take, offline.Take)
			}
			if !slices.Equal(p.heard, policy.Heard()) {
				t.Error("the policy heard something else than offline")
			}
			start := p.reports[0].Line
			for _, r := range p.reports {
				if r.Line-start != grid.Line(r.Frame) || r.Tempo != grid.Tempo(r.Frame) {
					t.Errorf("frame %d at %v at %v BPM, want %v at %v", r.Frame, r.Line-start, r.Tempo, grid.Line(r.Frame), grid.Tempo(r.Frame))
				}
			}
			var told []jam.TempoChange
			for _, m := range p.moved {
				told = append(told, jam.TempoChange{Frame: m.Frame, BPM: m.BPM})
				if m.Since > m.Frame {
					t.Errorf("told of %+v too late", m)
				}
			}
			if !slices.Equal(told, tune.Tempo) {
				t.Errorf("told of %v, want %v", told, tune.Tempo)
			}
		})
	}
}

// A tempo that is set in mid-jam moves the tune too, and replaces its later tempi.
func TestPerformanceFollowsThePlayer(t *testing.T) {
	p := performance{
		settings: settings(nil), cues: twelveQuarters(), frames: 48, steers: []jam.Control{{At: 1900 * time.Millisecond, Param: jam.ParamTempo, Value: 60}},
		tune: jam.Tune{Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}, {Frame: 8, BPM: 200}, {Frame: 32, BPM: 240}}},
	}
	p.run(t)
	frame := func(n int64) jam.FrameReport { return p.reports[n] }
	set := p.moved[len(p.moved)-1]
	if set.BPM != 60 || set.Frame%4 != 0 || set.Frame <= 8 || set.Frame >= 32 || len(p.moved) != 3 {
		t.Fatalf("the grid moved by %+v", p.moved)
	}
	if last := frame(47); last.Tempo != 60 || last.Line-frame(set.Frame).Line != time.Duration(47-set.Frame)*250*time.Millisecond {
		t.Errorf("frame 47 at %v at %v BPM", last.Line, last.Tempo)
	}
	for i, n := range p.take.Melody {
		if n.Frame != int64(4*i) || n.Duration != 3 {
			t.Errorf("note %d: %+v", i, n)
		}
	}
	if len(p.take.Melody) != 12 {
		t.Errorf("%d notes", len(p.take.Melody))
	}
}

// A tune of even eighths swings with the jam; one that swings by itself is played as it is written. Both are heard as eighths.
func TestPerformanceSwings(t *testing.T) {
	for _, c := range []struct {
		even       bool
		off, heard float64 // where the off-beat eighth is written, and where it is played
	}{{true, 2, 2.68}, {false, 2.68, 2.68}, {false, 2, 2}} {
		p := performance{settings: settings(nil), frames: 48, even: c.even, tune: jam.Tune{Tempo: []jam.TempoChange{{BPM: 120}, {Frame: 16, BPM: 90}}}}
		p.settings.Swing, p.settings.SwingPercent = jam.SwingEighths, 67
		for beat := range 12 {
			for i, at := range []float64{0, c.off} {
				p.cues = append(p.cues, jam.Cue{Position: float64(4*beat) + at, Status: 0x90, Data1: byte(60 + 2*i), Data2: 90},
					jam.Cue{Position: float64(4*beat) + at + 1, Status: 0x80, Data1: byte(60 + 2*i)})
			}
		}
		slices.SortStableFunc(p.cues, func(a, b jam.Cue) int { return cmp.Compare(a.Position, b.Position) })
		p.run(t)
		grid, err := jam.NewTuneGrid(p.tune.Tempo)
		if err != nil {
			t.Fatal(err)
		}
		start, onsets := p.reports[0].Line, 0
		for _, e := range p.played {
			if e.Status != 0x90 {
				continue
			}
			want := float64(4 * (onsets / 2))
			if onsets%2 == 1 {
				want += c.heard
			}
			if late := e.At - start - grid.At(want); onsets > 1 && late.Abs() > time.Microsecond {
				t.Errorf("%+v: onset %d is %v late", c, onsets, late)
			}
			onsets++
		}
		for i, n := range p.take.Melody {
			if n.Frame != int64(2*i) {
				t.Errorf("%+v: note %d is heard in frame %d", c, i, n.Frame)
			}
		}
		if onsets != 24 || len(p.take.Melody) != 24 {
			t.Errorf("%+v: %d onsets, %d heard", c, onsets, len(p.take.Melody))
		}
	}
}

func TestLoopRefusesTunes(t *testing.T) {
	for want, config := range map[string]jam.LoopConfig{
		"must be at frame 0":                     {Tempo: []jam.TempoChange{{Frame: 4, BPM: 100}}},
		"frame 2 comes after":                    {Tempo: []jam.TempoChange{{BPM: 100}, {Frame: 4, BPM: 90}, {Frame: 2, BPM: 80}}},
		"tempo 5000 BPM":                         {Tempo: []jam.TempoChange{{BPM: 5000}}},
		"meter changes: frame 4":                 {Meters: []jam.MeterChange{{Frame: 4}}},
		"an external clock or plays with a tune": {Transport: sequencer{}, Meters: []jam.MeterChange{{Frame: 4, Meter: jam.Quarters(3)}}},
		"plays with a tune, not both":            {Transport: sequencer{}, Tempo: []jam.TempoChange{{BPM: 90}}},
	} {
		clock := jam.NewSystemClock()
		config.Settings, config.Policy, config.Output = settings(nil), jamtest.NewPolicy(1), jamtest.NewOutput(clock)
		config.Inbox, config.Clock = jam.NewQueue[jam.Event](1), clock
		if _, err := jam.NewLoop(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
