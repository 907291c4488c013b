package midiio

import (
	"cmp"
	"slices"
	"sort"

	"jamd/jam"
)

// With SMPTE time, a tick is a fraction of a second and not of a beat. jamd puts such a tune on the grid by the tempi in the
// file, or by 120 BPM if there is none, so that it plays as fast as it was recorded. Its notes are near the beats only if those
// tempi are right.

// A stretch is a part of a song with SMPTE time that has one tempo.
type stretch struct {
	tick          int64   // first tick
	frame         float64 // the first tick's place on the grid
	framesPerTick float64
}

// smpteTicks returns the number of ticks in a second for a division with SMPTE time, or 0 if there is no such division. A rate of
// 29 means the 30 drop frames of NTSC video, which are 30000/1001 a second.
func smpteTicks(division uint16) float64 {
	ticks := float64(division & 0xFF)
	switch -int8(division >> 8) {
	case 24:
		return 24 * ticks
	case 25:
		return 25 * ticks
	case 29:
		return 30_000. / 1001 * ticks
	case 30:
		return 30 * ticks
	}
	return 0
}

// layOut prepares frame for a song with SMPTE time. All of the song must have been read.
func (s *song) layOut(ticksPerSecond float64) {
	perTick := func(bpm float64) float64 { return bpm / 60 * jam.FramesPerBeat / ticksPerSecond }
	tempos := slices.Clone(s.tempos)
	slices.SortStableFunc(tempos, func(a, b songTempo) int { return cmp.Compare(a.tick, b.tick) })
	s.stretches = []stretch{{framesPerTick: perTick(120)}}
	for _, c := range tempos {
		s.stretches = append(s.stretches, stretch{c.tick, s.smpteFrame(c.tick), perTick(c.played())})
	}
}

// smpteFrame converts ticks of SMPTE time to frames.
func (s *song) smpteFrame(tick int64) float64 {
	next := sort.Search(len(s.stretches), func(i int) bool { return s.stretches[i].tick > tick })
	last := s.stretches[max(next-1, 0)]
	return last.frame + float64(tick-last.tick)*last.framesPerTick
}
