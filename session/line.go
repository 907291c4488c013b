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

// An Entry is what one line of events.jsonl says: a jam.Heard, jam.Applied, jam.Segment, jam.FrameReport, Remark, Loss or End,
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
	Changes uint64 `json:"changes"` // controls, segments and remarks
}

// An End says how a jam ended. Without it the process was killed, or the disk was full.
type End struct {
	Jam     jam.Summary     `json:"jam"`
	Melody  jam.MelodyToken `json:"melody"` // of the last frame, which no report holds
	Length  time.Duration   `json:"-"`      // from the first line to the end of the last frame
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
		Of    string  `json:"of"` // melody or chord
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
	}
	frameLine struct {
		head
		Frame     int64    `json:"frame"`
		At        float64  `json:"at_us"`
		Melody    int32    `json:"melody"`
		Chosen    int32    `json:"chosen"`
		Sounded   int32    `json:"sounded"`
		Symbol    string   `json:"symbol"`
		Pitches   []uint16 `json:"pitches"` // not bytes, which JSON has as text
		Prob      float32  `json:"prob"`
		Velocity  uint8    `json:"velocity,omitempty"`
		Began     bool     `json:"began,omitempty"`
		Listening bool     `json:"listening,omitempty"`
		Missed    bool     `json:"missed,omitempty"`
		Skipped   int64    `json:"skipped,omitempty"`
		Tempo     float64  `json:"tempo,omitempty"`
		Rung      string   `json:"rung,omitempty"`
		Policy    string   `json:"policy,omitempty"`
		Arrival   float64  `json:"arrival_us,omitempty"`
		Lead      float64  `json:"lead_us"`
		Step      float64  `json:"step_us"`
		Voice     float64  `json:"voice_us,omitempty"`
		Late      float64  `json:"late_us"`
		Send      float64  `json:"send_us,omitempty"`
		Age       float64  `json:"age_us,omitempty"`
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
	parts = []string{jam.MelodyLetGo: "melody", jam.ChordLetGo: "chord"}
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
	case jam.Segment:
		return segmentLine{h("segment"), e.Frame, micros(e.At), e.BPM}
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
	case e.Status == 0:
		return letGoLine{head{seq, "letgo"}, frame, at, parts[min(int(e.Data1), len(parts)-1)]}
	case kind == 0x80 || kind == 0x90:
		return noteLine{head{seq, "note"}, frame, at, kind == 0x90 && e.Data2 > 0, e.Status&0x0F + 1, e.Data1, e.Data2}
	}
	return messageLine{head{seq, "message"}, frame, at, e.Status, e.Data1, e.Data2}
}

func frameLineOf(h head, r jam.FrameReport) frameLine {
	pitches := make([]uint16, 0, maxVoicing)
	for _, p := range r.Voicing.Slice() {
		pitches = append(pitches, uint16(p))
	}
	return frameLine{
		head: h, Frame: r.Frame, At: micros(r.Line), Melody: int32(r.Melody), Chosen: int32(r.Chosen), Sounded: int32(r.Sounded),
		Symbol: r.Symbol, Pitches: pitches, Prob: r.Prob, Velocity: r.Velocity, Began: r.Began, Listening: r.Listening,
		Missed: r.Missed, Skipped: r.Skipped, Tempo: r.Tempo, Rung: rungs[min(int(r.Rung), len(rungs)-1)], Policy: r.Policy,
		Arrival: micros(r.Arrival), Lead: micros(r.Lead), Step: micros(r.Step), Voice: micros(r.Voice),
		Late: micros(r.Late), Send: micros(r.Send), Age: micros(r.Age),
	}
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
	case "control":
		var l controlLine
		into, read = &l, func() (Entry, error) {
			return jam.Applied{Frame: l.Frame, Control: jam.Control{At: duration(l.At), Param: l.Param, Value: l.Value, Text: l.Text}},
				checkMoment(l.Frame, l.At)
		}
	case "segment":
		var l segmentLine
		into, read = &l, func() (Entry, error) {
			return jam.Segment{Frame: l.Frame, At: duration(l.At), BPM: l.BPM},
				errors.Join(checkMoment(l.Frame, l.At), jam.CheckTempo(l.BPM))
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

func (l *frameLine) entry() (Entry, error) {
	if l.Chosen < 0 || l.Sounded < 0 || l.Skipped < 0 || l.Skipped > l.Frame {
		return nil, fmt.Errorf("chosen %d, sounded %d, skipped %d of %d frames", l.Chosen, l.Sounded, l.Skipped, l.Frame)
	}
	if len(l.Pitches) > maxVoicing {
		return nil, fmt.Errorf("%d pitches: a chord has at most %d", len(l.Pitches), maxVoicing)
	}
	r := jam.FrameReport{
		Frame: l.Frame, Line: duration(l.At), Melody: jam.MelodyToken(l.Melody), Velocity: l.Velocity,
		Chosen: jam.ChordToken(l.Chosen), Sounded: jam.ChordToken(l.Sounded), Symbol: l.Symbol, Prob: l.Prob,
		Began: l.Began, Listening: l.Listening, Missed: l.Missed, Skipped: l.Skipped,
		Tempo: l.Tempo, Rung: jam.Rung(max(slices.Index(rungs, l.Rung), 0)), Policy: l.Policy,
		Arrival: duration(l.Arrival), Lead: duration(l.Lead), Step: duration(l.Step), Voice: duration(l.Voice),
		Late: duration(l.Late), Send: duration(l.Send), Age: duration(l.Age),
	}
	for _, p := range l.Pitches {
		if p > 127 {
			return nil, fmt.Errorf("pitch %d: must be 0 to 127", p)
		}
		r.Voicing.Pitches[r.Voicing.Len] = uint8(p)
		r.Voicing.Len++
	}
	return r, errors.Join(checkMoment(l.Frame, l.At), checkMelody(l.Melody))
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
	return time.Duration(math.Round(us * 1e3))
}
