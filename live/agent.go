package live

import (
	"context"
	"slices"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
	"jamd/usage"
)

const (
	agentBars = 64 // length of a jam in bars, if none is given
	// agentEntries is the length of the queue from the loop to the agent. It holds more frames, with their notes, than an agent
	// can be late.
	agentEntries = 1024
)

// An Agent says which policy plays the melody in place of a player, and how.
type Agent struct {
	Settings    jam.Settings // of the jam
	Spec        string       // name or file of the policy
	Temperature float64
	TopP        float64
	Seed        uint64
	Length      time.Duration // 0 for 64 bars
}

// An AgentSummary says what the agent did in a jam.
type AgentSummary struct {
	Name string `json:"name"`
	Seed uint64 `json:"seed"`
	jam.AgentSummary
}

// playAgent connects an agent, which plays the melody, to the jam. Both policies start after a silent beat, in which each chooses
// for frame 0.
func (j *Jam) playAgent(ctx context.Context, a *Agent, policy *model.Policy) error {
	if !slices.Equal(policy.Metadata().Vocabulary, j.Policy.Metadata().Vocabulary) {
		return usage.Errorf("agent %s and policy %s know different chords: they cannot play together", a.Spec, j.options.Policy)
	}
	if j.Config.Length = a.Length; a.Length == 0 {
		j.Config.Frames = agentBars * a.Settings.Meter.Bar()
	}
	if err := j.openClock(); err != nil {
		return err
	}
	entries := jam.NewReader(agentEntries)
	j.Config.Start, j.Config.CountIn, j.Config.Readers = jam.StartAtOnce, 1, append(j.Config.Readers, entries)
	agent, err := jam.NewAgent(jam.AgentConfig{
		Policy: policy, Meter: a.Settings.Meter, Temperature: a.Temperature, TopP: a.TopP, Seed: a.Seed,
		Clock: j.Clock.Beside(), Frames: j.Config.Frames, Length: j.Config.Length, Entries: entries,
		Failed: func(err error) { j.news.TrySend(jam.Entry{Kind: jam.EntryError, Err: err}) },
		Play: func(e jam.Event) {
			j.Config.Inbox.TrySend(e)
			if server := j.host.server; server != nil {
				server.Heard(e)
			}
			_ = j.output.Send(e.Status, e.Data1, e.Data2) // an error at the synth does not change the jam
		},
	})
	if err != nil {
		return usage.Error(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	played := make(chan jam.AgentSummary, 1)
	go func() {
		summary, _ := agent.Run(ctx) // Run fails only if it is called twice
		played <- summary
	}()
	m := policy.Metadata()
	j.melody = melody{
		title: "jam",
		agent: &session.Agent{
			Policy: session.Policy{Name: m.Name, SHA256: m.SHA256}, Temperature: a.Temperature, TopP: a.TopP, Seed: a.Seed,
		},
		stop: func() *AgentSummary {
			cancel()
			return &AgentSummary{Name: m.Name, Seed: a.Seed, AgentSummary: <-played}
		},
	}
	return nil
}
