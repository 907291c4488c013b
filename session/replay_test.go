package session

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A live jam is one on the virtual clock, kept as a session.
type liveJam struct {
	settings jam.Settings
	seed     uint64
	frames   int64
	events   []jam.Event   // At counts from the beginning
	inbox    int           // its room
	delay    time.Duration // of the policy, at most
	stops    []stop        // of the machine

	atFirstNote bool          // it starts the jam; else a beat of count-in does
	controls    []jam.Control // asked for at their times; of a policy, Text is its seed
	transport   sequencer     // if any, and then it ends at its end
	rungs       []jam.Rung    // that the guard orders, over and over; none: the policy always plays
	faster      string        // seed of the faster variant; "": there is none
	hearsBusy   bool          // the policy does
}

// A sequencer is a transport that was programmed: what it does from each of its times on.
type sequencer []turn

type turn struct {
	at         time.Duration
	song       int64 // the frame that begins then
	bpm        float64
	runs, lost bool
}

func (s sequencer) Position(now time.Duration) (song jam.Segment, running, ok bool) {
	for _, turn := range slices.Backward(s) {
		if now >= turn.at {
			return jam.Segment{Frame: turn.song, At: turn.at, BPM: turn.bpm}, turn.runs, !turn.lost
		}
	}
	return jam.Segment{}, false, false
}

// A strictGuard orders what it was told to.
type strictGuard struct {
	n     int
	rungs []jam.Rung
}

func (g *strictGuard) Orders(time.Duration) jam.Orders {
	o := jam.Orders{Lead: jam.DefaultLead}
	if len(g.rungs) > 0 {
		o.Rung = g.rungs[g.n%len(g.rungs)]
		g.n++
	}
	return o
}

func (g *strictGuard) Saw(*jam.FrameReport) {}

func (g *strictGuard) PolicyChanged() {}

// ordered returns the orders of a number of frames at one rung.
func ordered(rung jam.Rung, frames int) []jam.Rung { return slices.Repeat([]jam.Rung{rung}, frames) }

// loadPolicy makes the policy that a control's text names by its seed. Each second one knows other chords.
func loadPolicy(name string) (jam.Policy, error) {
	seed, err := strconv.ParseUint(name, 10, 64)
	if seed%2 == 0 {
		return jamtest.NewPolicy(seed), err
	}
	symbols := slices.Clone(jamtest.Symbols[3:])
	slices.Reverse(symbols)
	return jamtest.NewPolicyOf(seed, append(symbols, "Eb", "Ebm")...), err
}

// loadOther is Replaying.Load for them.
func loadOther(p Policy) (jam.Policy, error) { return loadPolicy(p.Name) }

type stop struct{ at, lasts time.Duration }

// stoppingClock is a system clock on a machine that stops.
type stoppingClock struct {
	*jam.SystemClock
	stops []stop
}

func (c *stoppingClock) Wait(until time.Duration) {
	c.SystemClock.Wait(until)
	for len(c.stops) > 0 && c.Now() >= c.stops[0].at {
		time.Sleep(c.stops[0].lasts)
		c.stops = c.stops[1:]
	}
}

