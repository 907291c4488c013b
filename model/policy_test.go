package model

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"jamd/assets"
	"jamd/jam"
)

// Policies with random weights, made by testdata/make_tiny.py.
const (
	tiny       = "testdata/tiny.onnx"
	tinyBar    = "testdata/tiny-bar.onnx"    // which hears the bar
	tinyBusy   = "testdata/tiny-busy.onnx"   // which is told besides how busy to be
	tinyMelody = "testdata/tiny-melody.onnx" // an agent
)

// testLibrary returns the library that make build installs; the environment can name another.
func testLibrary(t testing.TB) string {
	t.Helper()
	if named := os.Getenv(LibraryEnv); named != "" {
		return named
	}
	built := filepath.Join("..", "bin", libraryName())
	if _, err := os.Stat(built); err != nil {
		t.Skipf("no ONNX Runtime: run make build, or set %s (%v)", LibraryEnv, err)
	}
	return built
}

func load(t testing.TB, spec string, plays Part) *Policy {
	t.Helper()
	p, err := Load(spec, Options{Plays: plays, Library: testLibrary(t), Provider: CPU})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// A parity file has the input tokens, frame by frame, and the logits that a second implementation gives for some of the frames.
type parity struct {
	Chord  []jam.ChordToken  `json:"chord"`
	Melody []jam.MelodyToken `json:"melody"`
	Bar    []jam.BarPlace    `json:"bar"`  // of each frame; none: all unknown
	Busy   []uint8           `json:"busy"` // of each frame; none: nothing is told
	Frames []int             `json:"frames"`
	Logits [][]float32       `json:"logits"`

	// The tokens that a seed draws there, frame by frame; none in a file that is about logits alone.
	Seed        uint64  `json:"seed"`
	Temperature float64 `json:"temperature"`
	Sampled     []int   `json:"sampled"`
}

func readParity(t testing.TB, name string) parity {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".parity.json"))
	if err != nil {
		t.Fatal(err) // python -m train parity writes it
	}
	var p parity
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	if p.Bar == nil {
		p.Bar = make([]jam.BarPlace, len(p.Chord))
	}
	if len(p.Frames) == 0 || len(p.Frames) != len(p.Logits) || len(p.Chord) != len(p.Melody) || len(p.Chord) != len(p.Bar) {
		t.Fatalf("parity file of %s: %d frames, %d logits, %d chords, %d melody tokens, %d places",
			name, len(p.Frames), len(p.Logits), len(p.Chord), len(p.Melody), len(p.Bar))
	}
	return p
}

// tell tells the policy how busy it is to be in a frame, where the file says so.
func (want parity) tell(p *Policy, frame int) {
	if want.Busy != nil {
		p.SetBusy(jam.Busy(want.Busy[frame]))
	}
}

// checkParity plays the tokens and compares the logits. It returns the largest difference.
func checkParity(t *testing.T, p *Policy, want parity, within float64) float64 {
	t.Helper()
	expected := map[int][]float32{}
	for i, frame := range want.Frames {
		expected[frame] = want.Logits[i]
	}
	worst, compared := 0.0, 0
	for frame := range want.Chord {
		want.tell(p, frame)
		logits, err := p.Step(want.Chord[frame], want.Melody[frame], want.Bar[frame])
		if err != nil {
			t.Fatal(err)
		}
		e, ok := expected[frame]
		if !ok {
			continue
		}
		compared++
		if len(e) != len(logits) {
			t.Fatalf("frame %d: %d logits, want %d", frame, len(logits), len(e))
		}
		for i := range e {
			difference := math.Abs(float64(e[i] - logits[i]))
			if !(difference <= within) {
				t.Fatalf("frame %d, logit %d: %v, want %v", frame, i, logits[i], e[i])
			}
			worst = max(worst, difference)
		}
	}
	if compared != len(expected) {
		t.Fatalf("compared %d frames of %d", compared, len(expected))
	}
	return worst
}

func TestTinyParity(t *testing.T) {
	for _, name := range []string{"tiny", "tiny-bar", "tiny-busy"} {
		p, want := load(t, "testdata/"+name+".onnx", Chords), readParity(t, name)
		if len(want.Frames) <= 2*p.Metadata().Window {
			t.Fatalf("%s: %d frames do not go round a window of %d twice", name, len(want.Frames), p.Metadata().Window)
		}
		for range 2 { // the second time shows that Reset forgets all
			t.Logf("%s: largest difference %.2g", name, checkParity(t, p, want, 1e-4))
			p.Reset()
		}
	}
}

