package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"jamd/latency"
)

const benchFormat = "jamd.bench/1"

// A benchResult is what bench --json prints and --compare reads. Times are milliseconds.
type benchResult struct {
	Format   string       `json:"format"`
	Machine  benchMachine `json:"machine"`
	Policy   string       `json:"policy"`
	Provider string       `json:"provider"`
	Tempo    float64      `json:"tempo"`
	Arms     []armFigures `json:"arms"`
	Compared []comparison `json:"compared,omitempty"`
}

type benchMachine struct {
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"` // logical
	System      string `json:"system"`
	Go          string `json:"go"`
	ONNXRuntime string `json:"onnx_runtime"`
	Jamd        string `json:"jamd"`
	Rights      string `json:"rights"` // to real-time scheduling
}

// armFigures are those of one arm.
type armFigures struct {
	Arm             string         `json:"arm"`
	Frames          int64          `json:"frames"`
	Missed          int64          `json:"missed"`
	MissedBy        latency.Causes `json:"missed_by"`
	Skipped         int64          `json:"skipped"`
	Errors          int64          `json:"errors"`                   // of the policy and the output
	Chords          int64          `json:"chords"`                   // struck
	Notes           int64          `json:"notes"`                    // with a reaction
	RealTimeThreads int            `json:"real_time_threads"`        // seen half-way; -1: not known
	Stolen          *float64       `json:"stolen_percent,omitempty"` // of all processors' time, by the host of a virtual machine
	Step            spread         `json:"step_ms"`                  // one policy step, of frames that did not miss it
	Late            spread         `json:"late_ms"`                  // from a line until all that was due was sent, of all frames
	Reaction        spread         `json:"reaction_ms"`              // from a note's arrival to the first chord that could know it
	ReactionFrames  spread         `json:"reaction_frames"`
	StepBuckets     []benchBucket  `json:"step_buckets"`          // how many steps took so long
	LateBuckets     []benchBucket  `json:"late_buckets"`          // how many frames were so late
	OverBudget      *float64       `json:"over_budget,omitempty"` // share of steps, misses among them, longer than --budget
	Idle            *idleCost      `json:"idle,omitempty"`        // of the arm of that name; none where the system does not say
}

type spread struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// A benchBucket counts times above the bucket before it, and up to a bound.
type benchBucket struct {
	UpTo  float64 `json:"up_to_ms"`
	Count int64   `json:"count"`
}

func bucketsOf(h latency.Histogram) []benchBucket {
	all := []benchBucket{}
	for _, b := range h.Buckets() {
		all = append(all, benchBucket{float64(b.UpTo) / float64(time.Millisecond), b.Count})
	}
	return all
}

func spreadOf(s latency.Spread) spread {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return spread{ms(s.P50), ms(s.P99), ms(s.P999), ms(s.Max)}
}

// exactSpread is by nearest rank.
func exactSpread[T int64 | float64](values []T) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return float64(sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]) }
	return spread{at(0.5), at(0.99), at(0.999), at(1)}
}

// figures are the rows of an arm's table.
func (a *armFigures) figures() []benchRow {
	rows := []benchRow{
		{"policy step", "ms", a.Step}, {"chord after its line", "ms", a.Late},
		{"note to chord", "ms", a.Reaction}, {"note to chord", "frames", a.ReactionFrames},
	}
	if a.Idle != nil {
		rows = append(rows, benchRow{"nobody playing: one core", "%", a.Idle.Core}, benchRow{"nobody playing: memory", "MB", a.Idle.Memory},
			benchRow{"start until it listens", "ms", a.Idle.Ready}, benchRow{"of that, on a processor", "ms", a.Idle.Begun})
	}
	return rows
}

type benchRow struct {
	what, unit string
	spread
}

// A comparison holds the ratios of one row of an arm, now to before; 0 where there was nothing before.
type comparison struct {
	Arm   string `json:"arm"`
	What  string `json:"what"`
	Unit  string `json:"unit"`
	Ratio spread `json:"ratio"`
}

