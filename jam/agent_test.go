package jam_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A duet is a whole jam of two policies on the virtual clock of testing/synctest.
type duet struct {
	settings jam.Settings
	chords   jam.Policy
	melody   jam.Policy
	agent    jam.AgentConfig // temperature and seed; the rest is run's to fill in
	frames   int64
	cancel   time.Duration // 0: never
	stop     []stop        // of the loop's goroutine
	steers   []jam.Control // asked for at their times
	length   time.Duration // of the jam; 0: frames
	patience time.Duration // for the agent after the jam's end

	// The results.
	summary jam.Summary
	played  jam.AgentSummary
	reports []jam.FrameReport
	events  []jam.Event // that the loop heard
	errs    []error
	out     *jamtest.Output
	start   time.Duration // of frame 0
}

// run plays the duet. It only asserts that every note on has its note off.
func (d *duet) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := jam.NewSystemClock()
		d.out = jamtest.NewOutput(clock)
		inbox, entries := jam.NewQueue[jam.Event](1<<10), jam.NewReader(1<<14)
		controls := jam.NewControls()
		for _, steer := range d.steers {
			time.AfterFunc(steer.At, func() { controls.Ask(steer) })
		}
		c := &d.agent
		c.Policy, c.Clock, c.Frames, c.Length = d.melody, clock.Beside(), d.frames, d.length
		c.Meter, c.Entries = d.settings.Meter, jam.NewReader(256)
		c.Failed = func(err error) { d.errs = append(d.errs, err) }
		c.Play = func(e jam.Event) {
			inbox.TrySend(e)
			if err := d.out.Send(e.Status, e.Data1, e.Data2); err != nil {
				t.Error(err)
			}
		}
		if c.TopP == 0 {
			c.TopP = 1
		}
		agent, err := jam.NewAgent(*c)
		if err != nil {
			t.Fatal(err)
		}
		loop, err := jam.NewLoop(jam.LoopConfig{
			Settings: d.settings, Policy: d.chords, Output: d.out, Inbox: inbox, Clock: &stoppingClock{clock, d.stop},
			Start: jam.StartAtOnce, CountIn: 1, Frames: d.frames, Length: d.length,
			Controls: controls, Readers: []*jam.Reader{c.Entries, entries},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if d.cancel > 0 {
			time.AfterFunc(d.cancel, cancel)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			var err error
			if d.played, err = agent.Run(ctx); err != nil {
				t.Error(err)
			}
			if _, err = agent.Run(ctx); err == nil {
				t.Error("an agent ran twice")
			}
		}()
		if d.summary, err = loop.Run(ctx); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(d.patience, cancel)
		<-done
		entries.Close()
		for e := range entries.C() {
			switch e.Kind {
			case jam.EntryReport:
				d.reports = append(d.reports, e.Report)
			case jam.EntryInput:
				d.events = append(d.events, e.Input.Event)
			case jam.EntryError:
				t.Errorf("the loop's error: %v", e.Err)
			}
		}
		if len(d.reports) > 0 {
			d.start = d.reports[0].Line
		}
		if d.out.Sounding() != 0 || d.out.Err() != nil {
			t.Errorf("%d notes are left sounding, %v", d.out.Sounding(), d.out.Err())
		}
	})
}

// A rule is a policy written by hand: its function chooses a token from what was heard so far.
type rule struct {
	vocabulary *jam.Vocabulary
	clock      jam.Clock
	logits     []float32
	choose     func(heard []jamtest.Asked) int
	heard      []jamtest.Asked
	at         []time.Duration // of each step
}

func (r *rule) Vocabulary() *jam.Vocabulary { return r.vocabulary }
func (r *rule) Reset()                      { r.heard, r.at = nil, nil }

