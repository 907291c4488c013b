package jam

import (
	"encoding/json"
	"fmt"
)

// A TakeNote is a melody note on the grid.
type TakeNote struct {
	Frame    int64 `json:"frame"`
	Pitch    uint8 `json:"pitch"`
	Duration int64 `json:"duration"` // frames, at least 1
	Velocity uint8 `json:"-"`
}

// A TakeChord is a chord that sounded.
type TakeChord struct {
	Frame    int64   `json:"frame"`
	Symbol   string  `json:"symbol"`
	Pitches  Pitches `json:"pitches"` // ascending
	Duration int64   `json:"duration"`
}

// Pitches are MIDI pitches, 0 to 127.
type Pitches []uint8

// MarshalJSON writes numbers, because encoding/json would write bytes as base64.
func (p Pitches) MarshalJSON() ([]byte, error) {
	numbers := make([]int, len(p))
	for i, pitch := range p {
		numbers[i] = int(pitch)
	}
	return json.Marshal(numbers)
}

// A TempoChange sets the tempo from a frame on.
type TempoChange struct {
	Frame int64
	BPM   float64 // quarter notes a minute
}

// A MeterChange is a frame from which another meter counts. The frame begins a bar if Into is 0. Otherwise it lies Into frames
// after a bar line: at frame 0, that is a pickup.
type MeterChange struct {
	Frame int64
	Meter Meter
	Into  int64 // 0 up to, not including, the length of a bar
}

// Check returns an error if jamd does not play the change.
func (c MeterChange) Check() error {
	if err := c.Meter.Check(); err != nil {
		return err
	}
	if c.Into < 0 || c.Into >= c.Meter.Bar() {
		return fmt.Errorf("%d frames into a bar of %v: must be 0 to %d", c.Into, c.Meter, c.Meter.Bar()-1)
	}
	return nil
}

// A Take is the music of one jam on the grid. MIDI files and JSON are made from it.
type Take struct {
	Name   string
	Tempo  []TempoChange // the first at frame 0
	Played bool          // the tempi are those of a player who was followed
	Meter  Meter         // at frame 0
	Meters []MeterChange // ascending; nil if the meter stays
	Frames int64
	Melody []TakeNote
	Chords []TakeChord

	// The notes of the chords and of the bass, as the style played them. If both are empty, the chords were sustained.
	Upper, Bass []TakeNote

	Click []TakeNote // of the metronome; nil if it was off

	Swung []float32 // how much later than its even place each frame sounded, in frames; nil if none did
}

// noChord stands for a chord's symbol where none sounds.
const noChord = "N.C."

// A ChordChange is a frame from which another chord sounds.
type ChordChange struct {
	Frame  int64
	Symbol string // "N.C." where a chord ends and none follows at once
}

// ChordChanges returns the changes of the chords, in order. A chord that is struck again does not change.
func (t *Take) ChordChanges() (changes []ChordChange) {
	end, sounds := int64(0), ""
	for _, c := range t.Chords {
		if sounds != "" && c.Frame > end {
			changes = append(changes, ChordChange{end, noChord})
			sounds = ""
		}
		if c.Symbol != sounds {
			changes = append(changes, ChordChange{c.Frame, c.Symbol})
		}
		end, sounds = c.Frame+c.Duration, c.Symbol
	}
	if sounds != "" && end < t.Frames {
		changes = append(changes, ChordChange{end, noChord})
	}
	return changes
}

// Key estimates the key of the melody. It returns false if nothing sounds.
func (t *Take) Key() (Key, bool) {
	var heard [12]float64
	for _, n := range t.Melody {
		heard[n.Pitch%12] += float64(n.Duration)
	}
	return KeyOf(heard)
}

// At returns where a frame sounded, in frames of even time.
func (t *Take) At(frame int64) float64 {
	if frame < 0 || frame >= int64(len(t.Swung)) {
		return float64(frame)
	}
	return float64(frame) + float64(t.Swung[frame])
}

// Bars returns the take's bars.
func (t *Take) Bars() Bars { return Bars{t.Meter, t.Meters} }

// BarAt returns the bar that a frame is in.
func (t *Take) BarAt(frame int64) Bar { return t.Bars().At(frame) }

// ClickBeats replaces the take's clicks by one on every beat.
func (t *Take) ClickBeats(velocity uint8) {
	t.Click = nil
	for bar := t.BarAt(0); bar.Frame < t.Frames; bar = t.BarAt(bar.End) {
		for frame := bar.Frame; frame < min(bar.End, t.Frames); frame += bar.Meter.Beat() {
			if frame >= 0 { // the bar of a pickup begins before frame 0
				pitch, velocity := clickOf(bar.Meter.Accent(frame-bar.Frame), velocity)
				t.Click = append(t.Click, TakeNote{Frame: frame, Pitch: pitch, Duration: 1, Velocity: velocity})
			}
		}
	}
}
