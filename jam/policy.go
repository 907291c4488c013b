package jam

import "time"

// A Policy is a learned player of chords or of melodies. It remembers one jam. Only one goroutine at a time may use it.
type Policy interface {
	// Vocabulary returns the chords that the policy's tokens stand for.
	Vocabulary() *Vocabulary
	// Step takes the tokens of frame t-1 (the start tokens for t = 0) and the place of frame t. It returns one logit for each
	// token of frame t: Vocabulary().Logits() of them if the policy plays chords, MelodyLogits if it plays melodies. The slice
	// belongs to the policy and is valid until the next call.
	Step(chord ChordToken, melody MelodyToken, place BarPlace) ([]float32, error)
	// Reset forgets the jam.
	Reset()
}

// An Output sends channel messages to a port: a synth, a DAW, a file. The loop calls Send on its own thread, at the line. Send
// may take a mutex that other senders hold for the time of one message. It must wait for nothing else.
type Output interface {
	Send(status, data1, data2 byte) error
}

// An Event is a channel message from the player, stamped on arrival.
type Event struct {
	At                   time.Duration // on the jam's monotonic clock
	Status, Data1, Data2 byte
}