func (r *rule) Step(chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace) ([]float32, error) {
	if r.clock == nil {
		r.clock = jam.NewSystemClock() // shows what the jam's does: nothing has taken time yet
	}
	r.heard, r.at = append(r.heard, jamtest.Asked{Chord: chord, Melody: melody, Place: place}), append(r.at, r.clock.Now())
	for i := range r.logits {
		r.logits[i] = -100
	}
	r.logits[r.choose(r.heard)] = 0
	return r.logits, nil
}

// Two players with rules. When a note begins, the chords begin the chord with index (pitch - 60) one frame later, and hold it.
// When a chord begins, the melody begins pitch 60 + index + 1 one frame later, holds it for another frame, and rests until the
// next chord begins. It starts with pitch 60.
func TestTwoRulesPlay(t *testing.T) {
	v := jamtest.NewPolicy(0).Vocabulary()
	chords := &rule{vocabulary: v, logits: make([]float32, v.Logits()), choose: func(heard []jamtest.Asked) int {
		last := heard[len(heard)-1]
		if pitch, _ := last.Melody.Pitch(); last.Melody.IsOnset() {
			return int(v.Begin(int(pitch) - 60))
		}
		return int(v.Continue(last.Chord))
	}}
	melody := &rule{vocabulary: v, logits: make([]float32, jam.MelodyLogits), choose: func(heard []jamtest.Asked) int {
		last := heard[len(heard)-1]
		if i, _ := v.Index(last.Chord); v.IsBegin(last.Chord) {
			return int(jam.MelodyOnset(uint8(61 + i)))
		}
		if len(heard) == 1 {
			return int(jam.MelodyOnset(60))
		}
		if pitch, _ := last.Melody.Pitch(); last.Melody.IsOnset() {
			return int(jam.MelodyHold(pitch))
		}
		return int(jam.Silence)
	}}
	d := duet{chords: chords, melody: melody, frames: 8, settings: settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame })}
	d.run(t)
	// Frame:    0      1        2      3        4      5        6      7
	// melody:   60     60 held  61     61 held  62     62 held  63     63 held
	// chords:   none   0 begins held   1 begins held   2 begins held   3 begins
	var melodies []jam.MelodyToken
	var symbols []jam.ChordToken
	for i := range uint8(4) {
		melodies = append(melodies, jam.MelodyOnset(60+i), jam.MelodyHold(60+i))
		symbols = append(symbols, v.Begin(int(i)), v.Hold(int(i)))
	}
	symbols = append([]jam.ChordToken{jam.NoChord}, symbols[:7]...)
	if len(d.reports) != 8 {
		t.Fatalf("%d reports", len(d.reports))
	}
	for i, r := range d.reports {
		if r.Sounded != symbols[i] || i > 0 && r.Melody != melodies[i-1] {
			t.Errorf("frame %d: chord %d after melody %d, want %d after %d", i, r.Sounded, r.Melody, symbols[i], melodies[max(i-1, 0)])
		}
	}
	if d.summary.Melody != melodies[7] {
		t.Errorf("the melody ends with %d", d.summary.Melody)
	}
	step := 125 * time.Millisecond // after a beat of 500 ms
	line := func(frame float64) time.Duration { return 500*time.Millisecond + time.Duration(frame*float64(step)) }
	want := []jam.Event{{At: line(0), Status: 0x90, Data1: 60, Data2: 90}}
	for i := range byte(3) {
		at := line(2 * float64(i+1))
		want = append(want, jam.Event{At: at, Status: 0x80, Data1: 60 + i}, jam.Event{At: at, Status: 0x90, Data1: 61 + i, Data2: 90})
	}
	want = append(want, jam.Event{At: line(7.75), Status: 0x80, Data1: 63})
	if !slices.Equal(d.events, want) {
		t.Errorf("the loop heard\n%v, want\n%v", d.events, want)
	}
	if d.played != (jam.AgentSummary{Frames: 8, Notes: 4}) {
		t.Errorf("%+v", d.played)
	}
	// Each step is told what sounded in the frame before, and not before that has sounded.
	for i, heard := range melody.heard {
		before := jamtest.Asked{Chord: v.Start(), Melody: jam.MelodyStart, Place: jam.BarPlace(1 + i)}
		if i > 0 {
			before.Chord, before.Melody = symbols[i-1], melodies[i-1]
		}
		if heard != before || chords.heard[i] != before {
			t.Errorf("before frame %d the agent heard %v, the chords' policy %v, want %v", i, heard, chords.heard[i], before)
		}
		if i > 0 && melody.at[i] != line(float64(i-1)) {
			t.Errorf("step %d is at %v, not when frame %d sounds", i, melody.at[i], i-1)
		}
	}
}

