package follow

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A stage is a live jam that follows its player, on the virtual clock.
type stage struct {
	ear    *Ear
	inbox  *jam.Queue[jam.Event]
	clock  *jam.SystemClock
	lines  map[int64]time.Duration // of the frames, as they were played
	states map[jam.FollowState]int
	begun  map[int64]int // chords by frame
	sums   jam.Summary
	out    *jamtest.Output
	sent   *jamtest.Output // MIDI clock
}

// live runs a jam. play is the player, on a goroutine of its own; the jam ends when it returns.
func live(t *testing.T, c Config, change func(*stage, *jam.LoopConfig), play func(s *stage)) *stage {
	t.Helper()
	s := &stage{lines: map[int64]time.Duration{}, states: map[jam.FollowState]int{}, begun: map[int64]int{}}
	synctest.Test(t, func(t *testing.T) {
		s.clock = jam.NewSystemClock()
		s.inbox = jam.NewQueue[jam.Event](1 << 12)
		s.out, s.sent = jamtest.NewOutput(s.clock), jamtest.NewOutput(s.clock)
		settings := jam.DefaultSettings()
		s.ear = NewEar(settings.MelodyChannels, settings.Split)
		entries := jam.NewReader(1 << 16)
		config := jam.LoopConfig{
			Settings: settings, Policy: jamtest.NewPolicy(1), Name: "test", Output: s.out, Inbox: s.inbox, Clock: s.clock,
			Player: s.ear.Times(), Readers: []*jam.Reader{entries},
		}
		if change != nil {
			change(s, &config)
		}
		loop, err := jam.NewLoop(config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		go s.ear.Run(ctx, New(c))
		go func() {
			play(s)
			cancel()
		}()
		if s.sums, err = loop.Run(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		entries.Close()
		for e := range entries.C() {
			switch e.Kind {
			case jam.EntryReport:
				r := e.Report
				s.lines[r.Frame] = r.Line
				s.states[r.Follow]++
				if r.Began {
					s.begun[r.Frame]++
				}
			case jam.EntryError:
				t.Error(e.Err)
			}
		}
	})
	return s
}

// note plays a note now.
func (s *stage) note(pitch uint8) {
	on := jam.Event{At: s.clock.Now(), Status: 0x90, Data1: pitch, Data2: 80}
	s.inbox.TrySend(on)
	s.ear.Hear(on)
	time.AfterFunc(100*time.Millisecond, func() {
		s.inbox.TrySend(jam.Event{At: s.clock.Now(), Status: 0x80, Data1: pitch})
	})
}

// A performance that is played live is followed as offline: the same lines and the same chords.
func TestLiveIsAsOffline(t *testing.T) {
	for _, c := range []struct {
		name string
		bpm  float64 // told
		taps int
	}{{"told", 96, 0}, {"tapped", 0, 4}} {
		p := perform(96, 0.03, 0.02, 1, 24, 4)
		var taps []jam.PlayerEvent
		for i := range c.taps {
			taps = append(taps, jam.PlayerEvent{At: p.beats[1] - time.Duration(4-i)*625*time.Millisecond, Kind: jam.PlayerTap})
		}
		if c.taps > 0 { // the pickup is heard after three of them: begin later
			for i := range p.beats {
				p.beats[i] += 2 * time.Second
			}
			for i := range p.events {
				p.events[i].At += 2 * time.Second
			}
			for i := range taps {
				taps[i].At = p.beats[1] - time.Duration(4-i)*625*time.Millisecond
			}
		}
		config := Config{Meter: jam.Quarters(4), BPM: c.bpm}
		offline, _ := accompanied(t, p, config, taps...)
		s := live(t, config, nil, func(s *stage) {
			events, actions := p.events, taps
			for len(events)+len(actions) > 0 {
				if len(actions) > 0 && (len(events) == 0 || actions[0].At <= events[0].At) {
					time.Sleep(actions[0].At - s.clock.Now())
					s.ear.Do(actions[0].Kind, actions[0].At)
					actions = actions[1:]
					continue
				}
				time.Sleep(events[0].At - s.clock.Now())
				s.inbox.TrySend(events[0])
				s.ear.Hear(events[0])
				events = events[1:]
			}
			time.Sleep(2 * time.Second)
		})
		if len(s.lines) < 300 {
			t.Fatalf("%s: %d frames", c.name, len(s.lines))
		}
		for frame, line := range s.lines {
			if frame < int64(len(offline.Lines)) && (line-offline.Lines[frame]).Abs() > 2*time.Millisecond {
				t.Fatalf("%s: frame %d is at %v live, at %v offline", c.name, frame, line, offline.Lines[frame])
			}
		}
		same := 0
		for _, chord := range offline.Take.Chords {
			same += s.begun[chord.Frame]
		}
		if same < len(offline.Take.Chords)-1 || s.states[jam.Following] < 200 || s.sums.Misses+s.sums.Skipped > 0 {
			t.Errorf("%s: %d of %d chords are those of offline; %v, %+v", c.name, same, len(offline.Take.Chords), s.states, s.sums)
		}
	}
}

// An adaptive player hears the jam's beats and corrects his own (ADAM: van der Steen and Keller, 2013). Both stay together, and
// within 2 % of his own tempo after 200 beats.
func TestTwoWhoListen(t *testing.T) {
	const base = 0.55
	for _, l := range []listener{{0.25, 0.1, 0, 0.01}, {0.5, 0.2, 0.02, 0.01}, {0.5, 0.2, 0.04, 0.01}, {0.4, 0.15, 0.02, 0.02}} {
		var period, apart float64
		live(t, Config{Meter: jam.Quarters(4), Heard: true}, nil, func(s *stage) {
			random := rand.New(rand.NewPCG(1, 2))
			for range 4 {
				time.Sleep(time.Duration(base * 1e9))
				s.ear.Do(jam.PlayerTap, s.clock.Now())
			}
			at := s.clock.Now().Seconds() + base
			period = base
			struck := 0
			for beat := range 200 {
				on := at - l.ahead + l.noise*random.NormFloat64()
				time.Sleep(max(duration(on)-s.clock.Now(), 0))
				s.note(60 + uint8(beat*7%12))
				time.Sleep(max(duration(at+0.12)-s.clock.Now(), 0))
				// What is heard of the jam: its chords, near this beat.
				sent := s.out.Sent()
				off, heard := 0.0, false
				for ; struck < len(sent); struck++ {
					if m := sent[struck]; m.Status&0xF0 == 0x90 && math.Abs(m.At.Seconds()-at) < 0.15 {
						off, heard = at-m.At.Seconds(), true
					}
				}
				if heard {
					if beat > 100 {
						apart = max(apart, math.Abs(off))
					}
					period -= l.tempo * off
					at -= l.phase * off
				}
				at += period
			}
		})
		t.Logf("%+v: %.1f BPM after %.1f, %.0f ms apart at most", l, 60/period, 60/base, 1e3*apart)
		if math.Abs(period/base-1) > 0.02 || apart > 0.1 {
			t.Errorf("%+v: %.1f BPM after %.1f, %.0f ms apart", l, 60/period, 60/base, 1e3*apart)
		}
	}
}

// A jam that keeps its own time goes over to the player's beats when it is given them: no frame is torn, and none is lost.
func TestFollowsLater(t *testing.T) {
	p := perform(96, 0.02, 0.01, 0, 32, 11)
	given := jam.NewQueue[jam.PlayerTime](64)
	var asked time.Duration
	s := live(t, Config{Meter: jam.Quarters(4)}, func(_ *stage, c *jam.LoopConfig) {
		c.Player, c.PlayerLater = given, true
	}, func(s *stage) {
		for i, e := range p.events {
			time.Sleep(e.At - s.clock.Now())
			s.inbox.TrySend(e)
			s.ear.Hear(e)
			if asked == 0 && i > len(p.events)/3 {
				asked = s.clock.Now()
			}
			time.Sleep(time.Millisecond) // the ear hears it
			for n := len(s.ear.Times().C()); n > 0; n-- {
				if time := <-s.ear.Times().C(); asked > 0 {
					given.TrySend(time)
				}
			}
		}
	})
	beats, on := 0, 0
	for frame, line := range s.lines {
		before, ok := s.lines[frame-1]
		if length := line - before; ok && (length < 70*time.Millisecond || length > 240*time.Millisecond) {
			t.Errorf("frame %d lasts %v", frame-1, length)
		}
		if line < asked && ok && (line-before-125*time.Millisecond).Abs() > time.Microsecond { // 120 BPM
			t.Errorf("frame %d lasts %v before the jam follows", frame-1, line-before)
		}
		if off, _ := p.off(line); frame%4 == 0 && line > asked+8*time.Second && line < p.events[len(p.events)-1].At {
			beats++
			if math.Abs(off) < 0.1 {
				on++
			}
		}
	}
	if beats < 40 || on < beats*9/10 || s.states[jam.Following] < 200 || s.sums.Misses+s.sums.Skipped > 0 {
		t.Errorf("%d of %d beats are the player's; %v, %+v", on, beats, s.states, s.sums)
	}
}
