package midiio

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"gitlab.com/gomidi/midi/v2"
	"gitlab.com/gomidi/midi/v2/smf"

	"jamd/jam"
)

const (
	ticksPerQuarter = 480
	ticksPerFrame   = ticksPerQuarter / jam.FramesPerBeat

	melodyChannel, chordChannel, bassChannel, clickChannel = 0, 1, 2, 9

	// The velocities of notes that have none. Sustained chords are softer than the melody.
	melodyVelocity, chordVelocity, clickVelocity = 90, 68, 100
)

// WriteTake writes a take as a Standard MIDI File of format 1 with 480 ticks to the quarter note. Its tracks are:
//
//   - the take's name, tempi and time signatures
//   - "Melody" on channel 1
//   - "Chords" on channel 2, as their style played them, or sustained if the take does not have that
//   - "Bass" on channel 3, if there is any
//   - "Click" on channel 10, General MIDI's percussion, if there is any
//
// Swung frames have the times at which they sounded.
//
// Each chord symbol is written twice: as a text event with the chord's notes, because programs that read files look there, and as
// a marker in the first track, because DAWs show markers on their time line and hide text events. Tempi are exact to the
// microsecond per quarter note. If WriteTake returns an error about the take, it has written nothing.
func WriteTake(w io.Writer, take jam.Take) error {
	if err := checkTake(take); err != nil {
		return fmt.Errorf("take %q cannot be written as MIDI: %w", take.Name, err)
	}
	end := take.Frames
	var conductor, melody, chords, bass, click track
	conductor.add(0, meta, smf.MetaTrackSequenceName(take.Name))
	conductor.signatures(&take)
	for _, c := range take.Tempo {
		conductor.add(c.Frame, meta, smf.MetaTempo(c.BPM))
	}
	melody.add(0, meta, smf.MetaTrackSequenceName("Melody"))
	end = max(end, melody.notes(take.Melody, melodyChannel, melodyVelocity))
	chords.add(0, meta, smf.MetaTrackSequenceName("Chords"))
	styled := len(take.Upper)+len(take.Bass) > 0
	for _, c := range take.Chords {
		conductor.add(c.Frame, text, smf.MetaMarker(c.Symbol))
		chords.add(c.Frame, text, smf.MetaText(c.Symbol))
		for _, pitch := range c.Pitches {
			if !styled {
				chords.note(c.Frame, c.Duration, chordChannel, pitch, chordVelocity)
			}
		}
		end = max(end, c.Frame+c.Duration)
	}
	end = max(end, chords.notes(take.Upper, chordChannel, chordVelocity))
	bass.add(0, meta, smf.MetaTrackSequenceName("Bass"))
	end = max(end, bass.notes(take.Bass, bassChannel, chordVelocity))
	click.add(0, meta, smf.MetaTrackSequenceName("Click"))
	end = max(end, click.notes(take.Click, clickChannel, clickVelocity))

	file := smf.NewSMF1()
	file.TimeFormat = smf.MetricTicks(ticksPerQuarter)
	file.NoRunningStatus = true // some programs forget the running status at a text event
	tracks := []*track{&conductor, &melody, &chords}
	if len(take.Bass) > 0 {
		tracks = append(tracks, &bass)
	}
	if len(take.Click) > 0 {
		tracks = append(tracks, &click)
	}
	for _, t := range tracks {
		if t != &conductor { // tempi and time signatures are of even time
			t.swing(&take)
		}
		if err := file.Add(t.smf(end)); err != nil {
			return fmt.Errorf("take %q: %w", take.Name, err)
		}
	}
	var b bytes.Buffer // the library drops the errors of its writer
	if _, err := file.WriteTo(&b); err != nil {
		return fmt.Errorf("take %q: %w", take.Name, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("take %q: writing MIDI: %w", take.Name, err)
	}
	return nil
}

// checkTake returns an error if a MIDI file, or a program that reads it, cannot hold the take.
func checkTake(take jam.Take) error {
	if err := take.Meter.Check(); err != nil {
		return err
	}
	if take.Frames < 0 || take.Frames > maxTakeFrames {
		return fmt.Errorf("%d frames", take.Frames)
	}
	for _, c := range take.Meters {
		if err := c.Check(); err != nil || c.Frame < 0 || c.Frame > maxTakeFrames {
			return fmt.Errorf("at frame %d: %w", c.Frame, cmp.Or(err, errors.New("no frame for a change of meter")))
		}
	}
	for _, c := range take.Tempo {
		if err := jam.CheckTempo(c.BPM); err != nil || c.Frame < 0 || c.Frame > maxTakeFrames {
			return fmt.Errorf("at frame %d: %w", c.Frame, cmp.Or(err, errors.New("no frame for a tempo change")))
		}
	}
	for _, n := range slices.Concat(take.Melody, take.Upper, take.Bass, take.Click) {
		if err := checkNote(n.Frame, n.Duration, n.Pitch); err != nil || n.Velocity > 127 {
			return fmt.Errorf("note at frame %d: %w", n.Frame, cmp.Or(err, fmt.Errorf("velocity %d", n.Velocity)))
		}
	}
	for _, c := range take.Chords {
		for _, pitch := range append([]uint8{0}, c.Pitches...) {
			if err := checkNote(c.Frame, c.Duration, pitch); err != nil {
				return fmt.Errorf("chord %s at frame %d: %w", c.Symbol, c.Frame, err)
			}
		}
	}
	return nil
}

// maxTakeFrames keeps every delta time within 28 bits. It is three days at 120 BPM.
const maxTakeFrames = math.MaxInt32 / 8 / ticksPerFrame

func checkNote(frame, duration int64, pitch uint8) error {
	switch {
	case frame < 0 || frame > maxTakeFrames:
		return fmt.Errorf("frame %d", frame)
	case duration < 1 || duration > maxTakeFrames-frame:
		return fmt.Errorf("a duration of %d frames", duration)
	case pitch > 127:
		return fmt.Errorf("pitch %d", pitch)
	}
	return nil
}

// The order of events in one frame: names, tempi and meters; note offs; texts; note ons.
const (
	meta = iota
	off
	text
	on
)

// A track collects events in any order.
type track []trackEvent

type trackEvent struct {
	tick    int64
	order   int
	message []byte
}

func (t *track) add(frame int64, order int, message []byte) {
	*t = append(*t, trackEvent{frame * ticksPerFrame, order, message})
}

// swing moves the events to where their frames sounded.
func (t track) swing(take *jam.Take) {
	for i, e := range t {
		t[i].tick = int64(math.Round(take.At(e.tick/ticksPerFrame) * ticksPerFrame))
	}
}

func (t *track) note(frame, duration int64, channel, pitch, velocity uint8) {
	t.add(frame, on, midi.NoteOn(channel, pitch, velocity))
	t.add(frame+duration, off, midi.NoteOff(channel, pitch))
}

// notes adds notes and returns the end of the last one. A note without a velocity gets the usual one.
func (t *track) notes(notes []jam.TakeNote, channel, usual uint8) (end int64) {
	for _, n := range notes {
		t.note(n.Frame, n.Duration, channel, n.Pitch, cmp.Or(n.Velocity, usual))
		end = max(end, n.Frame+n.Duration)
	}
	return end
}

// smf sorts the events. It ends the track at the frame `end`, or with its last event if that is later.
func (t track) smf(end int64) smf.Track {
	slices.SortStableFunc(t, func(a, b trackEvent) int {
		return cmp.Or(cmp.Compare(a.tick, b.tick), cmp.Compare(a.order, b.order))
	})
	var out smf.Track
	var last int64
	for _, e := range t {
		out.Add(uint32(e.tick-last), e.message)
		last = e.tick
	}
	out.Close(uint32(max(end*ticksPerFrame-last, 0)))
	return out
}
