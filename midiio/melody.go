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

// A Note is a note of a file, between the lines of the grid where it was played there.
type Note struct {
	Start, End float64 // in frames from the beginning, End > Start
	Pitch      uint8
	Velocity   uint8 // 1 to 127
}

// A Melody is the tune of a MIDI file.
type Melody struct {
	Name   string            // of its track, or else of the file
	Notes  []Note            // by start
	Tempo  []jam.TempoChange // ascending, the first at frame 0; each within what jam plays, the nearest where the file's was not
	Meter  jam.Meter         // that it begins with, see meters
	Meters []jam.MeterChange // ascending
}

// drums is the channel of General MIDI's percussion, from 0.
const drums = 9

// ReadFile reads the melody of a Standard MIDI File (format 0 or 1, at most 64 MiB). It is the track named MELODY, else one
// with a name that sounds like it, else the first with notes that are not drums; of a track with several channels
// the lowest that is not drums. Tracks named CHORD... are left out unless there is nothing else.
// Whatever is wrong with the file is a *FileError with the byte offset; a file that cannot be opened is an fs error.
func ReadFile(path string) (Melody, error) {
	data, err := readBounded(path)
	if err != nil {
		return Melody{}, err
	}
	return Read(path, data)
}

// Read is ReadFile for a file that is in memory already; path is only said in errors.
func Read(path string, data []byte) (Melody, error) {
	s, err := parseSong(path, data)
	if err != nil {
		return Melody{}, err
	}
	fail := func(format string, args ...any) (Melody, error) {
		return Melody{}, &FileError{Path: path, Offset: int64(len(data)), Problem: fmt.Sprintf(format, args...)}
	}
	t, channel, ok := s.melodyTrack()
	if !ok {
		return fail("the file has no notes to play (drums do not count)")
	}
	m := Melody{Name: t.name, Notes: s.notes(t, channel), Tempo: s.tempoMap()}
	m.Meter, m.Meters = s.meters()
	if m.Name == "" {
		m.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if last := m.Frames(); last > maxFrames {
		return fail("the last note ends at beat %d: a tune has at most %d", last/jam.FramesPerBeat, maxFrames/jam.FramesPerBeat)
	}
	return m, nil
}

// melodyNames are parts of track names that mean a melody, the surest first.
var melodyNames = []string{"melody", "melodie", "vocal", "voice", "lead", "tune", "sing"}

// rank orders tracks by how much their name says that they are the melody; lower is surer.
func (t *songTrack) rank() int {
	name := strings.ToLower(t.name)
	if name == "melody" {
		return 0
	}
	if strings.HasPrefix(name, "chord") {
		return len(melodyNames) + 2
	}
	for i, part := range melodyNames {
		if strings.Contains(name, part) {
			return 1 + i
		}
	}
	return len(melodyNames) + 1
}

// melodyTrack finds the melody's track and channel.
func (s *song) melodyTrack() (best *songTrack, channel uint8, ok bool) {
	for i := range s.tracks {
		t := &s.tracks[i]
		lowest := uint8(drums)
		for _, n := range t.notes {
			if n.velocity > 0 && n.channel != drums && (lowest == drums || n.channel < lowest) {
				lowest = n.channel
			}
		}
		if lowest != drums && (best == nil || t.rank() < best.rank()) {
			best, channel = t, lowest
		}
	}
	return best, channel, best != nil
}

// frame turns ticks into frames: exact for every tick of a tune, as both are far below 2^53.
func (s *song) frame(tick int64) float64 {
	return float64(tick*jam.FramesPerBeat) / float64(s.ticksPerQuarter)
}

// notes pairs the ons and offs of a channel. A note struck again while it sounds ends there; one without an off ends
// with the track; one without length gets a tick.
func (s *song) notes(t *songTrack, channel uint8) []Note {
	type sounding struct {
		tick     int64
		velocity uint8 // 0 where the pitch is silent
	}
	var on [128]sounding
	var notes []Note
	end := func(pitch uint8, tick int64) {
		if b := &on[pitch]; b.velocity > 0 {
			notes = append(notes, Note{s.frame(b.tick), s.frame(max(tick, b.tick+1)), pitch, b.velocity})
			b.velocity = 0
		}
	}
	for _, n := range t.notes {
		if n.channel == channel {
			end(n.pitch, n.tick)
			on[n.pitch] = sounding{n.tick, n.velocity}
		}
	}
	for pitch := range uint8(128) {
		end(pitch, t.end)
	}
	slices.SortStableFunc(notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pitch, b.Pitch))
	})
	return notes
}

