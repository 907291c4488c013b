package session

import (
	"fmt"
	"time"

	"jamd/jam"
)

// The JSON objects of the lines. Times are microseconds on the jam's clock, with up to three decimals.
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
		Passed int64   `json:"passed"`
		Again  bool    `json:"again,omitempty"`
	}
	listenLine struct {
		head
		Frame  *int64  `json:"frame,omitempty"`
		At     float64 `json:"at_us"`
		Frames int64   `json:"frames"`
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
		Into  int64     `json:"into,omitempty"`
	}
	passedLine struct {
		head
		Frame    int64   `json:"frame"`
		At       float64 `json:"at_us"`
		Melody   int32   `json:"melody"`
		Velocity uint8   `json:"velocity,omitempty"`
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
	// endLine1 is the end line of version 1.
	endLine1 struct {
		Jam        jam.Summary `json:"jam"`
		Frames     uint64      `json:"frames"`
		Notes      uint64      `json:"notes"`
		FramesLost uint64      `json:"frames_lost"`
		NotesLost  uint64      `json:"notes_lost"`
	}
)

var (
	parts = []string{jam.ActionResync: "melody", jam.ActionEndChord: "chord", jam.ActionPanic: "all"}
	rungs = []string{jam.RungFull: "", jam.RungFaster: "faster", jam.RungHold: "hold"}
)

const (
	maxText    = 4 << 10
	maxVoicing = jam.MaxVoices
	maxMicros  = 1e15    // 31 years
	maxFrame   = 1 << 40 // 4,000 years at 120 BPM
)

// lineOf returns the JSON object for an entry.
func lineOf(seq uint64, entry Entry) any {
	h := func(kind string) head { return head{seq, kind} }
	switch e := entry.(type) {
	case jam.Input:
		return heardLine(seq, e)
	case jam.LoopAction:
		return actionLine(seq, e)
	case jam.Applied:
		return controlLine{h("control"), e.Frame, micros(e.At), e.Param, e.Value, cut(e.Text)}
	case jam.Moved:
		return segmentLine{h("segment"), e.Frame, micros(e.At), e.BPM, e.Since}
	case jam.MeterChange:
		return meterLine{h("meter"), e.Frame, e.Meter, e.Into}
	case jam.Passed:
		return passedLine{h("passed"), e.Frame, micros(e.Line), int32(e.Melody), e.Velocity}
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

func heardLine(seq uint64, e jam.Input) any {
	frame, at := frameOf(e.Frame), micros(e.At)
	if kind := e.Status & 0xF0; kind == 0x80 || kind == 0x90 {
		return noteLine{head{seq, "note"}, frame, at, kind == 0x90 && e.Data2 > 0, e.Status&0x0F + 1, e.Data1, e.Data2}
	}
	return messageLine{head{seq, "message"}, frame, at, e.Status, e.Data1, e.Data2}
}

func actionLine(seq uint64, a jam.LoopAction) any {
	frame, at := frameOf(a.Frame), micros(a.At)
	switch a.Kind {
	case jam.ActionJump, jam.ActionRestart:
		return jumpLine{head{seq, "jump"}, frame, at, a.Frames, a.Kind == jam.ActionRestart}
	case jam.ActionListen:
		return listenLine{head{seq, "listen"}, frame, at, a.Frames}
	}
	return letGoLine{head{seq, "letgo"}, frame, at, parts[min(int(a.Kind), len(parts)-1)]}
}

func frameOf(frame int64) *int64 {
	if frame < 0 {
		return nil
	}
	return &frame
}

func cut(text string) string { return text[:min(len(text), maxText)] }

// micros converts a time to microseconds. The result is exact, with up to three decimals.
func micros(d time.Duration) float64 { return float64(d) / 1e3 }
