package midiio

import (
	"cmp"

	"jamd/jam"
	"jamd/midi"
)

// readTrack reads the events of a track into t. It stops at the first fault that it cannot skip, and warns.
func (r *songReader) readTrack(t *songTrack) {
	var tick int64
	defer func() { t.end = max(t.end, tick) }()
	defer recoverProblem(func(problem *FileError) {
		r.warn(problem.Offset, "%s: the events before it are read", problem.Problem)
	})
	var status byte // running status; meta events and SysEx do not end it, because some programs write such files
	for r.at < r.end {
		tick += r.varint()
		start := r.at
		b := r.byte()
		switch {
		case b == 0xFF:
			if kind := r.byte(); r.meta(t, tick, kind, r.take(r.varint())) {
				return
			}
			continue
		case b == 0xF0 || b == 0xF7:
			r.take(r.varint())
			continue
		case b > 0xF0:
			r.warn(start, "track %d: byte 0x%02X cannot stand in a MIDI file: skipped", r.track, b)
			r.take(systemDataBytes(b))
			continue
		case b >= 0x80:
			status = b
			b = r.byte()
		case status == 0:
			r.fail(start, "track %d: data byte 0x%02X without a status before it", r.track, b)
		}
		first, second := b, byte(0)
		if midi.DataBytes(status) == 2 {
			second = r.value()
		}
		if first > 0x7F {
			r.warn(start, "track %d: an event for number %d, and 127 is the highest: skipped", r.track, first)
			continue
		}
		switch status & 0xF0 {
		case midi.NoteOn:
			r.note(t, songNote{tick, status & 0x0F, first, second})
		case midi.NoteOff:
			r.note(t, songNote{tick, status & 0x0F, first, 0})
		case programChange:
			program := &t.programs[status&0x0F]
			*program = cmp.Or(*program, first+1)
		}
	}
}

const programChange = 0xC0

// systemDataBytes returns the number of data bytes of a system message other than SysEx. Files should not contain such messages.
func systemDataBytes(status byte) int64 {
	switch status {
	case 0xF1, 0xF3:
		return 1
	case 0xF2:
		return 2
	}
	return 0
}

// value reads a data byte. If it is above 127, value warns and returns 127.
func (r *songReader) value() byte {
	b := r.byte()
	if b > 0x7F {
		r.warn(r.at-1, "track %d: a value of %d, and 127 is the highest: read as 127", r.track, b)
	}
	return min(b, 0x7F)
}

func (r *songReader) note(t *songTrack, n songNote) {
	if r.notes++; r.notes > 2*maxFileNotes {
		r.fail(r.at, "more than %d notes", maxFileNotes)
	}
	t.notes = append(t.notes, n)
}

// meta reads a meta event. It reports whether the event ends the track.
func (r *songReader) meta(t *songTrack, tick int64, kind byte, data []byte) (end bool) {
	at := r.at - int64(len(data))
	switch kind {
	case 0x2F:
		return true
	case 0x03:
		t.name = cmp.Or(t.name, decodeText(data))
	case 0x04:
		t.instrument = cmp.Or(t.instrument, decodeText(data))
	case 0x51:
		if len(data) != 3 {
			r.warn(at, "track %d: a tempo of %d bytes instead of 3: skipped", r.track, len(data))
			break
		}
		perQuarter := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
		if perQuarter == 0 {
			r.warn(at, "track %d: a tempo of 0 microseconds to the quarter note: skipped", r.track)
			break
		}
		c := songTempo{r.track - 1, tick, 60e6 / float64(perQuarter)}
		if bpm := c.played(); bpm != c.bpm {
			r.warn(at, "track %d: a tempo of %.4g BPM, which jamd plays at %g", r.track, c.bpm, bpm)
		}
		r.song.tempos = append(r.song.tempos, c)
	case 0x58:
		if len(data) < 2 || data[0] == 0 || data[1] > 6 {
			r.warn(at, "track %d: a time signature that makes no sense (% X): skipped", r.track, data)
			break
		}
		s := signature{r.track - 1, tick, int(data[0]), 1 << data[1]}
		if m := s.meter(); int(m.Bar())*s.denominator != s.numerator*4*jam.FramesPerBeat {
			r.warn(at, "track %d: a time signature of %d/%d, which jamd counts as %v", r.track, s.numerator, s.denominator, m)
		}
		r.song.signatures = append(r.song.signatures, s)
	}
	return false
}