func TestEmbeddedParity(t *testing.T) {
	for plays := range parts {
		for _, name := range Names(Part(plays)) {
			t.Run(name, func(t *testing.T) {
				p, want := load(t, name, Part(plays)), readParity(t, name)
				if window := p.Metadata().Window; len(want.Chord) <= window {
					t.Fatalf("%d frames do not leave a window of %d", len(want.Chord), window)
				}
				t.Logf("largest difference %.2g", checkParity(t, p, want, 1e-3))
				checkSampled(t, p, want)
			})
		}
	}
}

func TestTinyMelodyParity(t *testing.T) {
	p, want := load(t, tinyMelody, Melody), readParity(t, "tiny-melody")
	for range 2 {
		t.Logf("largest difference %.2g", checkParity(t, p, want, 1e-4))
		checkSampled(t, p, want)
		p.Reset()
	}
}

// checkSampled plays with the samplers of package jam: the same seed draws the same tokens as in Python.
func checkSampled(t *testing.T, p *Policy, want parity) {
	t.Helper()
	if window := p.Metadata().Window; len(want.Sampled) < 2*window {
		t.Fatalf("%d tokens were drawn, less than two windows of %d", len(want.Sampled), window)
	}
	p.Reset()
	if p.Metadata().Plays == Melody {
		sampler := jam.NewMelodySampler(want.Temperature, 1, want.Seed)
		drawsAs(t, sampler, want.Sampled, jam.MelodyStart, func(frame int, before jam.MelodyToken) ([]float32, error) {
			return p.Step(want.Chord[frame], before, want.Bar[frame])
		})
		return
	}
	sampler := jam.NewSampler(p.Vocabulary(), want.Temperature, 1, want.Seed)
	drawsAs(t, sampler, want.Sampled, p.Vocabulary().Start(), func(frame int, before jam.ChordToken) ([]float32, error) {
		want.tell(p, frame)
		return p.Step(before, want.Melody[frame], want.Bar[frame])
	})
}

func drawsAs[T jam.ChordToken | jam.MelodyToken](t *testing.T, sampler *jam.Sampler[T], want []int, before T,
	step func(frame int, before T) ([]float32, error)) {
	t.Helper()
	for frame, token := range want {
		logits, err := step(frame, before)
		if err != nil {
			t.Fatal(err)
		}
		if before, _, err = sampler.Choose(logits, before, jam.AnyLegal, 0, sampler.Draw()); err != nil {
			t.Fatal(err)
		}
		if int(before) != token {
			t.Fatalf("frame %d: token %d, want %d", frame, before, token)
		}
	}
}

// The parity test must be able to fail: each kind of mistake is made here on purpose, before one step.
func TestParitySeesMistakes(t *testing.T) {
	want := readParity(t, "tiny")
	for name, mistake := range map[string]struct {
		frame int
		make  func(p *Policy)
	}{
		"slot open too early":    {3, func(p *Policy) { p.tensors.mask[9] = 0 }},
		"slot closed":            {20, func(p *Policy) { p.tensors.mask[2] = float32(math.Inf(-1)) }},
		"position off by one":    {20, func(p *Policy) { p.frame++ }},
		"values of a frame lost": {20, func(p *Policy) { clear(p.tensors.values[0][:8]) }},
		"keys of a frame lost":   {20, func(p *Policy) { clear(p.tensors.keys[0][:8]) }},
	} {
		t.Run(name, func(t *testing.T) {
			p, worst := load(t, tiny, Chords), 0.0
			for i := range want.Chord {
				if i == mistake.frame {
					mistake.make(p)
				}
				logits, err := p.Step(want.Chord[i], want.Melody[i], want.Bar[i])
				if err != nil {
					t.Fatal(err)
				}
				for j := range logits {
					worst = max(worst, math.Abs(float64(logits[j]-want.Logits[i][j])))
				}
			}
			if worst < 1e-2 {
				t.Errorf("the logits differ by %.2g only", worst)
			}
		})
	}
}

