package midiio

import (
	"time"

	"jamd/midi"
)

// silencers are the controllers that end the sound of a channel, in the order of sending.
var silencers = [...]byte{midi.SustainPedal, midi.AllNotesOff, midi.AllSoundOff}

// Silence ends every note. It sends a note off for each note on in the ledger, and then pedal up, all notes off and all sound off
// on each channel that was used. It sends all of them even if some fail, and returns the first error.
func (o *Out) Silence() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	return o.silence()
}

func (o *Out) silence() error {
	var first error
	for c := range o.sounding {
		for pitch := range o.sounding[c] {
			// range reads the count once: a send that fails leaves its note in the ledger.
			for range o.sounding[c][pitch] {
				first = orElse(first, o.send(midi.NoteOff|byte(c), byte(pitch), 0))
			}
		}
	}
	for c, used := range o.used {
		if used {
			first = orElse(first, o.silenceChannel(byte(c)))
		}
	}
	return first
}

func (o *Out) silenceChannel(channel byte) error {
	var first error
	for _, controller := range silencers {
		first = orElse(first, o.send(midi.ControlChange|channel, controller, 0))
	}
	return first
}

// Sweep pauses for sweepPause after every sweepBurst messages. On ALSA a receiving program has room for 200 messages, and loses
// all of them if more arrive.
const (
	sweepBurst = 64
	sweepPause = 15 * time.Millisecond
)

// Sweep ends the notes that a killed process may have left sounding on the given channels (0 to 15). It sends pedal up, all notes
// off and all sound off, and a note off for each of the 128 pitches, because many synths ignore all notes off. It takes 30 ms a
// channel, so call it before a jam and not during one.
func (o *Out) Sweep(channels ...byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	var first error
	for _, c := range channels {
		first = orElse(first, o.silenceChannel(c&0x0F))
		for pitch := range byte(128) {
			first = orElse(first, o.send(midi.NoteOff|c&0x0F, pitch, 0))
			if (pitch+1)%sweepBurst == 0 {
				time.Sleep(sweepPause)
			}
		}
	}
	return first
}
