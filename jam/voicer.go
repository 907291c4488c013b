package jam

// A Voicer lays out chords as a player would: in close position (all notes within an octave) inside a register, each
// chord by the least total movement from the one before it, so that common tones stay and no voice leaps further than it
// needs to. A chord of five pitch classes loses its fifth. It remembers nothing and allocates nothing.
type Voicer struct {
	low, high         uint8
	bass              bool
	bassLow, bassHigh uint8
}

// maxUpper bounds the notes of a voiced chord without its bass.
const maxUpper = 4

// NewVoicer makes a voicer from settings that have passed Check.
func NewVoicer(s Settings) *Voicer {
	return &Voicer{low: s.Low, high: s.High, bass: s.Bass, bassLow: s.BassLow, bassHigh: s.BassHigh}
}

// Voice lays out a chord that comes after another of this voicer's; from is empty for the first, which is laid out near
// the middle of the register. The bass, if there is one, is the first note: the root nearest to the bass before it.
// Among layouts of equal movement Voice takes the one with the smaller largest leap, then the one nearer to the middle of
// the register, then the lower.
func (v *Voicer) Voice(from Voicing, c Chord) Voicing {
	upper, bass := from, uint8(0)
	if v.bass && from.Len > 0 {
		upper, bass = Voicing{Len: from.Len - 1}, from.Pitches[0]
		copy(upper.Pitches[:], from.Pitches[1:from.Len])
	}
	var best Voicing
	var bestCost [4]int
	for low := v.low; low <= v.high; low++ {
		candidate, ok := closePosition(c, low, v.high)
		if !ok {
			continue
		}
		if cost := v.cost(&upper, &candidate); best.Len == 0 || less(cost, bestCost) {
			best, bestCost = candidate, cost
		}
	}
	if !v.bass {
		return best
	}
	out := Voicing{Len: best.Len + 1}
	out.Pitches[0] = v.root(bass, c)
	copy(out.Pitches[1:], best.Slice())
	return out
}

// closePosition stacks the chord's notes upwards from its note at pitch low. ok is false where low is no note of the
// chord or the stack would go above high.
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

// sounds reports whether a semitone above the root is played: those of the chord, less the fifth of a chord of five.
func sounds(intervals []uint8, above uint8) bool {
	if len(intervals) > maxUpper && above == 7 {
		return false
	}
	for _, i := range intervals {
		if i == above {
			return true
		}
	}
	return false
}

// root is the chord's root in the bass register, nearest to the bass before it; the first (0) is nearest to the middle.
func (v *Voicer) root(before uint8, c Chord) uint8 {
	target := 2 * int(before)
	if before == 0 {
		target = int(v.bassLow) + int(v.bassHigh)
	}
	best, nearest := uint8(0), -1
	for p := v.bassLow; p <= v.bassHigh; p++ {
		if d := abs(2*int(p) - target); p%12 == c.Root && (nearest < 0 || d < nearest) {
			best, nearest = p, d
		}
	}
	return best
}

// cost orders candidates: total movement, largest leap, distance from the middle of the register, pitch.
func (v *Voicer) cost(from, candidate *Voicing) [4]int {
	sum := 0
	for _, p := range candidate.Slice() {
		sum += int(p)
	}
	n := int(candidate.Len)
	offCentre := abs(2*sum-n*(int(v.low)+int(v.high))) * 12 / n // chords of any size on one scale
	moved, leap := Movement(from, candidate)
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

// Movement is the least number of semitones that the voices of one chord move, all together, to become the other, and
// the largest move among them, the smallest such where several ways are equally short. Voices do not cross; where one
// chord has more notes, each of its notes comes from or goes to one of the other's, all of which
// take part. From or to an empty chord nothing moves.
func Movement(from, to *Voicing) (total, leap int) {
	many, few := from.Slice(), to.Slice()
	if len(many) < len(few) {
		many, few = few, many
	}
	if len(few) == 0 {
		return 0, 0
	}
	const far = 1 << 20
	// Dynamic programming over the notes of the larger chord: way[j] is the best where its newest note goes to few[j].
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
