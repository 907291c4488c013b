package live

import (
	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/session"
)

// A Result says how a jam went. `jamd play --json` prints it.
type Result struct {
	Policy      string          `json:"policy"`
	Seed        uint64          `json:"seed"`
	Tempo       float64         `json:"tempo"`
	Part        *Part           `json:"part,omitempty"` // the part of the file that played the melody
	Jam         jam.Summary     `json:"jam"`
	Agent       *AgentSummary   `json:"agent,omitempty"` // the agent that played the melody
	NoteInChord float64         `json:"note_in_chord"`
	Figures     latency.Figures `json:"latency"`
	Dropped     uint64          `json:"dropped_reports"`     // number of frame reports that slow readers missed
	Session     string          `json:"session"`             // folder of the session; "" if the jam is not recorded, or is blind and cannot be read
	Loss        string          `json:"loss,omitempty"`      // why the session is incomplete
	Trial       *session.Trial  `json:"trial,omitempty"`     // of a blind jam
	TooShort    bool            `json:"too_short,omitempty"` // the blind jam is too short to judge: it does not count
}

// A Part is the part of a MIDI file that is the melody.
type Part struct {
	midiio.Part
	Why string `json:"why"` // why it was chosen
}

// PartOf returns the part that m was read from.
func PartOf(m *midiio.Melody) Part { return Part{m.Part, m.Why} }

// result makes the result of the jam, without its figures and its session.
func (j *Jam) result(s jam.Summary, agent *AgentSummary) *Result {
	r := &Result{Policy: j.shownPolicy(), Seed: j.Config.Settings.Seed, Tempo: j.Config.Settings.Tempo, Jam: s, Agent: agent, Trial: j.trial}
	if t := j.melody.tune; t != nil {
		part := PartOf(&t.Melody)
		r.Part = &part
	}
	return r
}
