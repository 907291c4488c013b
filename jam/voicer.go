package jam

import "slices"

// A Layout is a chord as a Voicer voices it.
type Layout struct {
	Upper       Voicing
	Bass        bool  // there is a bass
	Root, Fifth uint8 // the bass notes
}

// Voicing returns the whole layout: the root in the bass, if there is a bass, and the upper notes.
func (l *Layout) Voicing() Voicing {
	if !l.Bass {
		return l.Upper
	}
	out := Voicing{Len: l.Upper.Len + 1}
	out.Pitches[0] = l.Root
	copy(out.Pitches[1:], l.Upper.Slice())
	return out
}

// A Voicer voices chords as a player would: in close position (all notes within an octave) inside a register. Each chord moves as
// little as possible from the one before, so that common tones stay and no voice leaps further than it needs to. A chord of five
// pitch classes loses its fifth. A Voicer remembers nothing and allocates nothing.
type Voicer struct {
	low, high         uint8
	bass              bool
	bassLow, bassHigh uint8
}

// maxUpper is the largest number of notes of a chord without its bass.
const maxUpper = 4

// NewVoicer makes a voicer from settings that have passed Check.
func NewVoicer(s Settings) Voicer {
	return Voicer{low: s.Low, high: s.High, bass: s.Bass, bassLow: s.BassLow, bassHigh: s.BassHigh}
}

// Voice voices a chord that comes after another. from is empty for the first chord, which is near the middle of the register. The
// bass root is the one nearest to the last root, and the fifth is the one nearest to the root. Among voicings with equal
// movement, Voice takes the one with the smallest largest leap, then the one nearest to the middle of the register, then the
// lowest.
func (v *Voicer) Voice(from Layout, c Chord) Layout {
	out := Layout{Bass: v.bass}
	var bestCost [4]int
	for low := v.low; low <= v.high; low++ {
		candidate, ok := closePosition(c, low, v.high)
		if !ok {
			continue
		}
		if cost := v.cost(&from.Upper, &candidate); out.Upper.Len == 0 || less(cost, bestCost) {
			out.Upper, bestCost = candidate, cost
		}
	}
	if v.bass {
		middle := int(v.bassLow) + int(v.bassHigh)
		if from.Bass {
			middle = 2 * int(from.Root)
		}
		out.Root = v.nearest(middle, c.Root)
		out.Fifth = v.nearest(2*int(out.Root), (c.Root+fifthOf(c.Quality))%12)
	}
	return out
}

// fifthOf returns the fifth of a quality, perfect, diminished or augmented, in semitones above the root.
func fifthOf(quality uint8) uint8 {
	for _, i := range Qualities[quality].Intervals {
		if i >= 6 && i <= 8 {
			return i
		}
	}
	return 0
}

// closePosition stacks the chord's notes upwards from its note at pitch low. ok is false if low is not a note of the chord, or
// the stack would go above high.
func closePosition(c Chord, low, high uint8) (v Voicing, ok bool) {
	intervals := Qualities[c.Quality].Intervals
	for above := range uint8(12) {
		if !sounds(intervals, (low+12-c.Root+above)%12) {
			if above == 0 {
				return v, false
			}
			continue
		}
		if low+above > high {
			return v, false
		}
		v.Pitches[v.Len] = low + above
		v.Len++
	}
	return v, true
}

// sounds reports whether the note that many semitones above the root is played. A chord of five notes is played without its
// fifth.
func sounds(intervals []uint8, above uint8) bool {
	if len(intervals) > maxUpper && above == 7 {
		return false
	}
	return slices.Contains(intervals, above)
}

// nearest returns the pitch of a pitch class in the bass register that is nearest to half of target. Of two equally near ones it
// is the lower.
func (v *Voicer) nearest(target int, class uint8) uint8 {
	best, distance := uint8(0), -1
	for p := v.bassLow; p <= v.bassHigh; p++ {
		if d := abs(2*int(p) - target); p%12 == class && (distance < 0 || d < distance) {
			best, distance = p, d
		}
	}
	return best
}

// cost ranks a candidate: by total movement, largest leap, distance from the middle of the register, pitch.
func (v *Voicer) cost(from, candidate *Voicing) [4]int {
	sum := 0
	for _, p := range candidate.Slice() {
		sum += int(p)
	}
	n := int(candidate.Len)
	offCentre := abs(2*sum-n*(int(v.low)+int(v.high))) * 12 / n // so that the scale is the same for chords of any size
	moved, leap := movement(from, candidate)
	return [4]int{moved, leap, offCentre, int(candidate.Pitches[0])}
}

func less(a, b [4]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// movement returns the least total number of semitones by which the voices of one chord move to become the other, and the largest
// single move; if several ways are equally short, the one with the smallest such move. Voices do not cross. If one chord has more
// notes, each of its notes comes from or goes to a note of the other, and every note of the other takes part. From or to an empty
// chord nothing moves.
func movement(from, to *Voicing) (total, leap int) {
	many, few := from.Slice(), to.Slice()
	if len(many) < len(few) {
		many, few = few, many
	}
	if len(few) == 0 {
		return 0, 0
	}
	const far = 1 << 20
	// Dynamic programming over the notes of the larger chord: way[j] is the best way in which its newest note goes to few[j].
	type cost struct{ total, leap int }
	var way [MaxVoices]cost
	for i, p := range many {
		for j := len(few) - 1; j >= 0; j-- {
			before := way[j]
			if i == 0 && j > 0 {
				before = cost{far, 0}
			}
			if i > 0 && j > 0 && (way[j-1].total < before.total ||
				way[j-1].total == before.total && way[j-1].leap < before.leap) {
				before = way[j-1]
			}
			d := abs(int(p) - int(few[j]))
			way[j] = cost{before.total + d, max(before.leap, d)}
		}
	}
	last := way[len(few)-1]
	return last.total, last.leap
}

func abs(x int) int { return max(x, -x) }
