package session

import "jamd/jam"

// A Track says what sounded in each frame of a jam. The figures of the jam are computed from it. Frames that were not played,
// or whose report is lost, are left out. The slices of frames have the same length.
type Track struct {
	Frames  []int64           // frame numbers, ascending
	Melody  []jam.MelodyToken // silence if it is not known
	Chords  []int             // index in Symbols of the sounding chord; noChord if there is none
	Began   []bool            // the chord was struck at the frame's line
	Symbols []string          // without duplicates, in the order in which they first sounded

	classes []pitchClasses // of each symbol
	index   map[string]int // of each symbol
	end     int64          // the frame after the last
}

const noChord = -1

// pitchClasses is a set: bit c is set for pitch class c.
type pitchClasses uint16

func (p pitchClasses) has(pitch uint8) bool { return p>>(pitch%12)&1 == 1 }

// add adds the next report.
func (t *Track) add(r *jam.FrameReport) {
	if r.Frame < t.end {
		return
	}
	if n := len(t.Melody); n > 0 && r.Frame == t.end {
		t.Melody[n-1] = r.Melody
	}
	chord := noChord
	if r.Voicing.Len > 0 {
		chord = t.symbol(r.Symbol)
	}
	t.Frames = append(t.Frames, r.Frame)
	t.Melody = append(t.Melody, jam.Silence)
	t.Chords = append(t.Chords, chord)
	t.Began = append(t.Began, r.Began)
	t.end = r.Frame + 1
}

// finish adds the melody of the last frame, which is in no report.
func (t *Track) finish(melody jam.MelodyToken) {
	if n := len(t.Melody); n > 0 {
		t.Melody[n-1] = melody
	}
}

// symbol returns the index of a chord symbol. A symbol that cannot be parsed has no pitch classes.
func (t *Track) symbol(name string) int {
	if i, ok := t.index[name]; ok {
		return i
	}
	if t.index == nil {
		t.index = map[string]int{}
	}
	var classes pitchClasses
	if chord, err := jam.ParseChord(name); err == nil {
		for class := range uint8(12) {
			if chord.Has(class) {
				classes |= 1 << class
			}
		}
	}
	t.index[name] = len(t.Symbols)
	t.Symbols, t.classes = append(t.Symbols, name), append(t.classes, classes)
	return len(t.Symbols) - 1
}
