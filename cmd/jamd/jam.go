package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
)

const (
	jamBars = 64
	// playerQueue is room for as many frames as an agent that is late can catch up with, each with some notes.
	playerQueue = 1024
)

type jamCmd struct {
	Agent            string        `default:"melody" placeholder:"NAME|FILE" help:"Who plays the melody: an agent from 'jamd policies' or an .onnx file (${default})."`
	AgentTemperature float64       `default:"0.99" help:"How adventurous the agent is: 0 plays the likeliest note, 1 as it learned (${default})."`
	AgentTopP        float64       `default:"1" placeholder:"P" help:"Choose among the likeliest notes that make up this share (${default})."`
	AgentSeed        uint64        `default:"2" help:"The agent's. The same two seeds give the same jam (${default}); --random-seed draws both."`
	Tempo            float64       `default:"120" placeholder:"BPM" help:"Quarter notes a minute (${default})."`
	For              time.Duration `placeholder:"DURATION" help:"End after this long, such as 90s or 5m (64 bars)."`
	Live             liveFlags     `embed:""`
}

func (c *jamCmd) Run(ctx context.Context, to console, flags *configFlags) error {
	to, end, err := to.toFile(c.Live.Log)
	if err != nil {
		return err
	}
	defer end()
	if c.Live.Clock.external() {
		return asInput(errors.New("--clock external is for a player: an agent keeps jamd's time"))
	}
	settings, err := c.settings()
	if err != nil {
		return err
	}
	agent, _, err := c.Live.Music.warmPlayer(to, c.Agent, model.Melody)
	if err != nil {
		return err
	}
	defer agent.Close()
	l, err := c.Live.open(to, settings, jam.AgentChannel)
	if err != nil {
		return err
	}
	defer l.close()
	l.setup = newSetup(&c.Live, nil, flags.defaults())
	if l.page, err = c.Live.openPage(to); err != nil {
		return err
	}
	defer l.page.close()
	if !slices.Equal(agent.Metadata().Vocabulary, l.policy.Metadata().Vocabulary) {
		return asInput(fmt.Errorf("agent %s and policy %s know different chords: they cannot play together",
			c.Agent, c.Live.Music.Policy))
	}
	if l.config.Length = c.For; c.For == 0 {
		l.config.Frames = jamBars * settings.Meter.Bar()
	}
	hearing, err := c.perform(ctx, l, agent)
	if err != nil {
		return asInput(err)
	}
	if l.page != nil && !c.Live.JSON {
		fmt.Fprintln(to.Out, "page", l.page.Link())
	}
	if !c.Live.JSON {
		fmt.Fprintf(to.Out, "%s and %s at %.4g BPM, seeds %d and %d\n  plays  %s\nThe chords listen for %d beats, then join in; Control-C ends.\n",
			l.policy.Metadata().Name, agent.Metadata().Name, settings.Tempo, settings.Seed, c.AgentSeed, portName(l.out), settings.Listen)
	}
	return l.run(ctx, hearing)
}

func (c *jamCmd) settings() (jam.Settings, error) {
	if c.Live.RandomSeed {
		c.AgentSeed = randomSeed()
	}
	if c.Live.OutChannel == jam.AgentChannel {
		return jam.Settings{}, asInput(fmt.Errorf("--out-channel %d: the agent plays there, the chords need another", jam.AgentChannel))
	}
	settings, err := c.Live.settings(c.Tempo, jam.Quarters(4))
	if err != nil {
		return settings, err
	}
	if settings.BassChannel == jam.AgentChannel {
		return settings, asInput(fmt.Errorf("--bass-channel %d: the agent plays there, the bass needs another", jam.AgentChannel))
	}
	if settings.Transpose != 0 || settings.Split != 0 {
		return settings, asInput(errors.New("transpose and split are for a player's keys: the agent has none"))
	}
	return settings, checkFor(c.For)
}

// perform lets the agent play. Both start after a silent beat, in which either decides on its frame 0.
func (c *jamCmd) perform(ctx context.Context, l *live, policy *model.Policy) (hearing, error) {
	entries := jam.NewReader(playerQueue)
	l.config.Start, l.config.CountIn, l.config.Readers = jam.StartAtOnce, 1, append(l.config.Readers, entries)
	agent, err := jam.NewAgent(jam.AgentConfig{
		Policy: policy, Meter: l.config.Settings.Meter,
		Temperature: c.AgentTemperature, TopP: c.AgentTopP, Seed: c.AgentSeed,
		Clock: l.clock.Beside(), Frames: l.config.Frames, Length: l.config.Length, Entries: entries,
		Failed: func(err error) { l.told.TrySend(jam.Entry{Kind: jam.EntryError, Err: err}) },
		Play: func(e jam.Event) {
			l.config.Inbox.TrySend(e)
			if l.page != nil {
				l.page.Heard(e)
			}
			_ = l.out.Send(e.Status, e.Data1, e.Data2) // a note that the synth did not take changes nothing here
		},
	})
	if err != nil {
		return hearing{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	played := make(chan jam.AgentSummary, 1)
	go func() {
		summary, _ := agent.Run(ctx) // fails the second time only
		played <- summary
	}()
	who := nameOf(policy)
	return hearing{
		title: "jam",
		agent: &session.Agent{
			Policy: who, Temperature: c.AgentTemperature, TopP: c.AgentTopP, Seed: c.AgentSeed,
		},
		stop: func() *agentSummary {
			cancel()
			return &agentSummary{Name: who.Name, Seed: c.AgentSeed, AgentSummary: <-played}
		},
	}, nil
}
