package midiio

import (
	"gitlab.com/gomidi/midi/v2/smf"

	"jamd/jam"
)

// signatures adds the time signatures of a take. A pickup is a short bar of its own.
func (t *track) signatures(take *jam.Take) {
	changes := take.Meters
	if len(changes) > 0 && changes[0].Frame == 0 {
		changes = changes[1:]
	}
	bar := take.BarAt(0)
	first := bar.Meter
	if bar.Frame < 0 {
		if bar.End%jam.FramesPerBeat == 0 {
			first = jam.Quarters(int(bar.End / jam.FramesPerBeat))
		} // else the next signature cuts a whole bar short
		if len(changes) == 0 || changes[0].Frame > bar.End {
			t.add(bar.End, meta, timeSignature(bar.Meter))
		}
	}
	t.add(0, meta, timeSignature(first))
	for _, c := range changes {
		t.add(c.Frame, meta, timeSignature(c.Meter))
	}
}

// timeSignature returns the event for a meter. Its metronome clicks once a beat: 24 MIDI clocks make a quarter note.
func timeSignature(m jam.Meter) smf.Message {
	const clocksPerFrame = 24 / jam.FramesPerBeat
	return smf.MetaTimeSig(m.Count, m.Unit, uint8(m.Beat()*clocksPerFrame), 8) // 8 thirty-second notes make a quarter note
}