// A policy that hears the bar uses it, and one that does not plays the same whatever it is told.
func TestOnlyWhoHearsTheBarPlaysByIt(t *testing.T) {
	for spec, hears := range map[string]bool{tiny: false, tinyBar: true} {
		p := load(t, spec, Chords)
		if p.Metadata().HearsBar != hears {
			t.Errorf("%s: the metadata say %v", spec, p.Metadata().HearsBar)
		}
		answers := map[float32]bool{}
		for place := range jam.BarPlace(jam.BarPlaces) {
			p.Reset()
			logits, err := p.Step(p.Vocabulary().Start(), jam.MelodyStart, place)
			if err != nil {
				t.Fatal(err)
			}
			answers[logits[0]] = true
		}
		if want := map[bool]int{false: 1, true: jam.BarPlaces}[hears]; len(answers) != want {
			t.Errorf("%s: %d answers to %d places, want %d", spec, len(answers), jam.BarPlaces, want)
		}
	}
}

// A policy with an input for the rate of changes plays at the level that was set last, even after a Reset; other policies
// ignore it.
func TestOnlyWhoCanBeToldHowBusyPlaysByIt(t *testing.T) {
	for spec, hears := range map[string]bool{tinyBar: false, tinyBusy: true} {
		p := load(t, spec, Chords)
		if p.Metadata().HearsBusy != hears {
			t.Errorf("%s: the metadata say %v", spec, p.Metadata().HearsBusy)
		}
		answers := map[float32]bool{}
		for level := range jam.Busy(jam.BusyLevels + 1) { // what is no level changes nothing
			p.SetBusy(level)
			p.Reset()
			logits, err := p.Step(p.Vocabulary().Start(), jam.MelodyStart, 1)
			if err != nil {
				t.Fatal(err)
			}
			answers[logits[0]] = true
		}
		if want := map[bool]int{false: 1, true: jam.BusyLevels}[hears]; len(answers) != want {
			t.Errorf("%s: %d answers to %d levels, want %d", spec, len(answers), jam.BusyLevels, want)
		}
	}
}

// Rotary positions are relative, so a jam that began millions of frames ago sounds like one that began now.
func TestPrecisionAfterMonths(t *testing.T) {
	p := load(t, tiny, Chords)
	p.frame = 1 << 26 // 97 days of sixteenths at 120 BPM, and a whole number of windows
	t.Logf("largest difference %.2g", checkParity(t, p, readParity(t, "tiny"), 1e-4))
}

func TestStepRefusesForeignTokens(t *testing.T) {
	p := load(t, tiny, Chords)
	start := p.Vocabulary().Start()
	for _, tokens := range []struct {
		chord  jam.ChordToken
		melody jam.MelodyToken
		place  jam.BarPlace
	}{{-1, 0, 0}, {start + 1, 0, 0}, {0, -1, 0}, {0, jam.MelodyStart + 1, 0}, {0, 0, -1}, {0, 0, jam.BarPlaces}} {
		if _, err := p.Step(tokens.chord, tokens.melody, tokens.place); err == nil {
			t.Errorf("step %v: no error", tokens)
		}
	}
	// The refused steps must not have moved the memory.
	checkParity(t, p, readParity(t, "tiny"), 1e-4)
}

// A step that fails leaves the memory as it was; here its logits are not numbers.
func TestStepKeepsMemoryOnError(t *testing.T) {
	p, want := load(t, tiny, Chords), readParity(t, "tiny")
	for i := range want.Chord {
		if i == 30 {
			kept := p.tensors.values[0][0]
			p.tensors.values[0][0] = float32(math.NaN())
			if logits, err := p.Step(want.Chord[i], want.Melody[i], want.Bar[i]); err == nil {
				t.Fatalf("logits %v: no error", logits)
			}
			p.tensors.values[0][0] = kept
		}
		logits, err := p.Step(want.Chord[i], want.Melody[i], want.Bar[i])
		if err != nil {
			t.Fatal(err)
		}
		for j := range logits {
			if math.Abs(float64(logits[j]-want.Logits[i][j])) > 1e-4 {
				t.Fatalf("frame %d, logit %d: %v, want %v", i, j, logits[j], want.Logits[i][j])
			}
		}
	}
}