// remembers checks that both players were told the same, and that it is what sounded.
func (d *duet) remembers(t interface{ Fatalf(string, ...any) }) {
	chords, melody := d.chords.(*jamtest.Policy).Heard(), d.melody.(*jamtest.Policy).Heard()
	if !slices.Equal(chords, melody) {
		for i := range min(len(chords), len(melody)) {
			if chords[i] != melody[i] {
				t.Fatalf("before frame %d the chords' policy heard %v, the agent %v", i, chords[i], melody[i])
			}
		}
		t.Fatalf("the chords' policy heard %d frames, the agent %d", len(chords), len(melody))
	}
	for _, r := range d.reports {
		if r.Frame+1 < int64(len(melody)) && melody[r.Frame+1].Chord != r.Sounded {
			t.Fatalf("chord %d sounded in frame %d, the agent heard %d", r.Sounded, r.Frame, melody[r.Frame+1].Chord)
		}
	}
}

func delays(t *rapid.T, name string, frames, most int) func(int64) time.Duration {
	d := make([]time.Duration, frames)
	for i := 0; i < frames-60; i++ { // then there is time to catch up
		if rapid.IntRange(0, 5).Draw(t, name) == 0 {
			d[i] = time.Duration(rapid.IntRange(0, most).Draw(t, "delay"))
		}
	}
	return func(n int64) time.Duration { return d[n] }
}

// With any settings, and however late either player is, both know the same, and it is what sounded.
func TestBothPlayersHearTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const frames = 140
		chords, melody := jamtest.NewPolicy(rapid.Uint64().Draw(rt, "chords")), jamtest.NewMelodist(rapid.Uint64().Draw(rt, "melody"))
		s := anySettings(rt)
		s.MelodyChannels = jam.AllChannels
		if rapid.Bool().Draw(rt, "late") {
			chords.Delay, melody.Delay = delays(rt, "chords late", frames, 3e8), delays(rt, "melody late", frames, 3e8)
		}
		d := duet{settings: s, chords: chords, melody: melody, frames: frames, patience: time.Minute,
			agent: jam.AgentConfig{Temperature: rapid.SampledFrom([]float64{0, 0.99}).Draw(rt, "temperature"), Seed: 5}}
		d.run(t)
		d.remembers(rt)
		lines := map[time.Duration]bool{d.start: true}
		for _, r := range d.reports {
			lines[r.Next[0]] = true
		}
		for _, e := range d.events {
			if e.Status == 0x90 && !lines[e.At] {
				rt.Fatalf("a note begins at %v, when no frame sounds", e.At)
			}
		}
		if melody.Delay == nil && d.played.Misses != 0 || d.played.Frames != frames {
			rt.Fatalf("%+v", d.played)
		}
	})
}

