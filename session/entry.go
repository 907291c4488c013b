package session

import (
	"time"

	"jamd/jam"
)

// An Entry is the content of one line of events.jsonl: a [jam.FrameReport], [jam.Input], [jam.LoopAction], [jam.Applied],
// [jam.Moved], [jam.MeterChange] or [jam.Passed], as in a [jam.Entry], or a [Remark], [Loss], [End] or [Unknown].
type Entry any

// recorded returns what a session records of a jam's entry, or nil if it records nothing of it.
func recorded(e *jam.Entry) Entry {
	switch e.Kind {
	case jam.EntryReport:
		return e.Report
	case jam.EntryInput:
		return e.Input
	case jam.EntryAction:
		return e.Action
	case jam.EntryApplied:
		return e.Applied
	case jam.EntryMoved:
		return e.Moved
	case jam.EntryMeter:
		return e.Meter
	case jam.EntryPassed:
		return e.Passed
	}
	return nil
}

// A Remark is a text about a moment of the jam, such as the cause of a miss.
type Remark struct {
	Frame int64         // the frame that the remark is about, or UnknownFrame
	At    time.Duration // on the jam's clock
	From  string        // its source in one word, such as CauseFrom
	Text  string        // cut to maxText bytes
}

// A Loss counts the lines that were lost since the last Loss.
type Loss struct {
	Notes   uint64 `json:"notes"`   // notes and other messages of the player
	Frames  uint64 `json:"frames"`  // frame reports
	Changes uint64 `json:"changes"` // everything else
}

// An End is the last line of a log. It is missing if the process was killed or the disk was full.
type End struct {
	Jam     jam.Summary     `json:"jam"`
	Melody  jam.MelodyToken `json:"melody"`           // token of the last frame, which is in no report
	Heard   *PitchClasses   `json:"heard,omitempty"`  // pitch classes of the melody; nil in older logs, which do not have them
	Length  time.Duration   `json:"-"`                // from the first line to the end of the last frame
	Passed  int64           `json:"passed,omitempty"` // number of jam.Passed lines; Length has their frames, unless the log is of an earlier jamd
	Written Loss            `json:"written"`
	Lost    Loss            `json:"lost"`
}

// An Unknown is a line of a type that this version of jamd does not know.
type Unknown struct{ Type string }
