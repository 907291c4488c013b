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