// keep plays the jam and keeps it below root. It returns the session's directory.
func (j *liveJam) keep(t *testing.T, root string) (dir string, summary jam.Summary) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		clock := jam.NewSystemClock()
		policy := jamtest.NewPolicy(j.seed)
		policy.Remember, policy.Busy = false, j.hearsBusy
		policy.Delay = func(n int64) time.Duration { return time.Duration(uint64(n*7919)%100) * j.delay / 100 }
		o := options(root)
		o.Manifest.Settings, o.WriteMIDI = j.settings, takeText
		if j.faster != "" {
			o.Manifest.Faster = &Policy{j.faster, strings.Repeat("cd", 32)}
		}
		record := Start(o)
		inbox := jam.NewQueue[jam.Event](j.inbox)
		controls := jam.NewControls()
		config := jam.LoopConfig{
			Settings: j.settings, Policy: policy, Output: jamtest.NewOutput(clock), Inbox: inbox, Frames: j.frames,
			Clock: &stoppingClock{clock, j.stops}, Start: jam.StartAtOnce, CountIn: 1, Guard: &strictGuard{rungs: j.rungs},
			Controls: controls, Readers: []*jam.Reader{record.Entries()},
		}
		if j.atFirstNote {
			config.Start, config.CountIn = jam.StartAtFirstNote, 0
		}
		if j.faster != "" {
			config.Faster = other(t, j.faster)
		}
		ctx, cancel := context.WithCancel(context.Background())
		if j.transport != nil {
			config.Transport = j.transport
			time.AfterFunc(j.transport[len(j.transport)-1].at+2*time.Second, cancel)
		}
		loop, err := jam.NewLoop(config)
		if err != nil {
			t.Fatal(err)
		}
		if j.atFirstNote {
			time.AfterFunc(time.Minute, cancel) // where no note comes
		}
		for _, c := range j.controls {
			if c.Param == jam.ParamPolicy {
				c.Policy = other(t, c.Text)
			}
			time.AfterFunc(c.At, func() { controls.Ask(c) })
		}
		go func() {
			for _, e := range j.events {
				select {
				case <-ctx.Done():
					return
				case <-time.After(e.At - clock.Now()):
					inbox.TrySend(e)
				}
			}
		}()
		if summary, err = loop.Run(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		kept := record.Close(t.Context(), summary)
		if kept.Err != nil || kept.Frames.Lost > 0 || kept.Notes.Lost > 0 {
			t.Errorf("kept %+v", kept)
		}
		dir = record.Dir()
	})
	return dir, summary
}

// again is the policy of the jam, for its replay.
func (j *liveJam) again() jam.Policy {
	policy := jamtest.NewPolicy(j.seed)
	policy.Busy = j.hearsBusy
	return policy
}

// other is a policy of a live jam beside its own.
func other(t *testing.T, name string) jam.Policy {
	p, err := loadPolicy(name)
	if err != nil {
		t.Fatal(err)
	}
	p.(*jamtest.Policy).Remember = false
	return p
}

