package jam

import "math/bits"

// A pitchSet is a set of MIDI pitches.
type pitchSet [2]uint64

func (s *pitchSet) add(p uint8)      { s[p>>6] |= 1 << (p & 63) }
func (s *pitchSet) remove(p uint8)   { s[p>>6] &^= 1 << (p & 63) }
func (s *pitchSet) has(p uint8) bool { return s[p>>6]>>(p&63)&1 == 1 }
func (s *pitchSet) empty() bool      { return s[0]|s[1] == 0 }

func (s *pitchSet) highest() uint8 {
	if s[1] != 0 {
		return uint8(127 - bits.LeadingZeros64(s[1]))
	}
	return uint8(63 - bits.LeadingZeros64(s[0]))
}
