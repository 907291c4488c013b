package session

import (
	"errors"

	"jamd/jam"
)

// Figures are the measurements of a session. Those of harmony, chords and adaptation are defined as in train's evaluation, so
// that jams can be compared with it.
type Figures struct {
	NoteInChord float64   `json:"note_in_chord"` // share of Harmony; 0 if melody and chords never sounded together
	Harmony     Harmony   `json:"harmony"`
	OverBars    int64     `json:"over_bars"` // length of each element of OverTime, in bars of the first meter
	OverTime    []Stretch `json:"over_time"`
	ChordUse
	Vendi       *float64       `json:"vendi,omitempty"` // Vendi score of the windows; nil without an encoder or without windows
	Windows     int            `json:"vendi_windows"`   // number of windows, each of the encoder's length
	Adaptations []Adaptation   `json:"adaptations"`
	Timing      Timing         `json:"timing"`           // empty for an offline session
	Policies    map[string]int `json:"frames_by_policy"` // by the policy's name, as the player may see it
	Controls    int            `json:"controls"`         // number of settings changed during the jam
	Tempi       int            `json:"tempi"`
	LostLines   Loss           `json:"lost_lines"`          // lines that were never written
	BadLines    []string       `json:"bad_lines,omitempty"` // problems of the first unreadable lines, at most maxBad
	Diversity   *Diversity     `json:"-"`                   // Vendi is computed from it
}

// maxBad is the largest length of Figures.BadLines.
const maxBad = 10

// stretches is the largest length of Figures.OverTime.
const stretches = 250

// Figures reads the log once and returns the session's figures and take. The encoder may be nil.
func (r *Record) Figures(e Encoder) (Figures, jam.Take, error) {
	f := Figures{Policies: map[string]int{}}
	var track Track
	var watch stopwatch
	take := newLoggedTake(&r.Manifest)
	for line, err := range r.Lines() {
		var bad *LineError
		if err != nil && !errors.As(err, &bad) {
			return f, jam.Take{}, err
		}
		if err != nil && len(f.BadLines) < maxBad {
			f.BadLines = append(f.BadLines, err.Error())
		}
		take.add(line.Entry)
		switch entry := line.Entry.(type) {
		case jam.FrameReport:
			track.add(&entry)
			if !r.Manifest.Offline {
				watch.add(&entry)
			}
			if entry.Policy != "" {
				f.Policies[r.shownPolicy(entry.Policy)]++
			}
		case jam.Applied:
			f.Controls++
		case jam.Moved:
			f.Tempi++
		case Remark:
			watch.remark(entry)
		case Loss:
			f.LostLines = f.LostLines.plus(entry)
		case End:
			track.finish(entry.Melody)
		}
	}
	f.Timing = watch.timing()
	sounded := take.take()
	err := f.measure(&track, &sounded, e)
	return f, sounded, err
}

// BeatsToRecover returns the mean over the key changes that had a level to come back to. known is false if there are none.
func (f *Figures) BeatsToRecover() (mean float64, known bool) {
	sum, n := 0, 0
	for _, a := range f.Adaptations {
		if a.Before.Both > 0 {
			sum += a.Beats
			n++
		}
	}
	return float64(sum) / float64(max(n, 1)), n > 0
}

// measure computes the figures of a track, with the bars of its take.
func (f *Figures) measure(t *Track, take *jam.Take, e Encoder) (err error) {
	beats := t.beats()
	for _, b := range beats {
		f.Harmony = f.Harmony.plus(b.Harmony)
	}
	f.NoteInChord, _ = f.Harmony.Share()
	f.OverBars = 1
	bar := take.Meter.Bar()
	for n := int64(len(t.Frames)); n > stretches*bar*f.OverBars; {
		f.OverBars *= 2
	}
	f.OverTime = t.overTime(bar * f.OverBars)
	f.ChordUse = t.chords(take)
	f.Adaptations = adaptations(beats)
	if e == nil {
		return nil
	}
	if f.Diversity, err = t.diversity(e); err != nil {
		return err
	}
	if f.Windows = f.Diversity.Windows; f.Windows > 0 {
		score := f.Diversity.Vendi()
		f.Vendi = &score
	}
	return nil
}