// When the tempo changes, the agent plays at the loop's lines, and its last note ends with the jam.
func TestAgentFollowsTheTempo(t *testing.T) {
	tempo := func(at time.Duration, bpm float64) jam.Control {
		return jam.Control{At: at, Param: jam.ParamTempo, Value: bpm}
	}
	for name, d := range map[string]duet{
		"slower, so many frames":  {frames: 128, steers: []jam.Control{tempo(3*time.Second, 70)}},
		"faster, so many frames":  {frames: 128, steers: []jam.Control{tempo(3*time.Second, 190)}},
		"up and down, for a time": {length: 20 * time.Second, steers: []jam.Control{tempo(3010*time.Millisecond, 63), tempo(7*time.Second, 240), tempo(9*time.Second, 121)}},
	} {
		chords, melody := jamtest.NewPolicy(1), jamtest.NewMelodist(2)
		d.settings, d.chords, d.melody, d.agent = settings(nil), chords, melody, jam.AgentConfig{Temperature: 0.99}
		d.run(t)
		d.remembers(t)
		if d.played.Misses != 0 || d.summary.Misses != 0 || d.played.Frames != d.summary.Frames || d.played.Notes < 10 {
			t.Errorf("%s: %+v, %+v", name, d.played, d.summary)
		}
		lines := map[time.Duration]bool{}
		for _, r := range d.reports {
			lines[r.Line] = true
		}
		for _, e := range d.events {
			if e.Status == 0x90 && !lines[e.At] {
				t.Errorf("%s: a note begins at %v, on no line", name, e.At)
			}
		}
	}
}

func TestSameSeedsSameJam(t *testing.T) {
	play := func(seed, agentSeed uint64) *duet {
		d := &duet{chords: jamtest.NewPolicy(1), melody: jamtest.NewMelodist(2), frames: 200,
			settings: settings(func(s *jam.Settings) { s.Listen, s.Seed = 2, seed }),
			agent:    jam.AgentConfig{Temperature: 0.99, Seed: agentSeed}}
		d.run(t)
		d.remembers(t)
		return d
	}
	first, again, other := play(1, 2), play(1, 2), play(1, 3)
	if !slices.Equal(first.events, again.events) || !slices.Equal(first.reports, again.reports) {
		t.Error("the same seeds play two jams")
	}
	if slices.Equal(first.events, other.events) {
		t.Error("another seed of the agent's plays the same")
	}
	if first.played.Notes < 10 || first.summary.Chords < 5 {
		t.Errorf("%+v, %+v", first.played, first.summary)
	}
	for _, h := range first.melody.(*jamtest.Policy).Heard()[1:9] {
		if h.Chord != jam.NoChord {
			t.Errorf("while the chords listen the agent hears %d", h.Chord)
		}
	}
}

// The agent's policy takes 300 ms for frame 20, from line 19 on, at 125 ms a frame: it misses lines 20 and 21.
func TestLateAgent(t *testing.T) {
	for name, c := range map[string]struct {
		before jam.MelodyToken // of frame 19
		want   jam.MelodyToken
	}{
		"with a note": {jam.MelodyOnset(60), jam.MelodyHold(60)},
		"in a rest":   {jam.Silence, jam.Silence},
	} {
		v := jamtest.NewPolicy(0).Vocabulary()
		melody := &rule{vocabulary: v, logits: make([]float32, jam.MelodyLogits), choose: func(heard []jamtest.Asked) int {
			switch len(heard) - 1 {
			case 19:
				return int(c.before)
			case 20:
				time.Sleep(300 * time.Millisecond)
			}
			return int(jam.MelodyOnset(72))
		}}
		d := duet{settings: settings(nil), chords: jamtest.NewPolicy(1), melody: melody, frames: 32}
		d.run(t)
		for _, r := range d.reports[1:] {
			want := jam.MelodyOnset(72)
			switch r.Frame - 1 {
			case 19:
				want = c.before
			case 20, 21:
				want = c.want
			}
			if r.Melody != want || r.Missed {
				t.Errorf("%s, frame %d: %d, want %d", name, r.Frame-1, r.Melody, want)
			}
		}
		if d.played.Misses != 2 || d.played.Frames != 32 || d.summary.Misses != 0 {
			t.Errorf("%s: %+v, %+v", name, d.played, d.summary)
		}
	}
}

