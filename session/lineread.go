package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"jamd/jam"
)

// A readLine is the JSON object of a line that was read.
type readLine interface{ entry() (Entry, error) }

// objectOf returns an empty object for a type of line, or nil for an unknown type.
func objectOf(h head) readLine {
	switch h.Type {
	case "note":
		return new(noteLine)
	case "message":
		return new(messageLine)
	case "letgo":
		return new(letGoLine)
	case "jump":
		return new(jumpLine)
	case "listen":
		return new(listenLine)
	case "control":
		return new(controlLine)
	case "segment":
		return new(segmentLine)
	case "meter":
		return new(meterLine)
	case "passed":
		return new(passedLine)
	case "frame":
		return new(frameLine)
	case "remark":
		return new(remarkLine)
	case "loss":
		return new(lossLine)
	case "end":
		if h.Seq == 0 {
			return new(endLine1)
		}
		return new(endLine)
	}
	return nil
}

// entryOf reads the JSON object of a line. The seal has been checked and removed.
func entryOf(text []byte) (Entry, uint64, error) {
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, 0, err
	}
	if h.Type == "" {
		return nil, h.Seq, errors.New(`it has no "type"`)
	}
	line := objectOf(h)
	if line == nil {
		return Unknown{h.Type}, h.Seq, nil
	}
	if err := json.Unmarshal(text, line); err != nil {
		return nil, h.Seq, err
	}
	entry, err := line.entry()
	return entry, h.Seq, err
}

func (l *noteLine) entry() (Entry, error) {
	if l.Channel < 1 || l.Channel > 16 {
		return nil, fmt.Errorf("channel %d: must be 1 to 16", l.Channel)
	}
	if l.Pitch > 127 || l.Velocity > 127 {
		return nil, fmt.Errorf("pitch %d, velocity %d: must be 0 to 127", l.Pitch, l.Velocity)
	}
	e := jam.Event{Status: 0x80 | (l.Channel - 1), Data1: l.Pitch, Data2: l.Velocity}
	if l.On {
		e.Status |= 0x10
	}
	return heard(l.Frame, l.At, e)
}

func (l *messageLine) entry() (Entry, error) {
	if l.Status < 0x80 {
		return nil, fmt.Errorf("status %d: must be 128 or more", l.Status)
	}
	return heard(l.Frame, l.At, jam.Event{Status: l.Status, Data1: l.Data1, Data2: l.Data2})
}

func (l *letGoLine) entry() (Entry, error) {
	part := slices.Index(parts, l.Of)
	if part < 0 {
		return nil, fmt.Errorf("of %q: must be one of %v", l.Of, parts)
	}
	return done(l.Frame, l.At, jam.ActionKind(part), 0)
}

func (l *jumpLine) entry() (Entry, error) {
	what := jam.ActionJump
	if l.Again {
		what = jam.ActionRestart
	}
	if l.Passed < 0 || l.Passed > maxGap {
		return nil, fmt.Errorf("passed %d: must be 0 to %d frames", l.Passed, maxGap)
	}
	return done(l.Frame, l.At, what, l.Passed)
}

func (l *listenLine) entry() (Entry, error) {
	if l.Frames < 0 || l.Frames > maxFrame {
		return nil, fmt.Errorf("frames %d: there are not as many", l.Frames)
	}
	return done(l.Frame, l.At, jam.ActionListen, l.Frames)
}

func (l *controlLine) entry() (Entry, error) {
	return jam.Applied{Frame: l.Frame, Control: jam.Control{At: duration(l.At), Param: l.Param, Value: l.Value, Text: l.Text}},
		checkMoment(l.Frame, l.At)
}

func (l *segmentLine) entry() (Entry, error) {
	return jam.Moved{Since: l.Since, Segment: jam.Segment{Frame: l.Frame, At: duration(l.At), BPM: l.BPM}},
		errors.Join(checkMoment(l.Frame, l.At), checkMoment(l.Since, l.At), jam.CheckTempo(l.BPM))
}

func (l *meterLine) entry() (Entry, error) {
	change := jam.MeterChange{Frame: l.Frame, Meter: l.Meter, Into: l.Into}
	return change, errors.Join(checkMoment(l.Frame, 0), change.Check())
}

func (l *passedLine) entry() (Entry, error) {
	if l.Velocity > 127 {
		return nil, fmt.Errorf("velocity %d: must be 0 to 127", l.Velocity)
	}
	return jam.Passed{Frame: l.Frame, Line: duration(l.At), Melody: jam.MelodyToken(l.Melody), Velocity: l.Velocity},
		errors.Join(checkMoment(l.Frame, l.At), checkMelody(l.Melody))
}

func (l *remarkLine) entry() (Entry, error) {
	return Remark{known(l.Frame), duration(l.At), l.From, l.Text}, checkMoment(max(known(l.Frame), 0), l.At)
}

func (l *lossLine) entry() (Entry, error) { return l.Loss, nil }

func (l *endLine) entry() (Entry, error) {
	l.End.Length = duration(l.Length)
	if l.Passed < 0 || l.Passed > maxFrame {
		return nil, fmt.Errorf("passed %d: there are not as many frames", l.Passed)
	}
	return l.End, errors.Join(checkMoment(0, l.Length), checkMelody(int32(l.Melody)))
}

func (l *endLine1) entry() (Entry, error) {
	return End{Jam: l.Jam, Written: Loss{Notes: l.Notes, Frames: l.Frames}, Lost: Loss{Notes: l.NotesLost, Frames: l.FramesLost}}, nil
}

func heard(frame *int64, at float64, e jam.Event) (Entry, error) {
	e.At = duration(at)
	return jam.Input{Frame: known(frame), Event: e}, checkMoment(max(known(frame), 0), at)
}

func done(frame *int64, at float64, what jam.ActionKind, frames int64) (Entry, error) {
	return jam.LoopAction{Frame: known(frame), At: duration(at), Kind: what, Frames: frames}, checkMoment(max(known(frame), 0), at)
}

func checkMoment(frame int64, at float64) error {
	if frame < 0 || frame > maxFrame || !(math.Abs(at) <= maxMicros) {
		return fmt.Errorf("frame %d at %v µs: there is no such moment", frame, at)
	}
	return nil
}

func checkMelody(token int32) error {
	if token < 0 || token > int32(jam.MelodyStart) {
		return fmt.Errorf("melody token %d: must be 0 to %d", token, jam.MelodyStart)
	}
	return nil
}

func known(frame *int64) int64 {
	if frame == nil {
		return jam.UnknownFrame
	}
	return *frame
}

// duration is the inverse of micros. A value out of range becomes 0; callers check the range if it matters.
func duration(us float64) time.Duration {
	if !(math.Abs(us) <= maxMicros) {
		return 0
	}
	d := time.Duration(math.Round(us * 1e3))
	for _, near := range [...]time.Duration{d, d - 1, d + 1} { // from 26 days on, the product is rounded too
		if micros(near) == us {
			return near
		}
	}
	return d
}
