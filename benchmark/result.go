package benchmark

import (
	"encoding/json"
	"os"
	"slices"

	"jamd/latency"
	"jamd/usage"
)

// format is the format of the JSON.
const format = "jamd.bench/1"

// A Result is what `jamd bench --json` prints and --compare reads. Times are milliseconds.
type Result struct {
	Format    string       `json:"format"`
	Machine   Machine      `json:"machine"`
	Policy    string       `json:"policy"`
	Provider  string       `json:"provider"`
	Tempo     float64      `json:"tempo"`
	Arms      []Arm        `json:"arms"`
	Following []Comparison `json:"following,omitempty"` // each arm that follows its player, to the same arm without
	Compared  []Comparison `json:"compared,omitempty"`
}

// A Machine describes what was measured on.
type Machine struct {
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"` // logical
	System      string `json:"system"`
	Go          string `json:"go"`
	ONNXRuntime string `json:"onnx_runtime"`
	Jamd        string `json:"jamd"`
	Rights      string `json:"rights"` // real-time scheduling
}

// An Arm holds the figures of one run: idle or under load.
type Arm struct {
	Arm             string         `json:"arm"`
	Frames          int64          `json:"frames"`
	Missed          int64          `json:"missed"`
	MissedBy        latency.Causes `json:"missed_by"`
	Skipped         int64          `json:"skipped"`
	Errors          int64          `json:"errors"`                   // of policy and output
	Chords          int64          `json:"chords"`                   // chords that began
	Notes           int64          `json:"notes"`                    // notes that were answered
	RealTimeThreads int            `json:"real_time_threads"`        // half-way through the run; -1 if not known
	Stolen          *float64       `json:"stolen_percent,omitempty"` // share of the processors' time that the host of a virtual machine took
	Step            Spread         `json:"step_ms"`                  // of a policy step, without misses
	Late            Spread         `json:"late_ms"`                  // from a line until its messages were sent
	Reaction        Spread         `json:"reaction_ms"`              // from the arrival of a note to the first chord that could take it into account
	ReactionFrames  Spread         `json:"reaction_frames"`
	Followed        int64          `json:"followed,omitempty"`    // frames that followed the player
	Follower        *Spread        `json:"follower_ms,omitempty"` // of the follower, for one note; nil if the jam does not follow its player
	StepBuckets     []Bucket       `json:"step_buckets"`          // of policy steps
	LateBuckets     []Bucket       `json:"late_buckets"`          // of late frames
	OverBudget      *float64       `json:"over_budget,omitempty"` // share of steps longer than --budget, misses included
	Idle            *IdleCost      `json:"idle,omitempty"`        // only in the idle arm; nil if the system cannot say
}

// A Row is a line of an arm's table.
type Row struct {
	What, Unit string
	Spread
}

// Rows returns the figures of the arm as a table.
func (a *Arm) Rows() []Row {
	rows := []Row{
		{"policy step", "ms", a.Step}, {"chord after its line", "ms", a.Late},
		{"note to chord", "ms", a.Reaction}, {"note to chord", "frames", a.ReactionFrames},
	}
	if a.Follower != nil {
		rows = append(rows, Row{"follower, for one note", "ms", *a.Follower})
	}
	if a.Idle != nil {
		rows = append(rows, Row{"nobody playing: one core", "%", a.Idle.Core}, Row{"nobody playing: memory", "MB", a.Idle.Memory},
			Row{"start until it listens", "ms", a.Idle.Ready}, Row{"of that, on a processor", "ms", a.Idle.Begun})
	}
	return rows
}

// A Comparison holds the ratios of one row's figures, now to before. A ratio is 0 if the figure was 0 before.
type Comparison struct {
	Arm   string `json:"arm"`
	What  string `json:"what"`
	Unit  string `json:"unit"`
	Ratio Spread `json:"ratio"`
}

// Compare compares the arms that both results have.
func Compare(before, now *Result) (all []Comparison) {
	for _, a := range now.Arms {
		if i := slices.IndexFunc(before.Arms, func(b Arm) bool { return b.Arm == a.Arm }); i >= 0 {
			all = append(all, compareArms(&before.Arms[i], &a)...)
		}
	}
	return all
}

// compareArms compares the rows that both arms have.
func compareArms(before, now *Arm) (all []Comparison) {
	ratio := func(now, before float64) float64 {
		if before == 0 {
			return 0
		}
		return now / before
	}
	rows := before.Rows()
	for _, n := range now.Rows() {
		j := slices.IndexFunc(rows, func(b Row) bool { return b.What == n.What && b.Unit == n.Unit })
		if j < 0 {
			continue
		}
		b := rows[j]
		all = append(all, Comparison{now.Arm, n.What, n.Unit, Spread{
			ratio(n.P50, b.P50), ratio(n.P99, b.P99), ratio(n.P999, b.P999), ratio(n.Max, b.Max),
		}})
	}
	return all
}

// Read reads a result that `jamd bench --json` printed.
func Read(path string) (*Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usage.Errorf("--compare: %w", err)
	}
	r := &Result{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, usage.Errorf("--compare %s: not what 'jamd bench --json' prints: %w", path, err)
	}
	if r.Format != format {
		return nil, usage.Errorf("--compare %s: not what 'jamd bench --json' prints: its format is %q, not %q", path, r.Format, format)
	}
	return r, nil
}