func anyJam(t *rapid.T) *liveJam {
	s := jam.DefaultSettings()
	s.Tempo = rapid.Float64Range(40, 300).Draw(t, "tempo")
	s.Meter = jam.Quarters(rapid.IntRange(1, 7).Draw(t, "beats"))
	s.Listen = rapid.IntRange(0, 5).Draw(t, "listen")
	s.ChordGrid = rapid.SampledFrom([]jam.ChordGrid{jam.GridFrame, jam.GridBeat, jam.GridHalf, jam.GridBar}).Draw(t, "chord grid")
	s.Temperature = rapid.SampledFrom([]float64{0, 0.5, 0.99, 2}).Draw(t, "temperature")
	s.TopP = rapid.SampledFrom([]float64{0.3, 0.9, 1}).Draw(t, "top-p")
	s.Seed = rapid.Uint64().Draw(t, "seed")
	s.Bass = rapid.Bool().Draw(t, "bass")
	j := &liveJam{settings: s, seed: rapid.Uint64().Draw(t, "policy"), frames: rapid.Int64Range(1, 200).Draw(t, "frames"), inbox: 1 << 10}
	if rapid.IntRange(0, 7).Draw(t, "long") == 0 {
		j.frames *= 5 // longer than what waits for a policy that does not play
	}
	step := time.Duration(float64(15*time.Second) / s.Tempo)
	length := step * time.Duration(j.frames+8)
	at := time.Duration(0)
	for range rapid.IntRange(0, 60).Draw(t, "events") {
		at += time.Duration(rapid.Int64Range(0, int64(2*length/60)).Draw(t, "pause"))
		j.events = append(j.events, jam.Event{
			At: at, Status: rapid.SampledFrom([]byte{0x90, 0x90, 0x90, 0x80, 0xB0, 0xE0}).Draw(t, "status"),
			Data1: rapid.SampledFrom([]byte{48, 60, 61, 64, 67, 72, 123}).Draw(t, "data1"), Data2: rapid.ByteRange(0, 127).Draw(t, "data2"),
		})
	}
	if rapid.Bool().Draw(t, "late") {
		j.delay = time.Duration(rapid.Int64Range(0, int64(3*step)).Draw(t, "delay"))
	}
	if rapid.Bool().Draw(t, "flooded") {
		j.inbox = rapid.IntRange(1, 3).Draw(t, "inbox")
	}
	for range rapid.IntRange(0, 2).Draw(t, "stops") {
		j.stops = append(j.stops, stop{
			length * time.Duration(rapid.IntRange(1, 100).Draw(t, "stop")) / 100,
			step * time.Duration(rapid.SampledFrom([]int{1, 3, 10, 30, 100, 400}).Draw(t, "lasts")) * 10 / 9,
		})
	}
	slices.SortFunc(j.stops, func(a, b stop) int { return int(a.at - b.at) })
	j.atFirstNote, j.hearsBusy = rapid.Bool().Draw(t, "at first note"), rapid.Bool().Draw(t, "hears busy")
	for range rapid.IntRange(0, 12).Draw(t, "controls") {
		at := time.Duration(rapid.Int64Range(0, int64(length)).Draw(t, "asked"))
		j.controls = append(j.controls, anyControl(t, at))
	}
	for range rapid.IntRange(0, 5).Draw(t, "orders") {
		rung := rapid.SampledFrom([]jam.Rung{jam.RungFull, jam.RungFaster, jam.RungHold}).Draw(t, "rung")
		j.rungs = append(j.rungs, ordered(rung, rapid.IntRange(1, int(j.frames+1)/2).Draw(t, "for"))...)
	}
	if rapid.Bool().Draw(t, "has a faster variant") {
		j.faster = strconv.Itoa(rapid.IntRange(100, 999).Draw(t, "faster"))
	}
	if rapid.IntRange(0, 2).Draw(t, "follows") == 0 {
		j.transport = anySequencer(t)
	}
	return j
}

// anyControl sets anything, to any value that it has.
func anyControl(t *rapid.T, at time.Duration) jam.Control {
	p := jam.Param(rapid.IntRange(0, len(jam.Params())-1).Draw(t, "param"))
	c, info := jam.Control{At: at, Param: p}, p.Info()
	switch info.Kind {
	case jam.Action:
	case jam.Text:
		c.Text = strconv.Itoa(rapid.IntRange(100, 999).Draw(t, "name"))
	default:
		c, _ = jam.FromMIDI(p, rapid.ByteRange(0, 127).Draw(t, "value"))
		c.At = at
	}
	return c
}

func anySequencer(t *rapid.T) (s sequencer) {
	at := time.Duration(0)
	for range rapid.IntRange(1, 8).Draw(t, "turns") {
		at += time.Duration(rapid.Int64Range(1e6, 3e9).Draw(t, "after"))
		s = append(s, turn{
			at: at, song: rapid.SampledFrom([]int64{0, 0, 1, 7, 16, 33, 1000}).Draw(t, "song"),
			bpm:  rapid.SampledFrom([]float64{60, 97.3, 120, 240}).Draw(t, "song's tempo"),
			runs: rapid.IntRange(0, 3).Draw(t, "runs") > 0, lost: rapid.IntRange(0, 9).Draw(t, "lost") == 0,
		})
	}
	return s
}

