package jam_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A sequencer is a programmed transport: it changes at given times.
type sequencer []turn

type turn struct {
	at   time.Duration
	song int64 // the frame that begins then
	bpm  float64
	runs bool
	lost bool
}

func (s sequencer) Position(now time.Duration) (song jam.Segment, running, ok bool) {
	for _, turn := range slices.Backward(s) {
		if now >= turn.at {
			return jam.Segment{Frame: turn.song, At: turn.at, BPM: turn.bpm}, turn.runs, !turn.lost
		}
	}
	return jam.Segment{}, false, false
}

// follows checks a jam against the sequencer: every chord is struck on a line of the song, and nothing sounds while the song is
// stopped.
func (j *liveJam) follows(t interface{ Errorf(string, ...any) }, s sequencer) {
	for i, r := range j.reports {
		if i > 0 && (r.Frame <= j.reports[i-1].Frame || r.Line <= j.reports[i-1].Line) {
			t.Errorf("frame %d at %v comes after frame %d at %v", r.Frame, r.Line, j.reports[i-1].Frame, j.reports[i-1].Line)
		}
	}
	// Right after the song starts or jumps, a chord may come as soon as it is decided, and the loop may sleep until a line of a
	// slower tempo.
	slowest := j.config.Settings.Tempo
	for _, turn := range s {
		slowest = min(slowest, turn.bpm)
	}
	grace := time.Duration(2 * float64(15*time.Second) / slowest)
	for _, m := range j.out.Sent() {
		song, running, ok := s.Position(m.At)
		if m.Status&0xF0 != 0x90 {
			continue
		}
		if !running || !ok {
			t.Errorf("a note is struck at %v, where the song stands", m.At)
		}
		step := 15 * time.Second / time.Duration(song.BPM)
		if off := (m.At - song.At) % step; m.At-song.At > grace && off > time.Millisecond && step-off > time.Millisecond {
			t.Errorf("a note is struck at %v, %v after a line of the song", m.At, off)
		}
	}
}

func TestFollowsATransport(t *testing.T) {
	s := sequencer{
		{at: 0, bpm: 120},                                             // a clock that is sent before the start
		{at: time.Second, bpm: 120, runs: true},                       // Start
		{at: 6 * time.Second, song: 40, bpm: 120},                     // Stop
		{at: 8 * time.Second, song: 41, bpm: 120, runs: true},         // Continue
		{at: 10 * time.Second, song: 57, bpm: 90, runs: true},         // slower
		{at: 13960 * time.Millisecond, song: 4, bpm: 120, runs: true}, // a loop: to the second beat
		{at: 18 * time.Second, song: 0, bpm: 120},                     // Stop, and the song is set to its beginning
		{at: 19 * time.Second, bpm: 120, runs: true},                  // Start
		{at: 25 * time.Second, song: 48, bpm: 120, lost: true},
	}
	policy := jamtest.NewPolicy(3)
	j := liveJam{
		policy: policy, cancel: 30 * time.Second, begins: time.Second,
		events: slices.Concat(note(0, 4*time.Second, 60), note(7*time.Second, 10*time.Second, 64), note(19*time.Second, 3*time.Second, 67)),
		config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.Listen, s.Tempo = 1, 100 }), Transport: s},
	}
	j.policy.Delay = func(int64) time.Duration { return time.Millisecond }
	j.run(t)
	j.follows(t, s)
	if j.summary.Misses != 0 || j.summary.Skipped != 0 || len(j.errs) != 0 {
		t.Errorf("%+v, errors %v", j.summary, j.errs)
	}
	at := func(time time.Duration) jam.FrameReport {
		i := slices.IndexFunc(j.reports, func(r jam.FrameReport) bool { return r.Line >= time })
		return j.reports[i]
	}
	for _, r := range j.reports {
		if r.Missed {
			t.Errorf("missed: %+v", r)
		}
	}
	for _, c := range []struct {
		at    time.Duration
		frame int64
		tempo float64
	}{
		{time.Second, 0, 120}, {8 * time.Second, 41, 120}, {10150 * time.Millisecond, 58, 90},
		{13960 * time.Millisecond, 84, 120}, // 80 frames have gone by, and the song is at the second beat of a bar
		{19 * time.Second, 128, 120},
	} {
		if r := at(c.at - time.Millisecond); r.Frame != c.frame || r.Tempo != c.tempo || r.Line-c.at > 102*time.Millisecond {
			t.Errorf("at %v: frame %d at %v, %v BPM; want frame %d, %v BPM", c.at, r.Frame, r.Line, r.Tempo, c.frame, c.tempo)
		}
	}
	if last := j.reports[len(j.reports)-1]; last.Line > 25*time.Second {
		t.Errorf("the last frame is at %v", last.Line)
	}
	// Notes are released when the song stops or its clock is lost.
	for _, stop := range []time.Duration{6060 * time.Millisecond, 18 * time.Second, 25 * time.Second} {
		sounding := 0
		for _, m := range j.out.Sent() {
			if m.At > stop+125*time.Millisecond {
				break
			}
			switch m.Status & 0xF0 {
			case 0x90:
				sounding++
			case 0x80:
				sounding--
			}
		}
		if sounding != 0 {
			t.Errorf("%d notes sound after %v", sounding, stop)
		}
	}
	// At the second start the policy is reset, and it listens again.
	if v, heard := policy.Vocabulary(), policy.Heard(); heard[0] != (jamtest.Asked{Chord: v.Start(), Melody: jam.MelodyStart, Place: 1}) ||
		len(heard) != int(j.reports[len(j.reports)-1].Frame-128)+1 {
		t.Errorf("its memory begins with %v and has %d frames", heard[0], len(heard))
	}
	for _, r := range j.reports {
		if again := r.Frame >= 128 && r.Frame < 132; again && r.Began {
			t.Errorf("frame %d: a chord begins while it listens", r.Frame)
		}
	}
}

