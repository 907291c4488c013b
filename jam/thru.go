package jam

import (
	"sync"
	"sync/atomic"
)

const polyPressure = 0xA0 // pressure of one key

// A transposer transposes the notes of a keyboard. Releasing a key ends the note that the key began, whatever was set in between.
type transposer struct {
	by    int8             // semitones
	moved [16][128]keyDown // by channel and key
}

// A keyDown is 1 + the pitch that a key began, or 0 for none.
type keyDown uint8

// sounding returns the event as it sounds. ok is false for a note that would be outside MIDI's pitches, and for the release of a
// key that began no note.
func (t *transposer) sounding(e Event) (Event, bool) {
	kind := e.Status & 0xF0
	if kind < noteOff || kind > polyPressure || e.Data1 > 127 {
		return e, true
	}
	key := &t.moved[e.Status&0x0F][e.Data1]
	if kind == noteOn && e.Data2 > 0 {
		pitch := int(e.Data1) + int(t.by)
		if *key = 0; pitch >= 0 && pitch <= 127 {
			*key = keyDown(pitch + 1)
		}
	}
	if *key == 0 {
		return e, false
	}
	e.Data1 = uint8(*key - 1)
	if kind == noteOff || kind == noteOn && e.Data2 == 0 {
		*key = 0
	}
	return e, true
}

// A Thru passes the player's messages on to an output, transposed. It is safe for concurrent use, because a keyboard and the page
// may play at the same time.
type Thru struct {
	output Output
	by     atomic.Int32

	mu   sync.Mutex // held while a message is sent, so that the notes of one key go out in order
	keys transposer
}

// NewThru makes a Thru to an output.
func NewThru(out Output, semitones int8) *Thru {
	t := &Thru{output: out}
	t.Transpose(semitones)
	return t
}

// Transpose transposes what is played from now on. Notes that sound end as they began.
func (t *Thru) Transpose(semitones int8) { t.by.Store(int32(semitones)) }

// Send passes an event on. It returns the output's error.
func (t *Thru) Send(e Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys.by = int8(t.by.Load())
	e, ok := t.keys.sounding(e)
	if !ok {
		return nil
	}
	return t.output.Send(e.Status, e.Data1, e.Data2)
}