// Whatever is played, set and followed, and however late or stopped: a jam that is kept is played again to its last chord, and
// its tables tell what it was.
func TestReplayIsTheJam(t *testing.T) {
	root, seen := t.TempDir(), map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		j := anyJam(rt)
		dir, summary := j.keep(t, root)
		r, err := Open(dir)
		if err != nil {
			rt.Fatal(err)
		}
		c, err := r.Compare(t.Context(), j.again(), loadOther)
		if err != nil {
			rt.Fatal(err)
		}
		if c.Difference != nil {
			rt.Fatalf("%+v\njam    %+v\nreplay %+v", summary, *c.Difference.Logged, c.Difference.Report)
		}
		if c.Frames != summary.Frames || c.Unknown > summary.Skipped || c.MaxApart != 0 || c.Gone != 0 {
			rt.Fatalf("compared %+v of %+v", c, summary)
		}
		checkTables(rt, r)
		checkMusic(rt, r)
		for line := range r.Lines() {
			seen[kindOf(line.Entry)]++
		}
	})
	t.Log(seen)
}

// checkMusic looks whether the music made from the log is what was written when the jam ended, with the tempi that the log has.
func checkMusic(t *rapid.T, r *Record) {
	path := filepath.Join(r.Dir, MIDIFile)
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := r.Repair(true, takeText); err != nil || !m.Music || m.Cut != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(again, first) {
		t.Fatalf("made from the log it is (%v)\n%s\nnot\n%s", err, again, first)
	}
}

// A change of tempo in mid-jam is in the music.
func TestMusicHasTheTempi(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 64, inbox: 100, controls: []jam.Control{
		{At: 2 * time.Second, Param: jam.ParamTempo, Value: 60}, {At: 4 * time.Second, Param: jam.ParamTempo, Value: 200},
	}}
	dir, _ := j.keep(t, t.TempDir())
	music, err := os.ReadFile(filepath.Join(dir, MIDIFile))
	if want := "Tempo:[{Frame:0 BPM:120} {Frame:16 BPM:60} {Frame:24 BPM:200}]"; err != nil || !strings.Contains(string(music), want) {
		t.Errorf("%v: not with %s:\n%.300s", err, want, music)
	}
}

// What is set in a jam, and what the song that it follows does, is in the log and replayed.
func TestReplayOfControlsAndJumps(t *testing.T) {
	s := jam.DefaultSettings()
	s.Listen, s.ChordGrid = 1, jam.GridFrame
	melody := []jam.Event{{At: 1200 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 90}, {At: 9 * time.Second, Status: 0x90, Data1: 64, Data2: 90}}
	set := func(ms int64, p jam.Param, value float64, text string) jam.Control {
		return jam.Control{At: time.Duration(ms) * time.Millisecond, Param: p, Value: value, Text: text}
	}
	for _, tt := range []struct {
		jam   liveJam
		kinds []string
	}{
		{liveJam{frames: 160, atFirstNote: true, rungs: slices.Concat(ordered(jam.RungFull, 7), ordered(jam.RungHold, 3)), controls: []jam.Control{
			set(100, jam.ParamTranspose, 5, ""), set(3000, jam.ParamPolicy, 0, "101"), set(4070, jam.ParamPanic, 0, ""),
			set(6000, jam.ParamTempo, 151, ""), set(7000, jam.ParamPolicy, 0, "102"), set(8100, jam.ParamStyle, 2, ""),
		}}, []string{"policy", "panic", "all let go", "tempo", "control", "kept"}},
		{liveJam{transport: sequencer{
			{at: 500 * time.Millisecond, song: 3, bpm: 120, runs: true}, {at: 5 * time.Second, song: 33, bpm: 120, runs: true},
			{at: 8 * time.Second, song: 33, bpm: 120}, {at: 10 * time.Second, song: 0, bpm: 97.3, runs: true}, {at: 16 * time.Second},
		}}, []string{"jump", "restart", "chord let go"}},
		// A key below the split that was asked for is played while the jam waits for the first note.
		{liveJam{frames: 160, atFirstNote: true, controls: []jam.Control{set(500, jam.ParamSplit, 55, ""), set(600, jam.ParamTranspose, 12, "")},
			events: []jam.Event{{At: 1180 * time.Millisecond, Status: 0x90, Data1: 50, Data2: 90}, {At: 1205 * time.Millisecond, Status: 0x80, Data1: 60}}}, []string{"control"}},
		// A key is played below the split, and then the split is moved below it.
		{liveJam{frames: 160, atFirstNote: true, controls: []jam.Control{set(500, jam.ParamSplit, 55, ""), set(1000, jam.ParamSplit, 40, "")},
			events: []jam.Event{{At: 600 * time.Millisecond, Status: 0x90, Data1: 50, Data2: 90}, {At: 1205 * time.Millisecond, Status: 0x80, Data1: 60}}}, []string{"control"}},
	} {
		j := tt.jam
		j.settings, j.seed, j.inbox, j.events = s, 5, 100, append(j.events, melody...)
		slices.SortFunc(j.events, func(a, b jam.Event) int { return int(a.At - b.At) })
		dir, summary := j.keep(t, t.TempDir())
		r, entries, _ := read(t, dir)
		for _, kind := range tt.kinds {
			if !slices.ContainsFunc(entries, func(e Entry) bool { return kindOf(e) == kind }) {
				t.Errorf("the jam had no %s", kind)
			}
		}
		c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), loadOther)
		if err != nil || c.Difference != nil || c.Frames != summary.Frames || summary.Chords < 10 {
			t.Errorf("%+v, %v: %+v", c, err, summary)
		}
	}
}

