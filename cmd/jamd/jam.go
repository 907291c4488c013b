package main

import (
	"context"
	"fmt"
	"time"

	"jamd/jam"
	"jamd/live"
	"jamd/model"
	"jamd/usage"
)

type jamCmd struct {
	Agent            string        `default:"melody" placeholder:"NAME|FILE" predictor:"agent" help:"Who plays the melody: an agent from 'jamd policies' or an .onnx file (${default})."`
	AgentTemperature float64       `default:"0.99" help:"How adventurous the agent is: 0 plays the likeliest note, 1 as it learned (${default})."`
	AgentTopP        float64       `default:"1" placeholder:"P" help:"Choose among the likeliest notes that make up this share (${default})."`
	AgentSeed        uint64        `default:"2" help:"Seed of the agent. The same two seeds give the same jam (${default}); --random-seed draws both."`
	Tempo            float64       `default:"120" placeholder:"BPM" help:"Quarter notes a minute (${default})."`
	For              time.Duration `placeholder:"DURATION" help:"End after this time, such as 90s or 5m (64 bars)."`
	Live             liveFlags     `embed:""`
}

// Help says which of the flags that it shares with play mean nothing here.
func (*jamCmd) Help() string {
	return "The agent plays by jamd's own clock: --clock is internal or send, --meter is 4/4 if it is not given, and --hold-tempo changes nothing."
}

func (c *jamCmd) Run(ctx context.Context, to console, configured *configured) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	to, end, err := to.toFile(c.Live.Log)
	if err != nil {
		return err
	}
	defer end()
	terminal, to := newTerminal(to, c.Live.JSON)
	terminal.announce = func(j *live.Jam) {
		info := j.Info()
		fmt.Fprintf(to.Out, "%s and %s at %.4g BPM, seeds %d and %d\n  plays  %s\nThe chords listen for %d beats, then join in; Control-C ends.\n",
			info.Policy, j.Agent().Name, settings.Tempo, settings.Seed, c.AgentSeed, outputName(info.Out), settings.Listen)
	}
	host, err := c.Live.host(ctx, to, c.Live.options(to, configured), terminal)
	if err != nil {
		return err
	}
	defer host.Close()
	return host.PlayAgent(ctx, live.Agent{
		Settings: settings, Spec: c.Agent, Temperature: c.AgentTemperature, TopP: c.AgentTopP, Seed: c.AgentSeed, Length: c.For,
	})
}

func (c *jamCmd) settings() (jam.Settings, error) {
	if c.Live.Clock.Clock == live.ClockExternal {
		return jam.Settings{}, usage.Errorf("--clock external is for a player: an agent plays by jamd's own clock")
	}
	if (live.Clock{Source: c.Live.Clock.Clock}).Follows() {
		return jam.Settings{}, usage.Errorf("--clock %s is for a player: an agent plays by jamd's own clock", c.Live.Clock.Clock)
	}
	if c.Live.RandomSeed {
		c.AgentSeed = live.RandomSeed()
	}
	if c.Live.OutChannel == jam.AgentChannel {
		return jam.Settings{}, usage.Errorf("--out-channel %d: the agent plays there; give the chords another", jam.AgentChannel)
	}
	settings, err := c.Live.settings(c.Tempo, jam.Quarters(4))
	if err != nil {
		return settings, err
	}
	if settings.BassChannel == jam.AgentChannel {
		return settings, usage.Errorf("--bass-channel %d: the agent plays there; give the bass another", jam.AgentChannel)
	}
	if settings.Transpose != 0 || settings.Split != 0 {
		return settings, usage.Errorf("transpose and split are for a player's keys: the agent has none")
	}
	if err := c.Live.check(); err != nil {
		return settings, err
	}
	if err := model.Check(c.Agent, model.Melody); err != nil {
		return settings, usage.Error(err)
	}
	return settings, checkFor(c.For)
}
