package jam_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// At any, each level comes in about a fifth of all jams, and always the same one with a seed.
func TestASeedDrawsHowBusyAJamIs(t *testing.T) {
	level := func(seed uint64) jam.Busy {
		s := settings(nil)
		s.Seed, s.Busy = seed, jam.AnyBusy
		e, err := jam.NewEngine(jamtest.NewPolicy(1).Vocabulary(), s, quiet{})
		if err != nil {
			t.Fatal(err)
		}
		return e.Busy()
	}
	counts := map[jam.Busy]int{}
	for seed := range uint64(1000) {
		counts[level(seed)]++
	}
	for b := jam.Calm; b <= jam.Busiest; b++ {
		if n := counts[b]; n < 150 || n > 250 {
			t.Errorf("%v in %d jams of 1000", b, n)
		}
	}
	if counts[jam.AnyBusy] > 0 {
		t.Errorf("%v", counts)
	}
	if first, again := level(7), level(7); first != again {
		t.Errorf("one seed has two levels: %v, %v", first, again)
	}
}

func TestThePolicyIsToldHowBusyToBe(t *testing.T) {
	tune := jam.Tune{Events: note(0, 4*time.Second, 60)}
	s := settings(nil)
	s.Busy = jam.Lively
	p := jamtest.NewPolicy(5)
	if _, err := jam.Accompany(context.Background(), p, s, tune); err != nil {
		t.Fatal(err)
	}
	if told := p.Told(); len(told) == 0 || slices.ContainsFunc(told, func(b jam.Busy) bool { return b != jam.Lively }) {
		t.Errorf("told %v", told)
	}
}

func TestBusyHoldsFromTheNextFrame(t *testing.T) {
	s := settings(nil)
	s.Busy = jam.Calm
	j := liveJam{
		policy: jamtest.NewPolicy(1),
		config: jam.LoopConfig{Settings: s, Frames: 8},
		begins: time.Second, events: note(0, time.Second, 60),
		steers: []jam.Control{{At: 1300 * time.Millisecond, Param: jam.ParamBusy, Value: float64(jam.Busiest)}}, // between lines 2 and 3
	}
	j.run(t)
	want := []jam.Busy{jam.Calm, jam.Calm, jam.Calm, jam.Busiest, jam.Busiest, jam.Busiest, jam.Busiest, jam.Busiest}
	if told := j.policy.Told(); !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
