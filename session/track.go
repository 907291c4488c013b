package session

import "jamd/jam"

// A Track is what sounded in a jam, frame by frame: what its figures are made of. Frames that were never played, or whose
// report is lost, are left out. Slices are as long as one another.
type Track struct {
	Frames  []int64           // numbers, ascending
	Melody  []jam.MelodyToken // silence where it is not known
	Chords  []int             // which of Symbols sounds; noChord where none does
	Began   []bool            // the chord was struck at the frame's line
	Symbols []string          // each once, in the order of their first sound

	classes []pitchClasses // of each symbol
	index   map[string]int // of each symbol
	end     int64          // the frame behind the last
}

const noChord = -1

// A pitchClasses has bit c set for pitch class c.
type pitchClasses uint16

func (p pitchClasses) has(pitch uint8) bool { return p>>(pitch%12)&1 == 1 }

// add takes the next report.
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

// finish takes the melody of the last frame, which no report holds.
func (t *Track) finish(melody jam.MelodyToken) {
	if n := len(t.Melody); n > 0 {
		t.Melody[n-1] = melody
	}
}

// symbol is the number of a chord's symbol. One that cannot be read holds no pitch class.
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
