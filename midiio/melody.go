package midiio

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"jamd/jam"
)

// A Note is a note of a file. It may begin and end between the lines of the grid.
type Note struct {
	Start, End float64 // in frames from the beginning, End > Start
	Pitch      uint8
	Velocity   uint8 // 1 to 127
}

// A Melody is the melody of a MIDI file: one of its parts, with the file's tempi and meters.
type Melody struct {
	Title    string            // of the song: what the file calls it, or the file's own name
	Part     Part              // that was taken
	Why      string            // it was taken, in a few words
	Parts    []Part            // all that the file has
	Notes    []Note            // by start
	Tempo    []jam.TempoChange // ascending, the first at frame 0; each within what jamd plays, the nearest if the file's is not
	Meter    jam.Meter         // of the beginning, see meters
	Meters   []jam.MeterChange // ascending
	Warnings []Warning         // of what was wrong in the file
}

// ReadFile reads the melody of a Standard MIDI File of at most 64 MiB. The part asked for is taken: a number or a name, see
// [Part]. If asked is "", it is the part whose name says so (see [rankName]), or else the one whose notes move most like
// a melody. What is wrong in the file and does not hinder the reading is in Warnings; any other problem is a *FileError
// with the byte offset. A file that cannot be opened is an fs error.
func ReadFile(path, asked string) (Melody, error) {
	data, err := readBounded(path)
	if err != nil {
		return Melody{}, err
	}
	return Read(path, data, asked)
}

// Read is ReadFile for a file that is in memory already; path is for messages and, without its folder, for the title.
func Read(path string, data []byte, asked string) (Melody, error) {
	s, err := parseSong(path, data)
	if err != nil {
		return Melody{}, err
	}
	parts := s.parts()
	chosen, why, err := chooseMelody(parts, asked)
	if err != nil {
		problem := &FileError{Path: path, Offset: int64(len(data)), Problem: err.Error()}
		if len(s.warnings) > 0 && len(parts) == 0 { // which is why there are none
			problem.Offset = s.warnings[0].Offset
			problem.Problem += ": " + s.warnings[0].Text
		}
		return Melody{}, problem
	}
	s.keepTrack(chosen.track)
	m := Melody{Title: s.title(), Part: *chosen, Why: why, Parts: parts, Notes: chosen.played, Tempo: s.tempoMap(), Warnings: s.warnings}
	m.Meter, m.Meters = s.meters()
	if m.Title == "" {
		m.Title = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if last := m.Frames(); last > maxFrames {
		return Melody{}, &FileError{Path: path, Offset: int64(len(data)), Problem: fmt.Sprintf(
			"the last note ends at beat %d: a tune has at most %d", last/jam.FramesPerBeat, maxFrames/jam.FramesPerBeat)}
	}
	return m, nil
}

// title is the song's: the name of the file's only track, or of a first track without notes. "" if that is no title.
func (s *song) title() string {
	if first := &s.tracks[0]; (len(s.tracks) == 1 || len(first.notes) == 0) && isTitle(first.name) {
		return first.name
	}
	return ""
}

// keepTrack leaves a song of format 2, whose tracks are tunes of their own, the tempi and time signatures of one track.
func (s *song) keepTrack(track int) {
	if s.format != 2 {
		return
	}
	s.tempos = slices.DeleteFunc(s.tempos, func(c songTempo) bool { return c.track != track })
	s.signatures = slices.DeleteFunc(s.signatures, func(c signature) bool { return c.track != track })
}

// frame converts ticks to frames. It is exact for every tick of a tune, as all numbers are far below 2^53.
func (s *song) frame(tick int64) float64 {
	return float64(tick*jam.FramesPerBeat) / float64(s.ticksPerQuarter)
}

// nearest is the frame whose line is nearest to a tick.
func (s *song) nearest(tick int64) int64 { return int64(math.Round(s.frame(tick))) }

// notes pairs the ons and offs of channels of a track. A note struck again while it sounds ends there; one without an off
// ends with the track; one without length gets a tick.
func (s *song) notes(t *songTrack, channels []uint8) []Note {
	type sounding struct {
		tick     int64
		velocity uint8 // 0 while the pitch is silent
	}
	var on [16][128]sounding
	var notes []Note
	end := func(channel, pitch uint8, tick int64) {
		if b := &on[channel][pitch]; b.velocity > 0 {
			notes = append(notes, Note{s.frame(b.tick), s.frame(max(tick, b.tick+1)), pitch, b.velocity})
			b.velocity = 0
		}
	}
	for _, n := range t.notes {
		if slices.Contains(channels, n.channel) {
			end(n.channel, n.pitch, n.tick)
			on[n.channel][n.pitch] = sounding{n.tick, n.velocity}
		}
	}
	for _, channel := range channels {
		for pitch := range uint8(128) {
			end(channel, pitch, t.end)
		}
	}
	slices.SortStableFunc(notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pitch, b.Pitch))
	})
	return notes
}

