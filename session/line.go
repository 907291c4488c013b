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

// An Entry is what one line of events.jsonl says: a jam.Heard, jam.Applied, jam.Moved, jam.MeterChange, jam.FrameReport, Remark, Loss or End,
// or Unknown.
type Entry any

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

// The objects of the lines. Times are microseconds with up to three decimals, on the jam's clock.
type (
	head struct {
		Seq  uint64 `json:"seq,omitempty"` // from 1; version 1 has none
		Type string `json:"type"`
	}
	noteLine struct {
		head
		Frame    *int64  `json:"frame,omitempty"`
		At       float64 `json:"at_us"`
		On       bool    `json:"on"`
		Channel  uint8   `json:"channel"` // 1 to 16
		Pitch    uint8   `json:"pitch"`
		Velocity uint8   `json:"velocity"`
	}
	messageLine struct {
		head
		Frame  *int64  `json:"frame,omitempty"`
		At     float64 `json:"at_us"`
		Status uint8   `json:"status"`
		Data1  uint8   `json:"data1"`
		Data2  uint8   `json:"data2"`
	}
	letGoLine struct {
		head
		Frame *int64  `json:"frame,omitempty"`
		At    float64 `json:"at_us"`
		Of    string  `json:"of"` // melody, chord or all
	}
	jumpLine struct {
		head
		Frame  *int64  `json:"frame,omitempty"`
		At     float64 `json:"at_us"`
		Passed uint8   `json:"passed"`
		Again  bool    `json:"again,omitempty"`
	}
	controlLine struct {
		head
		Frame int64     `json:"frame"`
		At    float64   `json:"at_us"`
		Param jam.Param `json:"param"`
		Value float64   `json:"value"`
		Text  string    `json:"text,omitempty"`
	}
	segmentLine struct {
		head
		Frame int64   `json:"frame"`
		At    float64 `json:"at_us"`
		BPM   float64 `json:"bpm"`
		Since int64   `json:"since"`
	}
	meterLine struct {
		head
		Frame int64     `json:"frame"`
		Meter jam.Meter `json:"meter"`
	}
	remarkLine struct {
		head
		Frame *int64  `json:"frame,omitempty"`
		At    float64 `json:"at_us"`
		From  string  `json:"from"`
		Text  string  `json:"text"`
	}
	lossLine struct {
		head
		Loss
	}
	endLine struct {
		head
		End
		Length float64 `json:"length_us"`
	}
	// endLine1 is that of version 1.
	endLine1 struct {
		Jam        jam.Summary `json:"jam"`
		Frames     uint64      `json:"frames"`
		Notes      uint64      `json:"notes"`
		FramesLost uint64      `json:"frames_lost"`
		NotesLost  uint64      `json:"notes_lost"`
	}
)

var (
	parts = []string{jam.MelodyLetGo: "melody", jam.ChordLetGo: "chord", jam.AllLetGo: "all"}
	rungs = []string{jam.RungFull: "", jam.RungFaster: "faster", jam.RungHold: "hold"}
)

const (
	maxText    = 4 << 10
	maxVoicing = jam.MaxVoices
	maxMicros  = 1e15    // 31 years
	maxFrame   = 1 << 40 // 4,000 years at 120 BPM
)

// lineOf is the object of an entry's line.
func lineOf(seq uint64, entry Entry) any {
	h := func(kind string) head { return head{seq, kind} }
	switch e := entry.(type) {
	case jam.Heard:
		return heardLine(seq, e)
	case jam.Applied:
		return controlLine{h("control"), e.Frame, micros(e.At), e.Param, e.Value, cut(e.Text)}
	case jam.Moved:
		return segmentLine{h("segment"), e.Frame, micros(e.At), e.BPM, e.Since}
	case jam.MeterChange:
		return meterLine{h("meter"), e.Frame, e.Meter}
	case jam.FrameReport:
		return frameLineOf(h("frame"), e)
	case Remark:
		return remarkLine{h("remark"), frameOf(e.Frame), micros(e.At), cut(e.From), cut(e.Text)}
	case Loss:
		return lossLine{h("loss"), e}
	case End:
		return endLine{h("end"), e, micros(e.Length)}
	}
	panic(fmt.Sprintf("session: no line for a %T", entry)) // there are no others
}

func heardLine(seq uint64, e jam.Heard) any {
	frame, at := frameOf(e.Frame), micros(e.At)
	switch kind := e.Status & 0xF0; {
	case e.Status == 0 && (e.Data1 == jam.SongJump || e.Data1 == jam.SongRestart):
		return jumpLine{head{seq, "jump"}, frame, at, e.Data2, e.Data1 == jam.SongRestart}
	case e.Status == 0:
		return letGoLine{head{seq, "letgo"}, frame, at, parts[min(int(e.Data1), len(parts)-1)]}
	case kind == 0x80 || kind == 0x90:
		return noteLine{head{seq, "note"}, frame, at, kind == 0x90 && e.Data2 > 0, e.Status&0x0F + 1, e.Data1, e.Data2}
	}
	return messageLine{head{seq, "message"}, frame, at, e.Status, e.Data1, e.Data2}
}

