package session

import "jamd/jam"

// A Harmony counts how well chords and melody fit together in a number of frames.
type Harmony struct {
	Inside int64 `json:"inside"` // frames whose melody note is in the sounding chord
	Both   int64 `json:"both"`   // frames in which both melody and chord sound
}

// Share returns the note-in-chord ratio (ReaLchords, section 4.3). ok is false if melody and chord never sounded together.
func (h Harmony) Share() (share float64, ok bool) {
	if h.Both == 0 {
		return 0, false
	}
	return float64(h.Inside) / float64(h.Both), true
}

func (h Harmony) plus(g Harmony) Harmony { return Harmony{h.Inside + g.Inside, h.Both + g.Both} }

// A Stretch is the harmony of a number of frames in a row.
type Stretch struct {
	Frame int64 `json:"frame"` // the first frame, a multiple of the length of a stretch
	Harmony
}

// harmony returns the harmony of the frame at index i of the track.
func (t *Track) harmony(i int) (h Harmony) {
	pitch, sounds := t.Melody[i].Pitch()
	if chord := t.Chords[i]; sounds && chord != noChord {
		h.Both = 1
		if t.classes[chord].has(pitch) {
			h.Inside = 1
		}
	}
	return h
}

// overTime returns the harmony of each stretch of the given length. Stretches in which nothing was played are left out.
func (t *Track) overTime(length int64) []Stretch {
	all := []Stretch{}
	for i, frame := range t.Frames {
		if begin := frame / length * length; len(all) == 0 || all[len(all)-1].Frame != begin {
			all = append(all, Stretch{Frame: begin})
		}
		last := &all[len(all)-1]
		last.Harmony = last.plus(t.harmony(i))
	}
	return all
}

// A beatOf describes what sounded in a beat.
type beatOf struct {
	number int64
	Harmony
	heard PitchClasses // pitch classes of the melody
}

// beats returns the beats in which something was played.
func (t *Track) beats() []beatOf {
	var all []beatOf
	for i, frame := range t.Frames {
		if number := frame / jam.FramesPerBeat; len(all) == 0 || all[len(all)-1].number != number {
			all = append(all, beatOf{number: number})
		}
		b := &all[len(all)-1]
		b.Harmony = b.plus(t.harmony(i))
		b.heard.add(t.Melody[i])
	}
	return all
}
