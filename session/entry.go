package session

import (
	"time"

	"jamd/jam"
)

// An Entry is what one line of events.jsonl says: a [jam.FrameReport], [jam.Heard], [jam.LoopAction], [jam.Applied], [jam.Moved] or
// [jam.MeterChange], as a [jam.Entry] has it; or a [Remark], [Loss], [End] or [Unknown].
type Entry any

// recorded is what a session keeps of a jam's entry; nil of what it does not keep.
func recorded(e *jam.Entry) Entry {
	switch e.Kind {
	case jam.EntryReport:
		return e.Report
	case jam.EntryHeard:
		return e.Heard
	case jam.EntryAction:
		return e.Action
	case jam.EntryApplied:
		return e.Applied
	case jam.EntryMoved:
		return e.Moved
	case jam.EntryMeter:
		return e.Meter
	}
	return nil
}

// A Remark is text about a moment of the jam: the cause of a miss, say.
type Remark struct {
	Frame int64         // that it is about; UnknownFrame where it is about none
	At    time.Duration // on the jam's clock
	From  string        // who says it, in a word
	Text  string        // at most maxText bytes are kept
}

// A Loss is what is missing from the lines before, since the last such line.
type Loss struct {
	Notes   uint64 `json:"notes"`   // of the player's, and other messages
	Frames  uint64 `json:"frames"`  // their reports
	Changes uint64 `json:"changes"` // controls, segments, meters and remarks
}

// An End says how a jam ended. Without it the process was killed, or the disk was full.
type End struct {
	Jam     jam.Summary     `json:"jam"`
	Melody  jam.MelodyToken `json:"melody"`          // of the last frame, which no report holds
	Heard   *PitchClasses   `json:"heard,omitempty"` // of the melody; nil in logs from before it was kept
	Length  time.Duration   `json:"-"`               // from the first line to the end of the last frame
	Written Loss            `json:"written"`
	Lost    Loss            `json:"lost"`
}

// An Unknown is a line of a type that this jamd does not know.
type Unknown struct{ Type string }
