package live

import (
	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
)

// A Result says how a jam went. Its JSON is what `jamd play --json` prints.
type Result struct {
	Policy      string          `json:"policy"`
	Seed        uint64          `json:"seed"`
	Tempo       float64         `json:"tempo"`
	Part        *Part           `json:"part,omitempty"` // of the file that played the melody
	Jam         jam.Summary     `json:"jam"`
	Agent       *AgentSummary   `json:"agent,omitempty"` // that played the melody
	NoteInChord float64         `json:"note_in_chord"`
	Figures     latency.Figures `json:"latency"`
	Dropped     uint64          `json:"dropped_reports"` // frames that a slow reader of the jam lost
	Session     string          `json:"session"`         // its folder; "" if it is not recorded
	Loss        string          `json:"loss,omitempty"`  // why the session is incomplete
}

// A Part is the part of a MIDI file that is the melody, and why it was taken.
type Part struct {
	midiio.Part
	Why string `json:"why"`
}

// PartOf returns the part that a melody is.
func PartOf(m *midiio.Melody) Part { return Part{m.Part, m.Why} }

// result begins the result of the jam.
func (j *Jam) result(s jam.Summary, agent *AgentSummary) *Result {
	r := &Result{Policy: j.shownPolicy(), Seed: j.Config.Settings.Seed, Tempo: j.Config.Settings.Tempo, Jam: s, Agent: agent}
	if t := j.melody.tune; t != nil {
		part := PartOf(&t.Melody)
		r.Part = &part
	}
	return r
}
