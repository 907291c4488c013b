//go:build unix

package live

import (
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
	"jamd/latency"
	"jamd/midiio"
	"jamd/model"
	"jamd/session"
)

var wholeDay = flag.Bool("day", false, "play TestDay's 24 hours with the real policy and a session on disk: some minutes")

// A day is a long jam on the virtual clock, with all the parts of a real one but the port, and what it cost.
type day struct {
	policy  jam.Policy
	lasts   time.Duration
	keep    bool          // a session, in the folder for temporary files, and the take
	stretch time.Duration // between two looks at what it costs
	costs   []cost
	take    jam.Take // what sounded
	summary jam.Summary
}

// A cost says what a jam had cost after a number of frames.
type cost struct {
	frames     int64
	processors time.Duration // time of them, of the whole process
	mallocs    float64
	heap       float64 // bytes in use after a collection
}

func (d *day) measure(frames int64) {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	d.costs = append(d.costs, cost{frames, time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), float64(m.Mallocs), float64(m.HeapAlloc)})
}

// until is the cost of a frame between two measurements.
func (c cost) until(later cost) cost {
	n := later.frames - c.frames
	return cost{n, (later.processors - c.processors) / time.Duration(n), (later.mallocs - c.mallocs) / float64(n), 0}
}

// play plays the jam. Nothing is missed or lost, or the test fails.
func (d *day) play(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := jam.NewSystemClock()
		settings := jam.DefaultSettings()
		settings.Bass = true
		out := midiio.NewOut(nowhere{})
		entries := jam.NewReader(256)
		config := jam.LoopConfig{
			Settings: settings, Policy: d.policy, Output: out, Inbox: jam.NewQueue[jam.Event](64), Clock: clock,
			Start: jam.StartAtOnce, Frames: framesOf(d.lasts, settings.Tempo), Guard: latency.NewGuard(latency.GuardConfig{}),
			Readers: []*jam.Reader{entries},
		}
		var record *session.Session
		if d.keep {
			record = session.Start(session.Options{
				Root: t.TempDir(), WriteMIDI: midiio.WriteTake, Manifest: session.Manifest{Title: "a day", Settings: settings, Start: time.Now()},
			})
			config.Readers = append(config.Readers, record.Entries())
		}
		monitor := latency.NewMonitor(drops(config))
		followed := make(chan struct{})
		go func() {
			defer close(followed)
			every := framesOf(d.stretch, settings.Tempo)
			d.measure(0)
			for e := range entries.C() {
				r := e.Report
				if e.Kind != jam.EntryReport {
					continue
				}
				monitor.Add(r)
				if (r.Frame+1)%every == 0 {
					d.measure(r.Frame + 1)
				}
			}
		}()
		ctx, cancel := context.WithCancel(t.Context())
		var playing sync.WaitGroup
		playing.Go(func() { performance(ctx, clock, config.Inbox) })
		loop, err := jam.NewLoop(config)
		if err != nil {
			t.Fatal(err)
		}
		d.summary, err = loop.Run(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		playing.Wait()
		entries.Close()
		<-followed
		figures := monitor.Snapshot()
		if s := d.summary; s.Frames != config.Frames || s.Misses+s.Skipped+s.Errors != 0 || s.Lost != 0 || figures.DroppedReports != 0 {
			t.Errorf("%+v, %d reports dropped", s, figures.DroppedReports)
		}
		if out.Sounding() != 0 {
			t.Errorf("%d notes are left sounding", out.Sounding())
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
		if record == nil {
			return
		}
		kept := record.Close(context.Background(), d.summary)
		d.take = record.Take()
		if kept.Err != nil || kept.Frames.Written != uint64(config.Frames) {
			t.Errorf("kept: %+v", kept)
		}
	})
}

// performance is a player without end: notes of a scale, up and down by small steps, long and short, with rests, as in a melody.
func performance(ctx context.Context, clock jam.Clock, to *jam.Queue[jam.Event]) {
	scale := []uint8{60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79}
	random := rand.New(rand.NewPCG(5, 24))
	at := 0
	for ctx.Err() == nil {
		at = min(max(at+random.IntN(5)-2, 0), len(scale)-1)
		length := time.Duration(1+random.IntN(8)) * 120 * time.Millisecond
		to.TrySend(jam.Event{At: clock.Now(), Status: 0x90, Data1: scale[at], Data2: 80})
		time.Sleep(length)
		to.TrySend(jam.Event{At: clock.Now(), Status: 0x80, Data1: scale[at]})
		time.Sleep(time.Duration(random.IntN(3)) * 70 * time.Millisecond)
	}
}

