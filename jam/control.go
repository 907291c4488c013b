package jam

import "time"

// A Param is something of a jam that can be set while it is under way.
type Param uint8

// A Control sets a Param, from the next frame on.
type Control struct {
	At     time.Duration // when it was asked for, on the jam's clock
	Param  Param
	Value  float64 // in the Param's unit; of a list, the number of its entry from 0; of a switch, 0 or 1
	Text   string  // of a Param that is text: the name of a policy
	Policy Policy  // with ParamPolicy: loaded and warm, the loop's from now on
}

// An Applied is a Control that holds from a frame on.
type Applied struct {
	Frame int64
	Control
}

// A Heard is an event of the player's, and the frame before whose decision the loop took it; UnknownFrame where nobody said.
// An event of status 0 is no message: there the loop let go what Data1 says.
type Heard struct {
	Frame int64
	Event
}

// UnknownFrame is the frame of an event that was not noted when it was taken.
const UnknownFrame int64 = -1

// What the loop let go: Data1 of an event of status 0.
const (
	MelodyLetGo byte = iota // Engine.Resync: messages were lost, or the machine stood still for long
	ChordLetGo              // Engine.LetGo, in the frame
)

// A Segment is a stretch of the grid: from a frame on, whose line is at a time, at a tempo.
type Segment struct {
	Frame int64
	At    time.Duration
	BPM   float64 // quarter notes a minute
}