// compare pairs the arms that both runs have.
func compare(before, now *benchResult) (all []comparison) {
	ratio := func(now, before float64) float64 {
		if before == 0 {
			return 0
		}
		return now / before
	}
	for _, a := range now.Arms {
		i := slices.IndexFunc(before.Arms, func(b armFigures) bool { return b.Arm == a.Arm })
		if i < 0 {
			continue
		}
		rows := before.Arms[i].figures()
		for _, n := range a.figures() {
			j := slices.IndexFunc(rows, func(b benchRow) bool { return b.what == n.what && b.unit == n.unit })
			if j < 0 {
				continue // an older run does not have it
			}
			b := rows[j]
			all = append(all, comparison{a.Arm, n.what, n.unit, spread{
				ratio(n.P50, b.P50), ratio(n.P99, b.P99), ratio(n.P999, b.P999), ratio(n.Max, b.Max),
			}})
		}
	}
	return all
}

// readBench reads what bench --json printed.
func readBench(path string) (*benchResult, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--compare: %w", err)
	}
	r := &benchResult{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("--compare %s: not what 'jamd bench --json' prints: %w", path, err)
	}
	if r.Format != benchFormat {
		return nil, fmt.Errorf("--compare %s: not what 'jamd bench --json' prints: its format is %q, not %q", path, r.Format, benchFormat)
	}
	return r, nil
}

// print writes the result for people, and what it is to before, if there is one.
func (r *benchResult) print(to console, before *benchResult) {
	m := r.Machine
	cpu := m.CPU
	if cpu == "" {
		cpu = "unknown processor"
	}
	fmt.Fprintf(to.Out, "%s, %d logical cores, %s, %s, ONNX Runtime %s, jamd %s\n", cpu, m.Cores, m.System, m.Go, m.ONNXRuntime, m.Jamd)
	fmt.Fprintf(to.Out, "policy %s on %s, %.4g BPM; real-time rights: %s\n", r.Policy, r.Provider, r.Tempo, m.Rights)
	for _, a := range r.Arms {
		fmt.Fprintf(to.Out, "\n%s: %d frames, %d missed (late wake %d, slow step %d, policy error %d, backlog %d), %d lost; "+
			"%d chords, %d notes; %s%s\n", a.Arm, a.Frames, a.Missed, a.MissedBy.LateWake, a.MissedBy.SlowStep, a.MissedBy.PolicyError,
			a.MissedBy.Backlog, a.Skipped, a.Chords, a.Notes, realTime(a.RealTimeThreads), stolenShare(a.Stolen))
		printHead(to)
		for _, row := range a.figures() {
			digits := map[string]int{"ms": 3, "%": 2, "MB": 1}[row.unit] // frames are whole
			fmt.Fprintf(to.Out, "%-34s %10.*f %10.*f %10.*f %10.*f\n", row.what+" ("+row.unit+")",
				digits, row.P50, digits, row.P99, digits, row.P999, digits, row.Max)
		}
		printBuckets(to, "policy step", a.StepBuckets)
		printBuckets(to, "chord after its line", a.LateBuckets)
	}
	if before == nil {
		return
	}
	fmt.Fprintf(to.Out, "\nnow / before (%s, policy %s on %s, %.4g BPM)\n", before.Machine.CPU, before.Policy, before.Provider, before.Tempo)
	if len(r.Compared) == 0 {
		fmt.Fprintln(to.Out, "the two runs have no arm in common")
		return
	}
	printHead(to)
	for _, c := range r.Compared {
		fmt.Fprintf(to.Out, "%-34s %9.2fx %9.2fx %9.2fx %9.2fx\n", c.Arm+": "+c.What+" ("+c.Unit+")",
			c.Ratio.P50, c.Ratio.P99, c.Ratio.P999, c.Ratio.Max)
	}
}

func printHead(to console) {
	fmt.Fprintf(to.Out, "%-34s %10s %10s %10s %10s\n", "", "p50", "p99", "p99.9", "max")
}

// printBuckets draws a histogram.
func printBuckets(to console, what string, buckets []benchBucket) {
	const width = 50
	most := int64(1)
	for _, b := range buckets {
		most = max(most, b.Count)
	}
	for _, b := range buckets {
		bar := strings.Repeat("#", int((b.Count*width+most-1)/most)) // what is there is seen
		fmt.Fprintln(to.Out, strings.TrimRight(fmt.Sprintf("%-20s up to %7g ms %10d %s", what, b.UpTo, b.Count, bar), " "))
	}
}

func realTime(threads int) string {
	switch {
	case threads < 0:
		return "scheduling not known"
	case threads == 0:
		return "no thread in real time"
	default:
		return fmt.Sprintf("%d threads in real time", threads)
	}
}

func stolenShare(percent *float64) string {
	if percent == nil {
		return ""
	}
	return fmt.Sprintf("; %.2f %% of the processors' time stolen by a host", *percent)
}