// tempoMap puts the tempo changes on the grid. Of several in one frame the last counts. Without any it is 120 BPM.
func (s *song) tempoMap() []jam.TempoChange {
	changes := slices.Clone(s.tempos)
	slices.SortStableFunc(changes, func(a, b songTempo) int { return cmp.Compare(a.tick, b.tick) })
	tempo := []jam.TempoChange{{Frame: 0, BPM: 120}}
	for _, c := range changes {
		last := &tempo[len(tempo)-1]
		frame := int64(math.Round(s.frame(c.tick)))
		bpm := min(max(c.bpm, jam.MinTempo), jam.MaxTempo)
		switch {
		case frame == last.Frame:
			last.BPM = bpm
		case bpm != last.BPM:
			tempo = append(tempo, jam.TempoChange{Frame: frame, BPM: bpm})
		}
	}
	return tempo
}

// meters are the first time signature, 4/4 without one, and the later ones that change the meter or move the bar lines. A bar
// begins with each; of two at once the first counts.
func (s *song) meters() (first jam.Meter, changes []jam.MeterChange) {
	if len(s.signatures) == 0 {
		return jam.Quarters(4), nil
	}
	signatures := slices.Clone(s.signatures)
	slices.SortStableFunc(signatures, func(a, b signature) int { return cmp.Compare(a.tick, b.tick) })
	last := jam.MeterChange{Meter: signatures[0].meter()}
	first = last.Meter
	for _, signature := range signatures {
		next := jam.MeterChange{Frame: int64(math.Round(s.frame(signature.tick))), Meter: signature.meter()}
		if again := next.Meter == last.Meter && (next.Frame-last.Frame)%last.Meter.Bar() == 0; !again && next.Frame > last.Frame {
			last = next
			changes = append(changes, next)
		}
	}
	return first, changes
}

// meter is the signature's, 4/4 for an outlandish one. One that jamd does not play is taken in quarter notes, and where a
// bar has no whole number of them as many bars as have one: 3/4 for 3/8, 7/4 for 7/8.
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

// Frames is the number of frames until the last note has ended.
func (m *Melody) Frames() int64 {
	var end float64
	for _, n := range m.Notes {
		end = max(end, n.End)
	}
	return int64(math.Ceil(end))
}

// At is the melody at another tempo, the same throughout, in quarter notes a minute.
func (m *Melody) At(bpm float64) Melody {
	other := *m
	other.Tempo = []jam.TempoChange{{Frame: 0, BPM: bpm}}
	return other
}

// Tune is the melody as if it were played, for jam.Accompany or a player of its events: note ons and offs on channel 1 in
// the order of their times on the grid of its tempo. At the same time offs come before ons.
// It is an error where At was asked for a tempo that jam does not play.
func (m *Melody) Tune() (jam.Tune, error) {
	grid, err := jam.NewTuneGrid(m.Tempo)
	if err != nil {
		return jam.Tune{}, fmt.Errorf("melody %q: %w", m.Name, err)
	}
	events := make([]jam.Event, 0, 2*len(m.Notes))
	for _, n := range m.Notes {
		events = append(events,
			jam.Event{At: grid.At(n.Start), Status: noteOn, Data1: n.Pitch, Data2: n.Velocity},
			jam.Event{At: grid.At(n.End), Status: noteOff, Data1: n.Pitch})
	}
	slices.SortStableFunc(events, func(a, b jam.Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Status, b.Status))
	})
	return jam.Tune{Name: m.Name, Tempo: m.Tempo, Meter: m.Meter, Meters: m.Meters, Events: events}, nil
}
