package midiio

import (
	"math/rand/v2"
	"slices"
	"time"
)

// A master is another's clock: a tempo that may change, and a way to the receiver that delays and loses pulses.
type master struct {
	tempo  func(pulse int) float64
	jitter time.Duration // each pulse comes up to this early or late, all equally likely
	drop   float64       // probability that a pulse is lost
	seed   uint64
}

func steady(bpm float64) func(int) float64 { return func(int) float64 { return bpm } }

// A played is a pulse as the master meant it and as it came.
type played struct {
	number  int
	due, at time.Duration
}

// play gives the pulses that arrive, the first due at start, which never is lost.
func (m master) play(start time.Duration, pulses int) []played {
	r := rand.New(rand.NewPCG(m.seed, 1))
	due := float64(start)
	var all []played
	for n := range pulses {
		off := time.Duration((2*r.Float64() - 1) * float64(m.jitter))
		if lost := r.Float64() < m.drop; n == 0 || !lost {
			all = append(all, played{n, time.Duration(due), time.Duration(due) + off})
		}
		due += float64(time.Minute) / pulsesPerBeat / m.tempo(n)
	}
	// Pulses look alike: where one overtakes another, it is the other.
	arrivals := make([]time.Duration, len(all))
	for i := range all {
		arrivals[i] = all[i].at
	}
	slices.Sort(arrivals)
	for i := range all {
		all[i].at = arrivals[i]
	}
	return all
}

func newReceiver(bpm float64) *ClockReceiver {
	f, err := NewClockReceiver(bpm, nil)
	if err != nil {
		panic(err)
	}
	return f
}