// If the machine or the agent's policy hangs for more than a second, the note is released: nobody wants it any more.
func TestAgentLetsGoAfterALongStop(t *testing.T) {
	for name, c := range map[string]struct {
		stop []stop
		hang time.Duration
	}{
		// A beat of count-in, then 125 ms a frame: frame 20 is at 3 s.
		"a stopped loop": {stop: []stop{{2950 * time.Millisecond, 5 * time.Second}}},
		"a hung policy":  {hang: 5 * time.Second},
	} {
		v := jamtest.NewPolicy(0).Vocabulary()
		melody := &rule{vocabulary: v, logits: make([]float32, jam.MelodyLogits), choose: func(heard []jamtest.Asked) int {
			if len(heard)-1 == 20 {
				time.Sleep(c.hang)
			}
			switch len(heard) {
			case 1:
				return int(jam.MelodyOnset(60))
			case 90:
				return int(jam.MelodyOnset(72))
			}
			if pitch, ok := heard[len(heard)-1].Melody.Pitch(); ok {
				return int(jam.MelodyHold(pitch))
			}
			return int(jam.Silence)
		}}
		d := duet{settings: settings(nil), chords: jamtest.NewPolicy(1), melody: melody, frames: 96, stop: c.stop, patience: time.Second}
		d.run(t)
		if len(d.events) != 4 || d.events[1].Data1 != 60 || d.events[1].Status != 0x80 ||
			d.events[1].At < 7*time.Second || d.events[1].At > 9*time.Second || d.events[2].Data1 != 72 {
			t.Errorf("%s: heard %v", name, d.events)
		}
		if d.played.Misses < 38 || d.played.Misses > 41 || d.played.Frames != 96 {
			t.Errorf("%s: %+v", name, d.played)
		}
		for _, r := range d.reports {
			pitch, sounds := r.Melody.Pitch()
			if r.Frame > 62 && r.Frame < 90 && sounds || r.Frame > 90 && pitch != 72 {
				t.Errorf("%s: frame %d: %d, %v", name, r.Frame, pitch, sounds)
			}
		}
	}
}

// An agent that is further behind than its queue starts afresh with what sounds, and is then in time again.
func TestAgentFarBehind(t *testing.T) {
	melody := jamtest.NewMelodist(4)
	melody.Delay = func(n int64) time.Duration {
		if n == 20 {
			return 600 * 125 * time.Millisecond
		}
		return 0
	}
	d := duet{settings: settings(nil), chords: jamtest.NewPolicy(1), melody: melody, frames: 700, agent: jam.AgentConfig{Temperature: 0.99}}
	d.run(t)
	if melody.Resets() != 2 || d.played.Frames != 700 || d.played.Misses < 600 || d.played.Misses > 602 || d.played.Notes < 10 {
		t.Errorf("%d resets, %+v", melody.Resets(), d.played)
	}
	chords, heard := d.chords.(*jamtest.Policy).Heard(), melody.Heard()
	if n := 60; !slices.Equal(chords[len(chords)-n:], heard[len(heard)-n:]) {
		t.Errorf("the last %d frames: chords %v, agent %v", n, chords[len(chords)-n:], heard[len(heard)-n:])
	}
}

func TestAgentPolicyErrors(t *testing.T) {
	melody := jamtest.NewMelodist(4)
	melody.Fail = func(n int64) error {
		if n%10 == 0 {
			return errors.New("the network fell over")
		}
		return nil
	}
	d := duet{settings: settings(nil), chords: jamtest.NewPolicy(1), melody: melody, frames: 32}
	d.run(t)
	d.remembers(t)
	if d.played.Errors != 4 || d.played.Misses != 4 || d.summary.Errors != 0 || len(d.errs) != 4 {
		t.Fatalf("%+v, errors %v", d.played, d.errs)
	}
	if got, want := d.errs[2].Error(), "agent at frame 20: the network fell over"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A policy of chords cannot play melodies: nothing is played, and the error says why.
func TestAgentRefusesForeignLogits(t *testing.T) {
	d := duet{settings: settings(nil), chords: jamtest.NewPolicy(1), melody: jamtest.NewPolicy(2), frames: 8}
	d.run(t)
	if len(d.events) != 0 || len(d.errs) != 8 || !strings.Contains(d.errs[0].Error(), "33 logits for 257 tokens") {
		t.Errorf("%v, %v", d.events, d.errs)
	}
}

// However and whenever a jam of two ends, all notes are released at once.
func TestCancelADuetAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		melody := jamtest.NewMelodist(rapid.Uint64().Draw(rt, "melody"))
		d := duet{
			settings: anySettings(rt), chords: jamtest.NewPolicy(3), melody: melody,
			agent:  jam.AgentConfig{Temperature: 0.99},
			cancel: time.Duration(rapid.Int64Range(1, 8e9).Draw(rt, "cancel")),
		}
		d.run(t) // which looks at the notes
		for _, m := range d.out.Sent() {
			if m.At > d.cancel {
				rt.Fatalf("%v is sent %v after the end", m, m.At-d.cancel)
			}
		}
	})
}

