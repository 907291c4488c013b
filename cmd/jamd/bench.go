package main

import (
	"context"
	"io"
	"time"

	"jamd/benchmark"
	"jamd/live"
	"jamd/model"
)

type benchCmd struct {
	For      time.Duration  `default:"30s" placeholder:"DURATION" help:"Length of each arm (${default})."`
	Tempo    float64        `default:"120" placeholder:"BPM" help:"Quarter notes a minute (${default})."`
	Idle     bool           `xor:"arm" help:"Measure only on the machine as it is."`
	Load     bool           `xor:"arm" help:"Measure only under load: all cores busy, the disk written to, garbage collected all the time."`
	Clock    string         `enum:"internal,follow" default:"internal" placeholder:"internal|follow" help:"With follow, measure each arm a second time with a jam that follows its player, and print the ratios."`
	Budget   time.Duration  `placeholder:"DURATION" help:"End with exit code 1 if the 99th percentile of a policy step is longer than this, such as 5ms."`
	Compare  string         `placeholder:"FILE" help:"Compare with an earlier run that was saved by --json > FILE."`
	JSON     bool           `help:"Print one JSON object."`
	Policy   string         `default:"${policy}" placeholder:"NAME|FILE" predictor:"policy" help:"Policy to measure (${default})."`
	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda" predictor:"provider" help:"Where the policy runs (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`

	Configured configFlags `embed:""`
}

func (c *benchCmd) Run(ctx context.Context, to console) error {
	bench := c.benchmark(to)
	if err := bench.Check(); err != nil {
		return err
	}
	var before *benchmark.Result
	if c.Compare != "" {
		var err error
		if before, err = benchmark.Read(c.Compare); err != nil {
			return err
		}
	}
	result, err := bench.Run(ctx)
	if err != nil {
		return err
	}
	if before != nil {
		result.Compared = benchmark.Compare(before, result)
	}
	if !c.JSON {
		printBench(to, result, before)
	} else if err := printJSON(to, result); err != nil {
		return err
	}
	return bench.Judge(result)
}

// benchmark returns the benchmark that the flags describe.
func (c *benchCmd) benchmark(to console) *benchmark.Benchmark {
	arms := []string{benchmark.Idle, benchmark.UnderLoad}
	switch {
	case c.Idle:
		arms = arms[:1]
	case c.Load:
		arms = arms[1:]
	}
	progress := func(text string, length time.Duration) (end func()) {
		if c.JSON {
			return func() {}
		}
		to.Log.Info().Msg(text)
		return waiting(to, "measuring", length)
	}
	return &benchmark.Benchmark{
		Version: version, Arms: arms, For: c.For, Tempo: c.Tempo, Policy: c.Policy, Budget: c.Budget, Progress: progress,
		Follow:   c.Clock == live.ClockFollow,
		Policies: live.Policies{Library: c.OrtLib, Provider: c.Provider, Log: to.Log},
	}
}

// A benchLoadCmd is one process of the load.
type benchLoadCmd struct {
	Disk string `placeholder:"DIR" help:"Write a file in this folder over and over, instead of keeping a core busy."`
}

func (c *benchLoadCmd) Run() error { return benchmark.Burn(c.Disk) }

// A benchIdleCmd is 'jamd play' that also reports the processor time and memory that it uses.
type benchIdleCmd struct {
	Play playCmd `embed:""`
}

func (c *benchIdleCmd) Run(ctx context.Context, to console, configured *configured) error {
	reporter := benchmark.NewUseReporter(to.Out)
	defer reporter.Close()
	to.Out = io.Discard
	c.Play.ready = reporter.Listening
	return c.Play.Run(ctx, to, configured)
}
