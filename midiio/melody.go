package midiio

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"jamd/jam"
	"jamd/midi"
)

// A Note is a note of a file. It may begin and end between two lines of the grid.
type Note struct {
	Start, End float64 // in frames from the start of the file; End > Start
	Pitch      uint8
	Velocity   uint8 // 1 to 127
}

// A Melody is the melody of a MIDI file: one of the file's parts, with the file's tempi and meters.
type Melody struct {
	Title    string            // name of the song in the file, or else the file's name
	Part     Part              // the part that is the melody
	Why      string            // why Part is the melody, in a few words
	Parts    []Part            // all parts of the file that have notes
	Notes    []Note            // in order of Start
	Tempo    []jam.TempoChange // ascending, the first at frame 0; a tempo that jamd cannot play is replaced by the nearest that it can
	Meter    jam.Meter         // at frame 0; see song.meters
	Meters   []jam.MeterChange // ascending
	Warnings []Warning         // faults of the file that did not stop the reader
}

// ReadFile reads the melody of a Standard MIDI File of at most 64 MiB. asked is the number or name of the part to read, see
// [Part]. If it is "", ReadFile chooses the part whose name says that it is the melody (see [rankName]), or else the one whose
// notes move most like a melody. Faults that the reader can skip are in Warnings; any other is a *FileError with the byte offset.
// If the file cannot be opened, the error wraps that of the file system.
func ReadFile(path, asked string) (Melody, error) {
	data, err := readBounded(path)
	if err != nil {
		return Melody{}, err
	}
	return Read(path, data, asked)
}

// Read does the same as ReadFile for a file in memory. path appears in messages; its last part is the title if the file has none.
func Read(path string, data []byte, asked string) (Melody, error) {
	s, err := parseSong(path, data)
	if err != nil {
		return Melody{}, err
	}
	parts := s.parts()
	chosen, why, err := chooseMelody(parts, asked)
	if err != nil {
		problem := &FileError{Path: path, Offset: int64(len(data)), Problem: err.Error()}
		if len(s.warnings) > 0 && len(parts) == 0 { // the faults may be the reason that there are no parts
			problem.Offset = s.warnings[0].Offset
			problem.Problem += ": " + s.warnings[0].Text
		}
		return Melody{}, problem
	}
	s.dropOtherTracks(chosen.track)
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

// title returns the name of the file's only track, or of a first track without notes, if it is the title of a song. Otherwise it
// returns "".
func (s *song) title() string {
	if first := &s.tracks[0]; (len(s.tracks) == 1 || len(first.notes) == 0) && isTitle(first.name) {
		return first.name
	}
	return ""
}

// dropOtherTracks removes the tempi and time signatures of all tracks but one from a song of format 2. The tracks of that format
// are separate tunes.
func (s *song) dropOtherTracks(track int) {
	if s.format != 2 {
		return
	}
	s.tempos = slices.DeleteFunc(s.tempos, func(c songTempo) bool { return c.track != track })
	s.signatures = slices.DeleteFunc(s.signatures, func(c signature) bool { return c.track != track })
}

// frame converts ticks to frames. The result is exact for every tick of a tune, because all numbers are far below 2^53; with
// SMPTE time it is rounded.
func (s *song) frame(tick int64) float64 {
	if s.stretches != nil {
		return s.smpteFrame(tick)
	}
	return float64(tick*jam.FramesPerBeat) / float64(s.division)
}

// nearest returns the frame whose line is nearest to a tick.
func (s *song) nearest(tick int64) int64 { return int64(math.Round(s.frame(tick))) }

// notes pairs the note ons and offs of some channels of a track. A note on for a pitch that sounds ends the earlier note. A note
// without a note off ends with the track. A note without length becomes one tick long.
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

// played returns the tempo, limited to the range that jamd can play.
func (c songTempo) played() float64 { return min(max(c.bpm, jam.MinTempo), jam.MaxTempo) }

// tempoMap puts the tempo changes on the grid. If several are in one frame, the last counts. Without any, the tempo is 120 BPM,
// as the format says.
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

// meters returns the meter at frame 0, which is 4/4 unless a time signature is there, and the later time signatures that change
// the meter or move the bar lines. Each of them begins a bar. If two are in one frame, the first counts. A
// first bar that is shorter than the second is a pickup: the music begins within a bar of the second's meter.
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
	if meter := (jam.Bars{Meter: first, Changes: changes}).Pickup(); meter != (jam.Meter{}) {
		first, changes[0] = meter, jam.MeterChange{Meter: meter, Into: meter.Bar() - changes[0].Frame}
	}
	return first, changes
}

// meter returns the signature's meter. If jamd cannot play it, it is counted in quarter notes. If a bar is not a whole number of
// them, several bars become one: eight bars of 7/32 become 7/4. If the result is still out of range, it is 4/4. The groups of the
// meter are the usual ones, because a file has none.
func (s signature) meter() jam.Meter {
	if m, err := jam.ParseMeter(fmt.Sprintf("%d/%d", s.numerator, s.denominator)); err == nil {
		return m
	}
	beats, bars := 4*s.numerator, s.denominator
	for bars > 1 && beats%2 == 0 {
		beats, bars = beats/2, bars/2
	}
	if m, err := jam.ParseMeter(fmt.Sprintf("%d/4", beats)); err == nil {
		return m
	}
	return jam.Quarters(4)
}

// Frames returns the number of frames up to the end of the last note.
func (m *Melody) Frames() int64 {
	var end float64
	for _, n := range m.Notes {
		end = max(end, n.End)
	}
	return int64(math.Ceil(end))
}

// Bars returns the melody's bars.
func (m *Melody) Bars() jam.Bars { return jam.Bars{Meter: m.Meter, Changes: m.Meters} }

// At returns the melody at one constant tempo, in quarter notes a minute.
func (m *Melody) At(bpm float64) Melody {
	other := *m
	other.Tempo = []jam.TempoChange{{Frame: 0, BPM: bpm}}
	return other
}

// Cues returns the messages that play the melody on channel 1, in order. At equal positions, note offs come before note ons.
func (m *Melody) Cues() []jam.Cue {
	cues := make([]jam.Cue, 0, 2*len(m.Notes))
	for _, n := range m.Notes {
		cues = append(cues, jam.Cue{Position: n.Start, Status: midi.NoteOn, Data1: n.Pitch, Data2: n.Velocity},
			jam.Cue{Position: n.End, Status: midi.NoteOff, Data1: n.Pitch})
	}
	slices.SortStableFunc(cues, func(a, b jam.Cue) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Status, b.Status))
	})
	return cues
}

// Tune returns the melody as a tune for jam.Accompany: its messages with their times at the melody's tempi. It returns an error
// if At was called with a tempo that jamd cannot play.
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