// flat holds that the last stretch cost no more than the second, as what is made once is made in the first: no memory that
// grows, but for the take, which session.mid is made of at the end; and no frame that takes longer.
func (d *day) flat(t *testing.T) {
	t.Helper()
	n := len(d.costs)
	early, late := d.costs[1].until(d.costs[2]), d.costs[n-2].until(d.costs[n-1])
	music := takeBytes(d.take)
	t.Logf("%d frames, %d chords; a frame takes %v of a processor in the second stretch and %v in the last, with %.2f and %.2f allocations; "+
		"heap %.2f MB after the first stretch and %.2f MB at the end, of it the take %.2f MB (%.0f kB an hour)",
		d.summary.Frames, d.summary.Chords, early.processors, late.processors, early.mallocs, late.mallocs,
		d.costs[1].heap/1e6, d.costs[n-1].heap/1e6, music/1e6, music/1e3/d.lasts.Hours())
	if grown := d.costs[n-1].heap - d.costs[1].heap - 2*music; grown > 200e3 { // twice: slices grow ahead
		t.Errorf("memory has grown by %.2f MB beside the take", grown/1e6)
	}
	// Some allocations come by the clock, not by the frame, so a stretch on a busy machine has more. What grows is in every later
	// stretch.
	for i := n / 2; i < n-1; i++ {
		late.mallocs = min(late.mallocs, d.costs[i].until(d.costs[i+1]).mallocs)
	}
	if late.mallocs > early.mallocs+0.5 {
		t.Errorf("%v allocations a frame in the second stretch, %v in the last", early.mallocs, late.mallocs)
	}
	if late.processors > 3*early.processors { // what grows with the length of the jam would be many times slower
		t.Errorf("a frame takes %v in the second stretch, %v in the last", early.processors, late.processors)
	}
}

// takeBytes is about what a take takes.
func takeBytes(take jam.Take) float64 {
	return 24*float64(len(take.Melody)+len(take.Upper)+len(take.Bass)) + 72*float64(len(take.Chords))
}

// TestDay plays 24 hours through the loop, the guard, the monitor, the ledger and the take, with a policy without a network.
// With -day it is the shipped policy, compared with a fresh one every half hour, and a session on disk.
func TestDay(t *testing.T) {
	quick := jamtest.NewPolicy(1)
	quick.Remember = false
	d := day{policy: quick, lasts: 24 * time.Hour, stretch: time.Hour}
	if *wholeDay {
		policy := &hindsight{t: t, Policy: loadDefault(t), fresh: loadDefault(t), every: 14_400}
		d.policy, d.keep = policy, true
		defer policy.hold(48)
	} else {
		// The loop and the policy take turns, a thread each: on one processor that costs a third.
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	d.play(t)
	d.flat(t)
}

// TestLongJam plays 16 minutes with the shipped policy and a session on disk.
func TestLongJam(t *testing.T) {
	policy := &hindsight{t: t, Policy: loadDefault(t), fresh: loadDefault(t), every: 960}
	d := day{policy: policy, lasts: 16 * time.Minute, stretch: 2 * time.Minute, keep: true}
	d.play(t)
	d.flat(t)
	policy.hold(8)
}

// A hindsight is a policy that is compared, now and then, with a fresh one, which is told only what it can still know of: the
// frames of its window, and what the layers below had seen when they heard those. So it is one window a layer.
type hindsight struct {
	t *testing.T
	*model.Policy
	fresh *model.Policy
	every int64 // frames

	chords   []jam.ChordToken // the newest that it was told
	melody   []jam.MelodyToken
	places   []jam.BarPlace
	steps    int64
	compared int
	worst    float64 // difference of two logits
}

func (h *hindsight) Step(chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace) ([]float32, error) {
	m := h.Metadata()
	if knows := m.Layers*m.Window + 1; len(h.chords) == knows {
		h.chords = h.chords[:copy(h.chords, h.chords[1:])]
		h.melody = h.melody[:copy(h.melody, h.melody[1:])]
		h.places = h.places[:copy(h.places, h.places[1:])]
	}
	h.chords, h.melody, h.places = append(h.chords, chord), append(h.melody, melody), append(h.places, place)
	logits, err := h.Policy.Step(chord, melody, place)
	if h.steps++; err == nil && h.steps%h.every == 0 {
		h.compare(chord, logits)
	}
	return logits, err
}

// compare has the fresh policy choose at the frame whose logits are given; before is the chord before it.
func (h *hindsight) compare(before jam.ChordToken, logits []float32) {
	h.fresh.Reset()
	var anew []float32
	for i, chord := range h.chords {
		var err error
		if anew, err = h.fresh.Step(chord, h.melody[i], h.places[i]); err != nil {
			h.t.Error(err)
			return
		}
	}
	for i := range logits {
		h.worst = max(h.worst, math.Abs(float64(logits[i]-anew[i])))
	}
	s := jam.DefaultSettings()
	sampler := jam.NewSampler(h.Vocabulary(), s.Temperature, s.TopP, 1)
	for i := range 200 {
		draw := (float64(i) + 0.5) / 200
		one, _, err := sampler.Choose(logits, before, jam.AnyLegal, 0, draw)
		other, _, err2 := sampler.Choose(anew, before, jam.AnyLegal, 0, draw)
		if err != nil || err2 != nil || one != other {
			h.t.Errorf("frame %d, draw %v: token %d, and %d of a fresh policy (%v, %v)", h.steps-1, draw, one, other, err, err2)
			return
		}
	}
	h.compared++
}

// hold checks that the policies agreed, and that they were compared at the given number of points.
func (h *hindsight) hold(points int) {
	h.t.Logf("the chords of a fresh policy at %d points; logits differ by %.2g at most", h.compared, h.worst)
	if h.compared != points {
		h.t.Errorf("compared at %d points, want %d", h.compared, points)
	}
}

// framesOf returns a duration in frames.
func framesOf(d time.Duration, bpm float64) int64 {
	return max(1, int64(float64(d)/float64(time.Minute)*bpm*jam.FramesPerBeat+0.5))
}