// entryOf reads a line's object, which has been unsealed.
func entryOf(text []byte) (Entry, uint64, error) {
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, 0, err
	}
	var read func() (Entry, error)
	var into any
	switch h.Type {
	case "note":
		var l noteLine
		into, read = &l, l.entry
	case "message":
		var l messageLine
		into, read = &l, func() (Entry, error) {
			if l.Status < 0x80 {
				return nil, fmt.Errorf("status %d: must be 128 or more", l.Status)
			}
			return heard(l.Frame, l.At, jam.Event{Status: l.Status, Data1: l.Data1, Data2: l.Data2})
		}
	case "letgo":
		var l letGoLine
		into, read = &l, func() (Entry, error) {
			return heard(l.Frame, l.At, jam.Event{Data1: byte(max(slices.Index(parts, l.Of), 0))})
		}
	case "jump":
		var l jumpLine
		into, read = &l, func() (Entry, error) {
			what := jam.SongJump
			if l.Again {
				what = jam.SongRestart
			}
			return heard(l.Frame, l.At, jam.Event{Data1: what, Data2: l.Passed})
		}
	case "control":
		var l controlLine
		into, read = &l, func() (Entry, error) {
			return jam.Applied{Frame: l.Frame, Control: jam.Control{At: duration(l.At), Param: l.Param, Value: l.Value, Text: l.Text}},
				checkMoment(l.Frame, l.At)
		}
	case "segment":
		var l segmentLine
		into, read = &l, func() (Entry, error) {
			return jam.Moved{Since: l.Since, Segment: jam.Segment{Frame: l.Frame, At: duration(l.At), BPM: l.BPM}},
				errors.Join(checkMoment(l.Frame, l.At), checkMoment(l.Since, l.At), jam.CheckTempo(l.BPM))
		}
	case "meter":
		var l meterLine
		into, read = &l, func() (Entry, error) {
			return jam.MeterChange{Frame: l.Frame, Meter: l.Meter}, errors.Join(checkMoment(l.Frame, 0), l.Meter.Check())
		}
	case "frame":
		var l frameLine
		into, read = &l, l.entry
	case "remark":
		var l remarkLine
		into, read = &l, func() (Entry, error) {
			return Remark{known(l.Frame), duration(l.At), l.From, l.Text}, checkMoment(max(known(l.Frame), 0), l.At)
		}
	case "loss":
		var l lossLine
		into, read = &l, func() (Entry, error) { return l.Loss, nil }
	case "end":
		if h.Seq == 0 {
			var l endLine1
			into, read = &l, func() (Entry, error) {
				return End{Jam: l.Jam, Written: Loss{Notes: l.Notes, Frames: l.Frames},
					Lost: Loss{Notes: l.NotesLost, Frames: l.FramesLost}}, nil
			}
			break
		}
		var l endLine
		into, read = &l, func() (Entry, error) {
			l.End.Length = duration(l.Length)
			return l.End, errors.Join(checkMoment(0, l.Length), checkMelody(int32(l.Melody)))
		}
	case "":
		return nil, h.Seq, errors.New(`it has no "type"`)
	default:
		return Unknown{h.Type}, h.Seq, nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return nil, h.Seq, err
	}
	entry, err := read()
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

func heard(frame *int64, at float64, e jam.Event) (Entry, error) {
	e.At = duration(at)
	return jam.Heard{Frame: known(frame), Event: e}, checkMoment(max(known(frame), 0), at)
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

func frameOf(frame int64) *int64 {
	if frame < 0 {
		return nil
	}
	return &frame
}

func known(frame *int64) int64 {
	if frame == nil {
		return jam.UnknownFrame
	}
	return *frame
}

func cut(text string) string { return text[:min(len(text), maxText)] }

// micros gives a time its exact value in microseconds: up to three decimals.
func micros(d time.Duration) float64 { return float64(d) / 1e3 }

// duration is the inverse of micros. What is out of range is 0, and refused where it matters.
func duration(us float64) time.Duration {
	if !(math.Abs(us) <= maxMicros) {
		return 0
	}
	d := time.Duration(math.Round(us * 1e3))
	for _, near := range [...]time.Duration{d, d - 1, d + 1} { // after 26 days the product rounds too
		if micros(near) == us {
			return near
		}
	}
	return d
}
