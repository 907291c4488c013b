package jam

import "time"

// A Stage is a part of a frame whose time is measured, in the order in which a note passes through them. FrameReport says what
// each time is.
type Stage uint8

// The stages.
const (
	StageArrival Stage = iota
	StageLead
	StageStep
	StageVoice
	StageSend
	StageLate
	StageAge
	Stages = iota // number of stages
)

var stageNames = [Stages]string{"arrival", "lead", "step", "voice", "send", "late", "age"}

// String returns the stage's name in lower case.
func (s Stage) String() string { return stageNames[s] }

// A StageTime is how long a stage of a frame took, if the frame had that stage.
type StageTime struct {
	Took  time.Duration
	Taken bool
}

// StageTimes returns the times of a frame's stages. A missed step has no time, because the loop did not wait for its end. If no
// chord began, nothing could be late.
func (r *FrameReport) StageTimes() [Stages]StageTime {
	return [Stages]StageTime{
		StageArrival: {r.Arrival, r.Arrival > 0},
		StageLead:    {r.Lead, r.Lead > 0},
		StageStep:    {r.Step, r.Step > 0 && !r.Missed},
		StageVoice:   {r.Voice, r.Voice > 0 && !r.Missed},
		StageSend:    {r.Send, r.Send > 0 && r.Began},
		StageLate:    {r.Late, r.Began},
		StageAge:     {r.Age, r.Age > 0},
	}
}
