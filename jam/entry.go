package jam

import (
	"context"
	"sync/atomic"
	"time"
)

// An EntryKind says which field of an [Entry] is set.
type EntryKind uint8

// The kinds of entry.
const (
	EntryReport  EntryKind = iota // a frame was played
	EntryInput                    // the loop took an event from the player
	EntryAction                   // the loop did something between two frames
	EntryApplied                  // a control took effect
	EntryMoved                    // the grid has a new segment
	EntryMeter                    // a bar of another meter begins
	EntryPassed                   // a frame at the beginning was over when the player's beat was found
	EntryError                    // the policy, the output or a control failed; the jam continues
	entryKinds   = iota
)

// An Entry is one thing that happened in a jam. A [Loop] and [Accompany] send every entry to their readers, in order: whatever
// the decision on a frame could know comes before that frame's report. An Entry is a value of about 620 bytes; sending it
// allocates nothing.
type Entry struct {
	Kind    EntryKind
	Report  FrameReport // for EntryReport; the fields below are for the kinds of their names
	Input   Input
	Action  LoopAction
	Applied Applied
	Moved   Moved
	Meter   MeterChange
	Passed  Passed
	Err     error
}

// Entry returns the report as an entry.
func (r FrameReport) Entry() Entry { return Entry{Kind: EntryReport, Report: r} }

// Entry returns the event as an entry.
func (i Input) Entry() Entry { return Entry{Kind: EntryInput, Input: i} }

// Entry returns the action as an entry.
func (a LoopAction) Entry() Entry { return Entry{Kind: EntryAction, Action: a} }

// Entry returns the control as an entry.
func (a Applied) Entry() Entry { return Entry{Kind: EntryApplied, Applied: a} }

// Entry returns the segment as an entry.
func (m Moved) Entry() Entry { return Entry{Kind: EntryMoved, Moved: m} }

// Entry returns the change as an entry.
func (c MeterChange) Entry() Entry { return Entry{Kind: EntryMeter, Meter: c} }

// Entry returns the passed frame as an entry.
func (p Passed) Entry() Entry { return Entry{Kind: EntryPassed, Passed: p} }

// An Input is an event from the player. Frame is the first frame whose decision can take the event into account, or
// [UnknownFrame] if that is not known.
type Input struct {
	Frame int64
	Event
}

// UnknownFrame is the frame of an event whose frame is not known.
const UnknownFrame int64 = -1

// An Applied is a [Control] that took effect. Frame is the first frame that it affects. For a policy, Value is the first frame
// that the policy remembers (see [Memory]).
type Applied struct {
	Frame int64
	Control
}

// A Segment is a part of the grid with one tempo. The line of Frame is at At.
type Segment struct {
	Frame int64
	At    time.Duration
	BPM   float64 // quarter notes a minute
}

// A Moved is a [Segment] that the loop gave its grid before the decision on frame Since. The segment may begin before that frame.
type Moved struct {
	Since int64
	Segment
}

// A Passed is a frame at the beginning of a jam that was over when the player's beat was found. Its line is where the beat that
// was found puts it. The policy was given the frame afterwards, and has no report of it.
type Passed struct {
	Frame    int64
	Line     time.Duration
	Melody   MelodyToken // of frame Frame-1, as in a FrameReport
	Velocity uint8       // of the note that began in frame Frame-1; 0 if none did
}

// A LoopAction is something that the loop did to its engine between two frames. An [Engine] that does the same between the same
// frames plays the same music.
type LoopAction struct {
	Frame  int64         // the next frame to be decided
	At     time.Duration // on the jam's clock
	Kind   ActionKind
	Frames int64 // only for ActionJump, ActionRestart and ActionListen
}

// An ActionKind says what a loop did.
type ActionKind uint8

// The loop's actions.
const (
	ActionResync   ActionKind = iota // Engine.Resync: messages were lost, or the machine was stopped for long
	ActionEndChord                   // Engine.EndChord
	ActionPanic                      // Engine.Apply of a panic that was requested at the action's time
	ActionJump                       // Engine.Pass, Frames times
	ActionRestart                    // Engine.Restart, Frames frames after Frame
	ActionListen                     // Engine.ListenOn: the player's beat is not certain enough to join in
)

// A Reader is the bounded queue through which one reader gets the entries of a jam. Writers never wait: an entry that does not
// fit is dropped and counted by its kind.
type Reader struct {
	Queue[Entry]
	dropped [entryKinds]atomic.Uint64
}

// NewReader makes a reader whose queue holds n entries.
func NewReader(n int) *Reader { return &Reader{Queue: Queue[Entry]{c: make(chan Entry, n)}} }

// TrySend puts an entry into the queue. If the queue is full, it counts the entry as dropped and returns false. It allocates
// nothing and is safe for concurrent use.
func (r *Reader) TrySend(e Entry) bool {
	return r.trySend(&e)
}

func (r *Reader) trySend(e *Entry) bool {
	select {
	case r.c <- *e:
		r.wake()
		return true
	default:
		r.dropped[e.Kind].Add(1)
		return false
	}
}

// Dropped returns how many entries of the given kinds were lost so far.
func (r *Reader) Dropped(kinds ...EntryKind) (n uint64) {
	for _, k := range kinds {
		n += r.dropped[k].Load()
	}
	return n
}

// await returns the next entry of a kind and discards those before it. ok is false if the entries or ctx ended.
func (r *Reader) await(ctx context.Context, kind EntryKind) (e Entry, ok bool) {
	for {
		select {
		case <-ctx.Done():
			return e, false
		case e, ok = <-r.C():
			if !ok || e.Kind == kind {
				return e, ok
			}
		}
	}
}
