package midiio

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"

	"pgregory.net/rapid"
)

// A sent message is one of a master's, and what it means.
type sentMessage struct {
	at                   time.Duration // when it arrives
	due                  time.Duration // of a pulse: when it was meant
	status, data1, data2 byte
	number               int64 // of a pulse in the song; -1 while that stands
	calm                 int   // pulses since the tempo last jumped
	ordered              int   // pulses since the last order
}

// anySong draws what a master with a jittery cable sends: pulses at tempi from 40 to 240 that jump and creep, and all
// orders that there are. No pulse is lost.
func anySong(t *rapid.T, jitter time.Duration) []sentMessage {
	noise := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "jitter's seed"), 2))
	bpm, due := rapid.Float64Range(40, 240).Draw(t, "tempo"), float64(time.Second)
	next, running, calm, ordered := int64(0), false, 1000, 0
	var song []sentMessage
	order := func(status, data1, data2 byte) {
		song = append(song, sentMessage{status: status, data1: data1, data2: data2, number: -1})
		ordered = 0
	}
	pulses := func(n int, perSecond float64) {
		for range n {
			m := sentMessage{due: time.Duration(due), status: jam.ClockPulse, number: -1, calm: calm, ordered: ordered}
			m.at = m.due + time.Duration((2*noise.Float64()-1)*float64(jitter))
			if running {
				m.number = next
				next++
			}
			song = append(song, m)
			period := 60 / pulsesPerBeat / bpm
			due += period * float64(time.Second)
			bpm = min(max(bpm+perSecond*period, 40), 240)
			calm++
			ordered++
		}
	}
	position := func() {
		next = rapid.Int64Range(0, 500).Draw(t, "song position") * jam.PulsesPerFrame
		order(jam.SongPosition(next / jam.PulsesPerFrame))
	}
	pulses(rapid.IntRange(0, 30).Draw(t, "pulses before"), 0)
	order(jam.ClockStart, 0, 0)
	running = true
	for range rapid.IntRange(1, 6).Draw(t, "stretches") {
		pulses(rapid.IntRange(pulsesPerBeat, 300).Draw(t, "pulses"), 0)
		switch rapid.SampledFrom([]string{"jump", "ramp", "start", "continue", "position", "stop"}).Draw(t, "then") {
		case "jump":
			bpm, calm = rapid.Float64Range(40, 240).Draw(t, "tempo"), 0
		case "ramp":
			pulses(rapid.IntRange(1, 300).Draw(t, "pulses"), rapid.Float64Range(-2, 2).Draw(t, "BPM a second"))
		case "start":
			order(jam.ClockStart, 0, 0)
			next = 0
		case "continue": // while it runs it changes nothing
			order(jam.ClockContinue, 0, 0)
		case "position":
			position()
		case "stop":
			order(jam.ClockStop, 0, 0)
			running = false
			pulses(rapid.IntRange(0, 30).Draw(t, "pulses while it stands"), 0)
			again := rapid.SampledFrom([]byte{jam.ClockContinue, jam.ClockContinue, jam.ClockStart}).Draw(t, "again")
			if again == jam.ClockStart {
				next = 0
			} else if rapid.Bool().Draw(t, "elsewhere") {
				position()
			}
			order(again, 0, 0)
			running = true
		}
	}
	pulses(rapid.IntRange(1, 100).Draw(t, "pulses"), 0)
	// A cable keeps the order: no pulse overtakes another, and orders stay where they are.
	arrivals := make([]time.Duration, 0, len(song))
	for _, m := range song {
		if m.status == jam.ClockPulse {
			arrivals = append(arrivals, m.at)
		}
	}
	slices.Sort(arrivals)
	last := time.Duration(0)
	for i := range song {
		if song[i].status == jam.ClockPulse {
			last, arrivals = arrivals[0], arrivals[1:]
		}
		song[i].at = last
	}
	return song
}

// While no pulse is lost the position is the master's, whatever the jitter, the tempo and the orders. Only where a tempo
// jumps far it may be taken for a loss, for some pulses.
func TestPositionIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jitter := time.Duration(rapid.Int64Range(0, int64(5*ms)).Draw(t, "jitter"))
		song := anySong(t, jitter)
		f := newReceiver(120)
		for _, m := range song {
			f.Receive(m.at, m.status, m.data1, m.data2)
			if m.status != jam.ClockPulse {
				continue
			}
			seg, running, ok := f.Position(m.at)
			switch {
			case ok && running != (m.number >= 0): // two pulses at once tell no tempo
				t.Fatalf("pulse %d at %v: running %v", m.number, m.at, running)
			case running && m.calm > 8 && f.pulse != m.number:
				t.Fatalf("pulse %d at %v, %d pulses after a jump, is taken for %d, at %v BPM", m.number, m.at, m.calm, f.pulse, seg.BPM)
			}
		}
	})
}