// kindOf is what an entry is to a replay.
func kindOf(e Entry) string {
	switch e := e.(type) {
	case jam.FrameReport:
		switch {
		case e.Skipped > 0:
			return "skipped"
		case e.Faster:
			return "faster"
		case e.Held:
			return "kept"
		case e.Missed:
			return "missed"
		}
		return "frame"
	case jam.Applied:
		switch e.Param {
		case jam.ParamPolicy, jam.ParamPanic, jam.ParamTempo:
			return e.Param.String()
		}
		return "control"
	case jam.LoopAction:
		return []string{"melody let go", "chord let go", "all let go", "jump", "restart"}[e.Kind]
	case jam.Input:
		return "event"
	}
	return "other"
}

// Another policy, another seed, or a lost line: the replay says where it parts.
func TestReplayParts(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 64, inbox: 100, events: []jam.Event{
		{At: 600 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 90}, {At: 3 * time.Second, Status: 0x80, Data1: 60},
	}}
	j.settings.Listen = 2
	dir, _ := j.keep(t, t.TempDir())
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Compare(t.Context(), jamtest.NewPolicy(6), nil)
	if err != nil || c.Difference == nil || c.Difference.Report.Frame != 8 || c.Difference.Logged.Sounded == c.Difference.Report.Sounded || c.Frames != 9 {
		t.Errorf("another policy: %+v, %v", c, err)
	}
	var frames int
	for f, err := range r.Replay(Replaying{Policy: jamtest.NewPolicy(6)}) {
		if err != nil || f.Report.Missed {
			t.Fatalf("%+v, %v", f, err)
		}
		frames++
	}
	if frames != 64 {
		t.Errorf("another policy played %d frames", frames)
	}
	for range r.Replay(Replaying{Policy: jamtest.NewPolicy(5)}) {
		break // whoever has heard enough may leave
	}
}