// played is the tempo, or the nearest that jamd plays.
func (c songTempo) played() float64 { return min(max(c.bpm, jam.MinTempo), jam.MaxTempo) }

// tempoMap puts the tempo changes on the grid. Of several in one frame the last counts. The format's default is 120 BPM.
func (s *song) tempoMap() []jam.TempoChange {
	changes := slices.Clone(s.tempos)
	slices.SortStableFunc(changes, func(a, b songTempo) int { return cmp.Compare(a.tick, b.tick) })
	tempo := []jam.TempoChange{{Frame: 0, BPM: 120}}
	for _, c := range changes {
		last := &tempo[len(tempo)-1]
		frame := s.nearest(c.tick)
		bpm := c.played()
		switch {
		case frame == last.Frame:
			last.BPM = bpm
		case bpm != last.BPM:
			tempo = append(tempo, jam.TempoChange{Frame: frame, BPM: bpm})
		}
	}
	return tempo
}

// meters returns the meter at the beginning, 4/4 until the first time signature, and the later time signatures that change
// the meter or move the bar lines. A bar begins with each; of two at once the first counts.
func (s *song) meters() (first jam.Meter, changes []jam.MeterChange) {
	signatures := slices.Clone(s.signatures)
	slices.SortStableFunc(signatures, func(a, b signature) int { return cmp.Compare(a.tick, b.tick) })
	first = jam.Quarters(4)
	if len(signatures) > 0 && s.nearest(signatures[0].tick) == 0 {
		first = signatures[0].meter()
	}
	last := jam.MeterChange{Meter: first}
	for _, signature := range signatures {
		next := jam.MeterChange{Frame: s.nearest(signature.tick), Meter: signature.meter()}
		if again := next.Meter == last.Meter && (next.Frame-last.Frame)%last.Meter.Bar() == 0; !again && next.Frame > last.Frame {
			last = next
			changes = append(changes, next)
		}
	}
	return first, changes
}

// meter returns the signature's meter. A meter that jamd does not play is counted in quarter notes; if a bar is no whole
// number of them, several bars become one: two of 3/8 are 3/4, and two of 7/8 are 7/4. What is still out of range is 4/4.
func (s signature) meter() jam.Meter {
	if m, err := jam.ParseMeter(fmt.Sprintf("%d/%d", s.numerator, s.denominator)); err == nil {
		return m
	}
	beats, bars := 4*s.numerator, s.denominator
	for bars > 1 && beats%2 == 0 {
		beats, bars = beats/2, bars/2
	}
	if m := jam.Quarters(beats); m.Check() == nil {
		return m
	}
	return jam.Quarters(4)
}

// Frames is the number of frames up to the end of the last note.
func (m *Melody) Frames() int64 {
	var end float64
	for _, n := range m.Notes {
		end = max(end, n.End)
	}
	return int64(math.Ceil(end))
}

// Bars are the melody's bars.
func (m *Melody) Bars() jam.Bars { return jam.Bars{Meter: m.Meter, Changes: m.Meters} }

// At returns the melody at one tempo throughout, in quarter notes a minute.
func (m *Melody) At(bpm float64) Melody {
	other := *m
	other.Tempo = []jam.TempoChange{{Frame: 0, BPM: bpm}}
	return other
}

// Cues are the messages that play the melody on channel 1, in order. At the same position offs come before ons.
func (m *Melody) Cues() []jam.Cue {
	cues := make([]jam.Cue, 0, 2*len(m.Notes))
	for _, n := range m.Notes {
		cues = append(cues, jam.Cue{Position: n.Start, Status: noteOn, Data1: n.Pitch, Data2: n.Velocity},
			jam.Cue{Position: n.End, Status: noteOff, Data1: n.Pitch})
	}
	slices.SortStableFunc(cues, func(a, b jam.Cue) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Status, b.Status))
	})
	return cues
}

// Tune is the melody as if it were played, for jam.Accompany: its cues at their times on the grid of its tempo.
// It is an error if At was asked for a tempo that jamd does not play.
func (m *Melody) Tune() (jam.Tune, error) {
	grid, err := jam.NewTuneGrid(m.Tempo)
	if err != nil {
		return jam.Tune{}, fmt.Errorf("melody %q: %w", m.Title, err)
	}
	cues := m.Cues()
	events := make([]jam.Event, len(cues))
	for i, c := range cues {
		events[i] = jam.Event{At: grid.At(c.Position), Status: c.Status, Data1: c.Data1, Data2: c.Data2}
	}
	return jam.Tune{Name: m.Title, Tempo: m.Tempo, Meter: m.Meter, Meters: m.Meters, Events: events}, nil
}