func TestAgentAllocatesNothing(t *testing.T) {
	policy := jamtest.NewMelodist(1)
	policy.Remember = false
	clock := &handClock{serve: func() {}}
	entries := jam.NewReader(1)
	agent, err := jam.NewAgent(jam.AgentConfig{
		Policy: policy, Temperature: 0.99, TopP: 0.9, Clock: clock, Entries: entries, Play: func(jam.Event) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, frame := context.Background(), int64(0)
	if n := testing.AllocsPerRun(2000, func() {
		tempo := 120 + float64(frame%3)
		entries.TrySend(jam.FrameReport{Frame: frame, Line: clock.now, Tempo: tempo, Sounded: policy.Vocabulary().Begin(int(frame % 16)),
			Next: [2]time.Duration{clock.now + 125*time.Millisecond, clock.now + 250*time.Millisecond}}.Entry())
		agent.Play(ctx)
		frame++
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestNewAgentRefuses(t *testing.T) {
	good := jam.AgentConfig{
		Policy: jamtest.NewMelodist(1), TopP: 1, Clock: jam.NewSystemClock(), Entries: jam.NewReader(1), Play: func(jam.Event) {},
	}
	if _, err := jam.NewAgent(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*jam.AgentConfig){
		"needs a policy":         func(c *jam.AgentConfig) { c.Policy = nil },
		"somewhere to play":      func(c *jam.AgentConfig) { c.Play = nil },
		"the loop's entries":     func(c *jam.AgentConfig) { c.Entries = nil },
		"agent: temperature NaN": func(c *jam.AgentConfig) { c.Temperature = math.NaN() },
		"agent: top-p 0":         func(c *jam.AgentConfig) { c.TopP = 0 },
	} {
		c := good
		change(&c)
		if _, err := jam.NewAgent(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want %q in it", err, name)
		}
	}
}

// The agent swings as the chords do, even if the swing changes during the jam.
func TestAgentSwings(t *testing.T) {
	d := duet{
		settings: settings(func(s *jam.Settings) { s.Swing, s.SwingPercent, s.Tempo = jam.SwingEighths, 75, 150 }),
		chords:   jamtest.NewPolicy(1), melody: jamtest.NewMelodist(2), frames: 128, agent: jam.AgentConfig{Temperature: 0.99},
		steers: []jam.Control{{At: 7010 * time.Millisecond, Param: jam.ParamSwing, Value: float64(jam.SwingSixteenths)}},
	}
	d.run(t)
	d.remembers(t)
	due, swung := map[time.Duration]bool{}, 0
	for _, r := range d.reports {
		at := r.Line + time.Duration(float64(r.Swung)*1e8+0.5)
		due[at] = r.Swung > 0
	}
	for _, e := range d.events {
		late, ok := due[e.At]
		if e.Status == 0x90 && !ok {
			t.Errorf("a note begins at %v, when no frame sounds", e.At)
		}
		if late && e.Status == 0x90 {
			swung++
		}
	}
	if swung < 10 || d.played.Misses > 0 {
		t.Errorf("%d notes swing, %+v", swung, d.played)
	}
}