// Frames that the faster variant decided are its own in the replay, and each policy remembers what it did in the jam: of a long
// turn of the other's, the end alone.
func TestReplayOfTheFasterVariant(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 900, inbox: 100, faster: "101",
		events: []jam.Event{{At: 600 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 90}},
		rungs: slices.Concat(ordered(jam.RungFull, 50), ordered(jam.RungFaster, 20), ordered(jam.RungHold, 10), ordered(jam.RungFull, 20),
			ordered(jam.RungFaster, 400), ordered(jam.RungFull, 400))}
	j.settings.Listen, j.settings.ChordGrid = 0, jam.GridFrame
	dir, summary := j.keep(t, t.TempDir())
	r, entries, _ := read(t, dir)
	var turns []jam.FrameReport
	for _, e := range entries {
		if f, ok := e.(jam.FrameReport); ok && (len(turns) == 0 || turns[len(turns)-1].Faster != f.Faster) {
			turns = append(turns, f)
		}
	}
	if len(turns) != 5 || turns[3].Since != 0 || turns[4].Since < turns[3].Frame || turns[4].Since > turns[4].Frame-200 {
		t.Fatalf("turns %+v", turns)
	}
	if c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), loadOther); err != nil || c.Difference != nil || c.Frames != summary.Frames {
		t.Errorf("%+v, %v", c, err)
	}
	// Another variant parts from it in the first turn; one that is not at hand is said to be missing.
	c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), func(Policy) (jam.Policy, error) { return loadPolicy("103") })
	if err != nil || c.Difference == nil || c.Difference.Report.Frame < turns[1].Frame || c.Difference.Report.Frame >= turns[2].Frame {
		t.Errorf("another variant: %+v, %v", c, err)
	}
	_, err = r.Compare(t.Context(), jamtest.NewPolicy(5), func(p Policy) (jam.Policy, error) { return nil, fmt.Errorf("%s is gone", p.Name) })
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("played from frame %d on: 101 is gone", turns[1].Frame)) {
		t.Errorf("no variant: %v", err)
	}
	// A log whose manifest does not name it, which no jamd writes.
	r.Manifest.Faster = nil
	if _, err = r.Compare(t.Context(), jamtest.NewPolicy(5), loadOther); err == nil || !strings.Contains(err.Error(), "does not name it") {
		t.Errorf("no name: %v", err)
	}
}

// A frame that misses is missed again, and its replay by a policy in time is not.
func TestReplayOfMisses(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 200, inbox: 100, delay: 300 * time.Millisecond}
	j.settings.Listen = 0
	dir, summary := j.keep(t, t.TempDir())
	if summary.Misses < 50 {
		t.Fatalf("%+v: not as late as the test needs it", summary)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), nil); err != nil || c.Difference != nil || c.Frames != 200 {
		t.Errorf("%+v, %v", c, err)
	}
}

// The golden sessions replay without a panic, whatever policy plays.
func TestReplayOfGoldenSessions(t *testing.T) {
	for _, version := range []string{"v1", "v2"} {
		r, err := Open(filepath.Join("testdata", version))
		if err != nil {
			t.Fatal(err)
		}
		frames := int64(0)
		for f, err := range r.Replay(Replaying{Policy: jamtest.NewPolicy(1)}) {
			if err != nil || f.Report.Frame != frames {
				t.Fatalf("%s: frame %d: %+v, %v", version, frames, f, err)
			}
			frames++
		}
		if frames < 43 {
			t.Errorf("%s: %d frames", version, frames)
		}
	}
}

// A machine that stood still for long lets chord and melody go, in the jam and in its replay.
func TestReplayOfStops(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 200, inbox: 100,
		events: []jam.Event{{At: 600 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 90}},
		stops:  []stop{{2950 * time.Millisecond, 5 * time.Second}, {12 * time.Second, 300 * time.Millisecond}, {14 * time.Second, 3 * time.Second}},
	}
	j.settings.Listen, j.settings.ChordGrid = 0, jam.GridHalf
	dir, summary := j.keep(t, t.TempDir())
	r, entries, _ := read(t, dir)
	var stopped int
	for _, e := range entries {
		if a, ok := e.(jam.LoopAction); ok && a.Kind == jam.ActionEndChord {
			stopped++
		}
	}
	if stopped != 2 || summary.Skipped < 60 {
		t.Fatalf("%d long stops, %+v", stopped, summary)
	}
	if c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), nil); err != nil || c.Difference != nil || c.Frames != summary.Frames {
		t.Errorf("%+v, %v", c, err)
	}
}