// Pulses that are lost, alone or many in a row, are counted as soon as the next ones tell, where jitter is small beside a
// pulse's length.
func TestLostPulsesAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bpm := rapid.Float64Range(40, 240).Draw(t, "tempo")
		period := float64(time.Minute) / pulsesPerBeat / bpm
		jitter := rapid.Float64Range(0, 0.05).Draw(t, "jitter of a period") * period
		noise := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "jitter's seed"), 3))
		f := newReceiver(120)
		f.Receive(0, jam.ClockStart, 0, 0)
		number := int64(0)
		pulses := func(n int) {
			for range n {
				at := float64(time.Second) + float64(number)*period + (2*noise.Float64()-1)*jitter
				f.Receive(time.Duration(at), jam.ClockPulse, 0, 0)
				number++
			}
		}
		lost := int64(0)
		pulses(2 * pulsesPerBeat)
		for range rapid.IntRange(1, 5).Draw(t, "losses") {
			gap := rapid.Int64Range(1, freewheel/2).Draw(t, "pulses lost")
			number += gap
			lost += gap
			pulses(rapid.IntRange(4, 200).Draw(t, "pulses"))
			if f.pulse != number-1 || f.Dropped() != lost {
				t.Fatalf("pulse %d is taken for %d; %d pulses are lost, %d counted", number-1, f.pulse, lost, f.Dropped())
			}
		}
	})
}

// A whole jam that follows a jittery clock keeps its place in the bar, and comes to its lines.
func TestJamKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		jitter := time.Duration(rapid.Int64Range(0, int64(5*ms)).Draw(rt, "jitter"))
		song := anySong(rt, jitter)
		var lines []sentMessage
		for _, m := range song {
			if m.number >= 0 && m.number%jam.PulsesPerFrame == 0 {
				lines = append(lines, m)
			}
		}
		bar := jam.DefaultSettings().Meter.Bar()
		var played []jam.FrameReport
		synctest.Test(t, func(*testing.T) { played = jamTo(song) })
		for _, r := range played {
			i, found := slices.BinarySearchFunc(lines, r.Line, func(m sentMessage, at time.Duration) int { return int(m.due - at) })
			if !found && i > 0 && (i == len(lines) || r.Line-lines[i-1].due < lines[i].due-r.Line) {
				i--
			}
			line := lines[i]
			if i+1 == len(lines) || min(line.calm, lines[i+1].calm) < 2*pulsesPerBeat || min(line.ordered, lines[i+1].ordered) < pulsesPerBeat {
				continue // it has just changed, or is about to
			}
			frame := line.number / jam.PulsesPerFrame
			if off := (r.Line - line.due).Abs(); off > 8*ms+2*jitter || (frame-r.Frame)%bar != 0 {
				rt.Fatalf("frame %d of the song is at %v; the jam plays frame %d, %v from there", frame, line.due, r.Frame, off)
			}
		}
	})
}

// jamTo plays a jam to a song, until that is over.
func jamTo(song []sentMessage) (played []jam.FrameReport) {
	clock := jam.NewSystemClock()
	entries := jam.NewReader(1 << 13)
	receiver, err := NewClockReceiver(100, clock.Wake)
	if err != nil {
		panic(err)
	}
	policy := jamtest.NewPolicy(1)
	policy.Remember = false
	loop, err := jam.NewLoop(jam.LoopConfig{
		Settings: jam.DefaultSettings(), Policy: policy, Output: jamtest.NewOutput(nil), Inbox: jam.NewQueue[jam.Event](8), Clock: clock,
		Transport: receiver, Readers: []*jam.Reader{entries},
	})
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		for _, m := range song {
			time.Sleep(m.at - clock.Now())
			receiver.Receive(clock.Now(), m.status, m.data1, m.data2)
		}
	}()
	if _, err := loop.Run(ctx); err != nil {
		panic(err)
	}
	entries.Close()
	for e := range entries.C() {
		if e.Kind == jam.EntryReport {
			played = append(played, e.Report)
		}
	}
	return played
}
