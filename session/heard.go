package session

import "jamd/jam"

// PitchClasses counts the frames in which each pitch class sounded, C first.
type PitchClasses [12]int64

// add counts a frame of a melody.
func (p *PitchClasses) add(m jam.MelodyToken) {
	if pitch, ok := m.Pitch(); ok {
		p[pitch%12]++
	}
}

// A heardMelody counts the melody of a log, frame by frame.
type heardMelody struct {
	PitchClasses
	next int64 // the frame after the newest
}

// hear counts the melody of the frame before the given one, unless what came before that is not known.
func (h *heardMelody) hear(frame int64, before jam.MelodyToken) {
	if frame > 0 && frame == h.next {
		h.add(before)
	}
	h.next = frame + 1
}

// key estimates the key and returns it as [jam.Key] writes it, or "" if there is none.
func (p *PitchClasses) key() string {
	var heard [12]float64
	for class, frames := range p {
		heard[class] = float64(frames)
	}
	k, ok := jam.KeyOf(heard)
	if !ok {
		return ""
	}
	return k.String()
}