// Wherever the song starts and jumps to, the policy is told where in the song's bar it is.
func TestPlacesAreTheSongs(t *testing.T) {
	s := sequencer{
		{at: time.Second, song: 29, bpm: 120, runs: true},
		{at: 3 * time.Second, song: 5, bpm: 120, runs: true},
		{at: 5 * time.Second, song: 62, bpm: 120, runs: true},
		{at: 8 * time.Second, song: 86, bpm: 120},
		{at: 9 * time.Second, song: 86, bpm: 120, runs: true},
	}
	for _, meter := range []jam.Meter{jam.Quarters(4), jam.Quarters(3), {Count: 6, Unit: 8}, {Count: 9, Unit: 8}} {
		policy := jamtest.NewPolicy(3)
		j := liveJam{cancel: 11 * time.Second, policy: policy, config: jam.LoopConfig{
			Settings: settings(func(s *jam.Settings) { s.Meter = meter }), Transport: s,
		}}
		j.run(t)
		heard := policy.Heard()
		if len(j.reports) < 60 {
			t.Fatalf("%v: %d reports", meter, len(j.reports))
		}
		for _, r := range j.reports {
			song, running, _ := s.Position(r.Line - time.Millisecond) // nobody knows of a jump before
			if !running {
				song, _, _ = s.Position(r.Line)
			}
			at := song.Frame + int64((r.Line-song.At+time.Millisecond)/(125*time.Millisecond))
			if h := heard[r.Frame-j.reports[0].Frame]; h.Place != meter.Place(at) {
				t.Errorf("%v: at frame %d of the song the policy was told place %d, want %d", meter, at, h.Place, meter.Place(at))
			}
		}
	}
}

// Whatever a transport does: frames and lines go forward, nothing sounds twice, and nothing sounds while it is stopped.
func TestFollowsAnyTransport(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s sequencer
		at := time.Duration(0)
		for range rapid.IntRange(1, 6).Draw(rt, "turns") {
			at += time.Duration(rapid.Int64Range(1e6, 2e9).Draw(rt, "after"))
			s = append(s, turn{
				at: at, song: rapid.SampledFrom([]int64{0, 0, 1, 7, 16, 33, 1000}).Draw(rt, "song"),
				bpm:  rapid.SampledFrom([]float64{60, 120, 240}).Draw(rt, "tempo"),
				runs: rapid.Bool().Draw(rt, "runs"), lost: rapid.IntRange(0, 9).Draw(rt, "lost") == 0,
			})
		}
		settings := anySettings(rt)
		settings.Swing = jam.Straight // follows knows even lines alone
		j := liveJam{
			cancel: at + 2*time.Second, events: anyEvents(rt, "events", 0, at),
			config: jam.LoopConfig{Settings: settings, Transport: s},
		}
		j.run(t)
		j.follows(rt, s)
	})
}

func TestClockOut(t *testing.T) {
	j := liveJam{config: jam.LoopConfig{
		Settings: settings(nil), Frames: 160, Start: jam.StartAtOnce, CountIn: 1, ClockOut: quiet{},
	}, steers: []jam.Control{{At: 900 * time.Millisecond, Param: jam.ParamTempo, Value: 240}},
		stop: []stop{{3 * time.Second, 5 * time.Second}}}
	j.run(t)
	sent := j.pulses.Sent()
	// A beat of count-in, then frame 0 at half a second; twice as fast from frame 4 on, at one second.
	for i := range 48 {
		at, m := time.Duration(i)*500*time.Millisecond/24, sent[i]
		if i > 24 {
			m = sent[i+1] // Start goes before pulse 24
		}
		if off := m.At - at; m.Status != 0xF8 && i != 24 || off < 0 || off > time.Microsecond {
			t.Fatalf("pulse %d is %X at %v, want %v", i, m.Status, m.At, at)
		}
	}
	if sent[24].Status != 0xFA || sent[25].Status != 0xF8 || sent[25].At != 500*time.Millisecond || sent[49+24].At != 1250*time.Millisecond {
		t.Errorf("%v; %v; %v", sent[24], sent[25], sent[49+24])
	}
	// The machine was stopped at 3 s for five seconds: followers are told where the jam goes on.
	i := slices.IndexFunc(sent, func(m jam.Event) bool { return m.Status == 0xFC })
	position := int64(sent[i+1].Data1) | int64(sent[i+1].Data2)<<7
	if sent[i+1].Status != 0xF2 || sent[i+2].Status != 0xFB || sent[i+3].Status != 0xF8 {
		t.Fatalf("after the stop %v", sent[i:i+4])
	}
	if r := j.reports[slices.IndexFunc(j.reports, func(r jam.FrameReport) bool { return r.Frame >= position })]; r.Frame != position || r.Line != sent[i+3].At {
		t.Errorf("the next pulse is at %v, frame %d; %+v", sent[i+3].At, position, r)
	}
	if last := sent[len(sent)-1]; last.Status != 0xFC || last.At != j.ended {
		t.Errorf("at the end %v", last)
	}
}
