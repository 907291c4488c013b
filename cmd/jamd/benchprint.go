package main

import (
	"fmt"
	"strings"

	"jamd/benchmark"
)

// printBench prints a result as tables. If before is not nil, it also prints the ratios to that earlier result.
func printBench(to console, r, before *benchmark.Result) {
	m := r.Machine
	cpu := m.CPU
	if cpu == "" {
		cpu = "unknown processor"
	}
	fmt.Fprintf(to.Out, "%s, %d logical cores, %s, %s, ONNX Runtime %s, jamd %s\n", cpu, m.Cores, m.System, m.Go, m.ONNXRuntime, m.Jamd)
	fmt.Fprintf(to.Out, "policy %s on %s, %.4g BPM; real-time rights: %s\n", r.Policy, r.Provider, r.Tempo, m.Rights)
	for _, a := range r.Arms {
		fmt.Fprintf(to.Out, "\n%s: %d frames, %d missed (late wake %d, slow step %d, policy error %d, backlog %d), %d lost; "+
			"%d chords, %d notes; %s%s%s\n", a.Arm, a.Frames, a.Missed, a.MissedBy.LateWake, a.MissedBy.SlowStep, a.MissedBy.PolicyError,
			a.MissedBy.Backlog, a.Skipped, a.Chords, a.Notes, followed(a.Followed), realTime(a.RealTimeThreads), stolenShare(a.Stolen))
		printHead(to)
		for _, row := range a.Rows() {
			digits := map[string]int{"ms": 3, "%": 2, "MB": 1}[row.Unit] // frames are whole numbers
			fmt.Fprintf(to.Out, "%-34s %10.*f %10.*f %10.*f %10.*f\n", row.What+" ("+row.Unit+")",
				digits, row.P50, digits, row.P99, digits, row.P999, digits, row.Max)
		}
		printBuckets(to, "policy step", a.StepBuckets)
		printBuckets(to, "chord after its line", a.LateBuckets)
	}
	if len(r.Following) > 0 {
		fmt.Fprintln(to.Out, "\nfollowing / not following")
		printRatios(to, r.Following)
	}
	if before == nil {
		return
	}
	fmt.Fprintf(to.Out, "\nnow / before (%s, policy %s on %s, %.4g BPM)\n", before.Machine.CPU, before.Policy, before.Provider, before.Tempo)
	if len(r.Compared) == 0 {
		fmt.Fprintln(to.Out, "the two runs have no arm in common")
		return
	}
	printRatios(to, r.Compared)
}

func printRatios(to console, ratios []benchmark.Comparison) {
	printHead(to)
	for _, c := range ratios {
		fmt.Fprintf(to.Out, "%-34s %9.2fx %9.2fx %9.2fx %9.2fx\n", c.Arm+": "+c.What+" ("+c.Unit+")",
			c.Ratio.P50, c.Ratio.P99, c.Ratio.P999, c.Ratio.Max)
	}
}

func printHead(to console) {
	fmt.Fprintf(to.Out, "%-34s %10s %10s %10s %10s\n", "", "p50", "p99", "p99.9", "max")
}

// printBuckets prints a histogram.
func printBuckets(to console, what string, buckets []benchmark.Bucket) {
	const width = 50
	most := int64(1)
	for _, b := range buckets {
		most = max(most, b.Count)
	}
	for _, b := range buckets {
		bar := strings.Repeat("#", int((b.Count*width+most-1)/most)) // a count above 0 is visible
		fmt.Fprintln(to.Out, strings.TrimRight(fmt.Sprintf("%-20s up to %7g ms %10d %s", what, b.UpTo, b.Count, bar), " "))
	}
}

func followed(frames int64) string {
	if frames == 0 {
		return ""
	}
	return fmt.Sprintf("%d frames followed the player; ", frames)
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
