package session

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"jamd/jam"
)

// ChordUse holds figures of the chords alone, without the melody. Each is defined as in train/data/metrics.py.
type ChordUse struct {
	ChangesABar     float64      `json:"changes_a_bar"`
	Distinct        int          `json:"distinct_chords"`
	ByWindow        float64      `json:"distinct_chords_a_window"` // mean over windows of 256 frames; 0 if there are no windows
	ChordEntropy    float64      `json:"chord_entropy"`            // of the chord that sounds in a frame, in bits
	DurationEntropy float64      `json:"duration_entropy"`         // of the durations of chords, in bits
	Durations       []Duration   `json:"durations"`                // the shortest first
	Shares          []ChordShare `json:"chord_frames"`             // the chord that sounds longest first
}

// A Duration counts the chords that sounded for a number of frames. A chord that begins again while it sounds does not end.
type Duration struct {
	Frames int64 `json:"frames"`
	Count  int64 `json:"count"`
}

// A ChordShare is the total time for which a chord sounded.
type ChordShare struct {
	Symbol string `json:"symbol"`
	Frames int64  `json:"frames"`
}

// chords measures the chords of a track, with the bars of its take.
func (t *Track) chords(take *jam.Take) ChordUse {
	sounded, lasted := make([]int64, len(t.Symbols)), map[int64]int64{}
	changes, bars, length := 0, 0, int64(0)
	bar := jam.Bar{}
	for i, chord := range t.Chords {
		if t.Frames[i] >= bar.End {
			bar = take.BarAt(t.Frames[i])
			bars++
		}
		if chord == noChord {
			continue
		}
		sounded[chord]++
		if i == 0 || t.Chords[i-1] != chord {
			length = 0
			if i > 0 {
				changes++
			}
		}
		length++
		if i == len(t.Chords)-1 || t.Chords[i+1] != chord {
			lasted[length]++
		}
	}
	c := ChordUse{ChangesABar: float64(changes) / float64(max(bars, 1)), Durations: []Duration{}, Shares: []ChordShare{}}
	for frames, count := range lasted {
		c.Durations = append(c.Durations, Duration{frames, count})
	}
	slices.SortFunc(c.Durations, func(a, b Duration) int { return cmp.Compare(a.Frames, b.Frames) })
	for i, frames := range sounded { // every symbol in the track sounded
		c.Shares = append(c.Shares, ChordShare{t.Symbols[i], frames})
	}
	slices.SortStableFunc(c.Shares, func(a, b ChordShare) int { return cmp.Compare(b.Frames, a.Frames) })
	c.Distinct, c.ChordEntropy = len(c.Shares), entropy(sounded)
	counts := make([]int64, len(c.Durations))
	for i, d := range c.Durations {
		counts[i] = d.Count
	}
	c.DurationEntropy = entropy(counts)
	distinct, windows := 0, 0
	for begin := range t.windows(windowFrames) {
		different := map[int]bool{}
		for _, chord := range t.Chords[begin : begin+windowFrames] {
			different[chord] = true
		}
		delete(different, noChord)
		distinct += len(different)
		windows++
	}
	c.ByWindow = float64(distinct) / float64(max(windows, 1))
	return c
}

// windowFrames is the length of a window in train.
const windowFrames = 256

// windows yields the first index of each window of the given length. The first window begins with the first chord, each other one
// at the end of the window before. A remainder that is too short is left out.
func (t *Track) windows(length int) iter.Seq[int] {
	return func(yield func(int) bool) {
		first := slices.IndexFunc(t.Chords, func(chord int) bool { return chord != noChord })
		for begin := max(first, 0); first >= 0 && begin+length <= len(t.Chords); begin += length {
			if !yield(begin) {
				return
			}
		}
	}
}

// entropy returns the Shannon entropy of a histogram in bits, or 0 for an empty one.
func entropy(counts []int64) (bits float64) {
	sum := int64(0)
	for _, n := range counts {
		sum += n
	}
	for _, n := range counts {
		if n > 0 {
			share := float64(n) / float64(sum)
			bits -= share * math.Log2(share)
		}
	}
	return bits
}
