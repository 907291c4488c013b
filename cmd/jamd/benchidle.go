package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"jamd/live"
)

const (
	idleFor    = 30 * time.Second // nobody plays for as long, or as long as an arm is
	idleEvery  = time.Second      // is told what was used
	idleStarts = 5                // are timed
)

// An idleCost is what 'jamd play' takes while nobody plays, with its page, its log and its output, in a process of its own.
type idleCost struct {
	Core   spread `json:"core_percent"` // share of one core, of each second
	Memory spread `json:"memory_mb"`    // resident, each second; 1 MB is 10^6 bytes
	Ready  spread `json:"ready_ms"`     // from the start of the process until it listens, of each start
	Begun  spread `json:"ready_cpu_ms"` // processor time that it has taken then
}

// An idleUse is what a process has used so far.
type idleUse struct {
	At        time.Duration `json:"at_ns"`        // since it listens
	Processor time.Duration `json:"processor_ns"` // of all its threads
	Resident  int64         `json:"resident"`     // memory at this moment, in bytes
}

// A benchIdleCmd is 'jamd play' that tells what it has used: when it listens, and each second from there on.
type benchIdleCmd struct {
	Play playCmd `embed:""`
}

func (c *benchIdleCmd) Run(ctx context.Context, to console, configured *configured, flags *configFlags) error {
	lines := json.NewEncoder(to.Out)
	to.Out = io.Discard
	over := make(chan struct{})
	var telling sync.WaitGroup
	c.Play.ready = func() {
		listens := time.Now()
		tell := func() {
			u := idleUse{At: time.Since(listens)}
			u.Processor, u.Resident, _ = used()
			_ = lines.Encode(u) // whoever measures has gone: nobody is left to tell
		}
		tell()
		telling.Go(func() {
			tick := time.NewTicker(idleEvery)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-tick.C:
					tell()
				case <-over:
					if n == 0 {
						tell()
					}
					return
				}
			}
		})
	}
	err := c.Play.Run(ctx, to, configured, flags)
	close(over)
	telling.Wait()
	return err
}

// idle measures what jamd costs while nobody plays; nil where the system does not say.
func (c *benchCmd) idle(ctx context.Context) (*idleCost, error) {
	if _, _, ok := used(); !ok {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "jamd-bench-")
	if err != nil {
		return nil, fmt.Errorf("nobody playing: %w", err)
	}
	defer os.RemoveAll(dir)
	var ready, begun []float64
	var uses []idleUse
	for n := range idleStarts {
		length := time.Duration(0)
		if n == idleStarts-1 {
			length = min(c.For, idleFor)
		}
		var start time.Duration
		if start, uses, err = c.idleJam(ctx, dir, length); err != nil {
			return nil, fmt.Errorf("nobody playing: %w", err)
		}
		ready, begun = append(ready, start.Seconds()*1e3), append(begun, uses[0].Processor.Seconds()*1e3)
	}
	cost := idleCostOf(uses)
	cost.Ready, cost.Begun = exactSpread(ready), exactSpread(begun)
	return &cost, nil
}

// idleJam lets a process play for a length, or only until it listens where that is 0. dir takes the place of the user's state
// folder, so that neither sessions nor 'jamd ctl' see anything of it.
func (c *benchCmd) idleJam(ctx context.Context, dir string, length time.Duration) (ready time.Duration, uses []idleUse, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, nil, err
	}
	jam := exec.CommandContext(ctx, self, "bench-idle", "--in", live.Page, "--count-in", "1", "--for", length.String(),
		"--tempo", strconv.FormatFloat(c.Tempo, 'g', -1, 64), "--policy", c.Policy, "--provider", c.Provider.String(), "--session-dir", dir)
	if c.OrtLib != "" {
		jam.Args = append(jam.Args, "--ort-lib", c.OrtLib)
	}
	jam.Env = append(os.Environ(), "XDG_STATE_HOME="+dir)
	var said bytes.Buffer
	jam.Stderr = &said
	out, err := jam.StdoutPipe()
	if err != nil {
		return 0, nil, err
	}
	began := time.Now()
	if err := jam.Start(); err != nil {
		return 0, nil, err
	}
	for lines := json.NewDecoder(out); ; {
		var u idleUse
		if lines.Decode(&u) != nil {
			break // it has ended
		}
		if len(uses) == 0 {
			if ready = time.Since(began); length == 0 {
				_ = jam.Process.Signal(os.Interrupt) // where it has ended already, all is well
			}
		}
		uses = append(uses, u)
	}
	err = jam.Wait()
	switch {
	case ctx.Err() != nil:
		return 0, nil, fmt.Errorf("the measurement was stopped: %w", ctx.Err())
	case err == nil && len(uses) < 2:
		err = errors.New("it ended before it told what it used")
	}
	if err != nil {
		text := strings.TrimSpace(said.String())
		return 0, nil, fmt.Errorf("%w: %s", err, text[strings.LastIndexByte(text, '\n')+1:])
	}
	return ready, uses, nil
}

// idleCostOf makes figures of what a process used from one moment to the next.
func idleCostOf(uses []idleUse) (c idleCost) {
	var core, memory []float64
	for i, u := range uses[1:] {
		before := uses[i]
		core = append(core, 100*float64(u.Processor-before.Processor)/float64(u.At-before.At))
		memory = append(memory, float64(u.Resident)/1e6)
	}
	c.Core, c.Memory = exactSpread(core), exactSpread(memory)
	return c
}
