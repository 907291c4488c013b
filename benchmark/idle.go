package benchmark

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
	idleFor    = 30 * time.Second // the longest measurement while nobody plays
	idleEvery  = time.Second      // time between two reports
	idleStarts = 5                // how many starts are timed
)

// An IdleCost is what `jamd play` uses while nobody plays, in a process of its own.
type IdleCost struct {
	Core   Spread `json:"core_percent"` // share of one core, per second
	Memory Spread `json:"memory_mb"`    // resident, per second; 1 MB is 10^6 bytes
	Ready  Spread `json:"ready_ms"`     // from the start of the process until it is ready
	Begun  Spread `json:"ready_cpu_ms"` // processor time until it is ready
}

// An idleUse is what a process has used so far.
type idleUse struct {
	At        time.Duration `json:"at_ns"`        // since the process is ready
	Processor time.Duration `json:"processor_ns"` // of all its threads
	Resident  int64         `json:"resident"`     // memory now, in bytes
}

// A UseReporter reports what this process uses: once when it is ready, then every second. An idle measurement in the parent
// process reads the reports.
type UseReporter struct {
	lines   *json.Encoder
	over    chan struct{}
	running sync.WaitGroup
}

// NewUseReporter reports to out.
func NewUseReporter(out io.Writer) *UseReporter {
	return &UseReporter{lines: json.NewEncoder(out), over: make(chan struct{})}
}

// Listening says that the process is ready. The reports continue until Close.
func (r *UseReporter) Listening() {
	listens := time.Now()
	r.report(listens)
	r.running.Go(func() {
		tick := time.NewTicker(idleEvery)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
				r.report(listens)
			case <-r.over:
				if n == 0 {
					r.report(listens)
				}
				return
			}
		}
	})
}

func (r *UseReporter) report(listens time.Time) {
	u := idleUse{At: time.Since(listens)}
	u.Processor, u.Resident, _ = used()
	_ = r.lines.Encode(u) // an error means that nobody reads any more
}

// Close ends the reports.
func (r *UseReporter) Close() {
	close(r.over)
	r.running.Wait()
}

// idle measures what jamd uses while nobody plays. It returns nil if the system cannot say.
func (b *Benchmark) idle(ctx context.Context) (*IdleCost, error) {
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
			length = min(b.For, idleFor)
		}
		var start time.Duration
		if start, uses, err = b.idleJam(ctx, dir, length); err != nil {
			return nil, fmt.Errorf("nobody playing: %w", err)
		}
		ready, begun = append(ready, start.Seconds()*1e3), append(begun, uses[0].Processor.Seconds()*1e3)
	}
	cost := idleCostOf(uses)
	cost.Ready, cost.Begun = exactSpread(ready), exactSpread(begun)
	return &cost, nil
}

// idleJam runs `jamd play` in a process of its own for the given time; if that is 0, until the process is ready. The process runs
// the hidden command bench-idle. dir replaces the user's state folder, so that neither the user's sessions nor `jamd ctl` see the
// process.
func (b *Benchmark) idleJam(ctx context.Context, dir string, length time.Duration) (ready time.Duration, uses []idleUse, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, nil, err
	}
	jam := exec.CommandContext(ctx, self, "bench-idle", "--in", live.Page, "--count-in", "1", "--for", length.String(),
		"--tempo", strconv.FormatFloat(b.Tempo, 'g', -1, 64), "--policy", b.Policy, "--provider", b.Policies.Provider.String(), "--session-dir", dir)
	if library := b.Policies.Library; library != "" {
		jam.Args = append(jam.Args, "--ort-lib", library)
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
	uses = readUses(out, func() {
		if ready = time.Since(began); length == 0 {
			_ = jam.Process.Signal(os.Interrupt) // the process may have ended already
		}
	})
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

// readUses reads a process's reports until the process ends. It calls first after the first report.
func readUses(out io.Reader, first func()) (uses []idleUse) {
	for lines := json.NewDecoder(out); ; {
		var u idleUse
		if lines.Decode(&u) != nil {
			return uses
		}
		if uses = append(uses, u); len(uses) == 1 {
			first()
		}
	}
}

// idleCostOf computes figures from the reports of a process.
func idleCostOf(uses []idleUse) (c IdleCost) {
	var core, memory []float64
	for i, u := range uses[1:] {
		before := uses[i]
		core = append(core, 100*float64(u.Processor-before.Processor)/float64(u.At-before.At))
		memory = append(memory, float64(u.Resident)/1e6)
	}
	c.Core, c.Memory = exactSpread(core), exactSpread(memory)
	return c
}