func TestClosed(t *testing.T) {
	p := load(t, tiny, Chords)
	for range 2 {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	p.Reset()
	if _, err := p.Step(0, 0, 0); err == nil {
		t.Error("a closed policy steps")
	}
	if _, err := p.Warm(1); err == nil {
		t.Error("a closed policy warms")
	}
}

func TestWarm(t *testing.T) {
	p := load(t, tiny, Chords)
	if _, err := p.Step(1, 1, 1); err != nil {
		t.Fatal(err)
	}
	times, err := p.Warm(20)
	if err != nil {
		t.Fatal(err)
	}
	if len(times) != 20 || slices.Min(times) <= 0 {
		t.Errorf("times of 20 steps: %v", times)
	}
	checkParity(t, p, readParity(t, "tiny"), 1e-4)
}

func TestPoliciesShareNothing(t *testing.T) {
	a, b, want := load(t, tiny, Chords), load(t, tiny, Chords), readParity(t, "tiny")
	if _, err := b.Warm(3); err != nil {
		t.Fatal(err)
	}
	for i := range want.Chord {
		logits, err := a.Step(want.Chord[i], want.Melody[i], want.Bar[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Step(b.Vocabulary().Begin(i%6), jam.MelodyOnset(uint8(i)), jam.UnknownPlace); err != nil {
			t.Fatal(err)
		}
		for j := range logits {
			if math.Abs(float64(logits[j]-want.Logits[i][j])) > 1e-4 {
				t.Fatalf("frame %d, logit %d: %v, want %v", i, j, logits[j], want.Logits[i][j])
			}
		}
	}
}

// everyPolicy lists the tiny policies and all embedded ones.
func everyPolicy() iter.Seq2[string, Part] {
	return func(yield func(string, Part) bool) {
		for plays, made := range [][]string{Chords: {tiny, tinyBar}, Melody: {tinyMelody}} {
			for _, spec := range append(made, Names(Part(plays))...) {
				if !yield(spec, Part(plays)) {
					return
				}
			}
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for spec, plays := range everyPolicy() {
		p := load(t, spec, plays)
		token := p.Vocabulary().Begin(0)
		if n := testing.AllocsPerRun(200, func() {
			if _, err := p.Step(token, jam.Silence, 1); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a step", spec, n)
		}
	}
}

// ONNX Runtime holds the tensors' addresses between calls: a collector that runs all the time must not disturb it.
func TestGarbageCollection(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	p, want := load(t, tiny, Chords), readParity(t, "tiny")
	stop, stopped := make(chan struct{}), make(chan struct{})
	var litter [][]float32
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				litter = append(litter[max(0, len(litter)-8):], make([]float32, 4096)) // sizes of the tensors' own classes
				runtime.GC()
			}
		}
	}()
	for range 10 {
		checkParity(t, p, want, 1e-4)
		p.Reset()
	}
	close(stop)
	<-stopped
}

func TestMetadataOfTiny(t *testing.T) {
	p := load(t, tiny, Chords)
	m := p.Metadata()
	if m.Name != "tiny" || m.Plays != Chords || m.Method != "random weights" || m.Licence != "MIT" || m.Window != 16 || m.Layers != 2 ||
		m.Heads != 2 || m.HeadSize != 8 || m.RotaryBase != 100 || m.Figures["note_in_chord"] != 0.5 || len(m.Corpora) != 0 {
		t.Errorf("metadata %+v", m)
	}
	data, err := os.ReadFile(tiny)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bytes != int64(len(data)) || len(m.SHA256) != 64 {
		t.Errorf("%d bytes, hash %s; the file has %d", m.Bytes, m.SHA256, len(data))
	}
	if got := p.Vocabulary().Symbol(p.Vocabulary().Hold(4)); got != "G7" {
		t.Errorf("chord 4 is %s", got)
	}
	if p.Library().Version == "" || p.Library().Path == "" {
		t.Errorf("library %+v", p.Library())
	}
}

func TestListMatchesNames(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	policies, agents := Names(Chords), Names(Melody)
	names := append(slices.Clone(policies), agents...)
	if len(policies) == 0 || len(list) != len(names) {
		t.Fatalf("%d descriptions of %q", len(list), names)
	}
	for i, m := range list {
		if m.Name != names[i] || (m.Plays == Melody) != (i >= len(policies)) {
			t.Errorf("file %s.onnx calls itself %s, which plays %v", names[i], m.Name, m.Plays)
		}
	}
}

func TestProviders(t *testing.T) {
	for _, asked := range []Provider{Auto, CPU, CUDA} {
		p, err := Load(tiny, Options{Library: testLibrary(t), Provider: asked})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		t.Logf("%v: %v %s", asked, p.Provider(), p.ProviderNote())
		if fell := asked == CUDA && p.Provider() != CUDA; fell != (p.ProviderNote() != "") && asked != Auto {
			t.Errorf("asked for %v: got %v, with the note %q", asked, p.Provider(), p.ProviderNote())
		}
		if p.Provider() == Auto || asked == CPU && p.Provider() != CPU {
			t.Errorf("asked for %v: got %v", asked, p.Provider())
		}
		if strings.Contains(p.ProviderNote(), "\n") {
			t.Errorf("note of several lines: %q", p.ProviderNote())
		}
		checkParity(t, p, readParity(t, "tiny"), 1e-4)
	}
	p, err := Load(tiny, Options{Library: testLibrary(t), Provider: OnlyCUDA})
	var wrong *PolicyError
	switch {
	case err == nil && p.Provider() != CUDA:
		t.Errorf("insisted on CUDA, got %v", p.Provider())
	case err != nil && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), "CUDA cannot be used")):
		t.Errorf("insisted on CUDA: %v", err)
	case err == nil:
		p.Close()
	}
	for _, name := range []string{"auto", "cpu", "cuda", "cuda!"} {
		var p Provider
		if err := p.UnmarshalText([]byte(name)); err != nil || p.String() != name {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	var unknown Provider
	if err := unknown.UnmarshalText([]byte("tpu")); err == nil || !strings.Contains(err.Error(), "auto, cpu, cuda and cuda!") {
		t.Errorf("tpu: %v", err)
	}
}

func BenchmarkStep(b *testing.B) {
	for spec, plays := range everyPolicy() {
		b.Run(strings.TrimSuffix(filepath.Base(spec), ".onnx"), func(b *testing.B) {
			p := load(b, spec, plays)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := p.Step(p.Vocabulary().Begin(i%p.Vocabulary().Len()), jam.MelodyOnset(uint8(i%128)), jam.BarPlace(i%jam.BarPlaces)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What keys and values in the host's memory cost a policy on another device, which copies all of them in every step. Here they
// are copied within the host's memory, beside the step.
func BenchmarkCarryingTheMemory(b *testing.B) {
	p := load(b, "jamd", Chords)
	t := p.tensors
	memory := slices.Concat(append(t.keys, t.values...)...)
	var steps, copies []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := p.Step(p.Vocabulary().Begin(0), jam.Silence, jam.UnknownPlace); err != nil {
			b.Fatal(err)
		}
		stepped := time.Now()
		at := 0
		for _, ring := range [][][]float32{t.keys, t.values} {
			for _, layer := range ring {
				at += copy(memory[at:], layer)
			}
		}
		steps, copies = append(steps, stepped.Sub(began)), append(copies, time.Since(stepped))
	}
	median := func(all []time.Duration) float64 { // what else the machine does is in few of them
		return float64(slices.Sorted(slices.Values(all))[len(all)/2]) / float64(time.Microsecond)
	}
	b.ReportMetric(float64(4*len(memory)), "bytes")
	b.ReportMetric(float64(4*(len(t.newKey)+len(t.newValue))), "bytes-new")
	b.ReportMetric(median(steps), "p50-step-us")
	b.ReportMetric(median(copies), "p50-copy-us")
	b.ReportMetric(median(copies)/median(steps), "copy/step")
}

// A name that no policy has is answered with what it is instead, and with the names that there are.
func TestCheckNames(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for _, c := range []struct {
		name  string
		plays Part
		wrong string // "" for none
	}{
		{"jamd", Chords, ""}, {"melody", Melody, ""},
		{"nobody", Chords, `policy "nobody": unknown; there are `}, {"", Chords, `policy "": unknown; there are `},
		{"nobody", Melody, `agent "nobody": unknown; there is melody`},
		{"melody", Chords, "it is an agent, which plays the melody"},
		{"jamd", Melody, "it is a policy, which plays the chords"},
	} {
		for _, err := range []error{CheckName(c.name, c.plays), Check(c.name, c.plays)} {
			if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s for %v: %v, want %q", c.name, c.plays, err, c.wrong)
			}
		}
	}
	if err := nameless(assets.Apart[0], Chords, ""); !strings.Contains(err.Error(), "not installed; it is in the package jamd-policies") {
		t.Error(err)
	}
	if err := Check("testdata/tiny.onnx", Chords); err != nil {
		t.Error(err)
	}
	if err := Check("testdata/tiny-melody.onnx", Chords); err == nil || !strings.Contains(err.Error(), "it plays melody, not chords") {
		t.Errorf("an agent for the chords: %v", err)
	}
}
