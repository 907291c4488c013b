package jam

import "time"

// PulsesPerFrame is the number of MIDI clock pulses in a frame: there are 24 in a quarter note.
const PulsesPerFrame = 24 / FramesPerBeat

// The messages of a MIDI clock. Each is one status byte, followed by two data bytes for ClockPosition.
const (
	ClockPosition = 0xF2 // song position: where the next Continue starts
	ClockPulse    = 0xF8
	ClockStart    = 0xFA // the next pulse is the line of frame 0
	ClockContinue = 0xFB
	ClockStop     = 0xFC
)

// maxSongPosition is the last frame that a song position can express: 17 minutes at 240 BPM.
const maxSongPosition = 1<<14 - 1

// SongPosition returns the message for a frame, with the seven low bits first. A song position counts sixteenth notes, which are
// frames. A frame out of range becomes the nearest in range.
func SongPosition(frame int64) (status, data1, data2 byte) {
	frame = min(max(frame, 0), maxSongPosition)
	return ClockPosition, byte(frame & 0x7F), byte(frame >> 7)
}

// SongFrame returns the frame in the data bytes of a song position.
func SongFrame(data1, data2 byte) int64 { return int64(data2&0x7F)<<7 | int64(data1&0x7F) }

// Pulse returns the time of a pulse of the grid's clock. Pulse 0 is at the line of frame 0.
func (g *Grid) Pulse(n int64) time.Duration { return g.At(float64(n) / PulsesPerFrame) }
