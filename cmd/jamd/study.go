package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jamd/live"
)

// studyFlags say how blind jams count in a study.
type studyFlags struct {
	Participant string        `placeholder:"NAME|N" help:"Who plays: a name, or a number that gives the same order of policies on every machine. Plays on where the participant left off."`
	Rounds      int           `default:"1" placeholder:"N" help:"How often the participant plays with each policy (${default})."`
	AtLeast     time.Duration `default:"30s" placeholder:"DURATION" help:"A blind jam that is shorter than this is too short to judge: it does not count, and the same policy plays again (${default})."`
}

func (f *studyFlags) test(policies []string) live.Blind {
	return live.Blind{Policies: policies, Participant: f.Participant, Rounds: f.Rounds, AtLeast: f.AtLeast}
}

// resolved returns policies with the files among them by their whole paths, links followed: the jams of a study are those of the same set
// of policies, wherever jamd was started.
func resolved(policies []string) []string {
	known, all := live.PolicyNames(), slices.Clone(policies)
	for i, p := range all {
		if slices.Contains(known, p) || !strings.HasSuffix(p, ".onnx") {
			continue
		}
		if path, err := filepath.Abs(p); err == nil {
			all[i] = path
		}
		if path, err := filepath.EvalSymlinks(all[i]); err == nil {
			all[i] = path
		}
	}
	return all
}

// judged returns what follows a blind jam: that it is to be rated, or why it does not count.
func judged(r *live.Result) string {
	id := filepath.Base(r.Session)
	switch t := r.Trial; {
	case t != nil && r.Session == "" && r.Loss != "":
		return "This jam does not count, because its recording cannot be read. The same policy plays the next one."
	case t == nil || r.Session == "":
		return ""
	case r.TooShort:
		return fmt.Sprintf("This jam is too short to judge, and does not count: it must last %v. The same policy plays the next one.",
			time.Duration(t.AtLeast*float64(time.Second)))
	case t.Participant == "":
		return "This jam counts: " + revealing(id)
	case t.Jam == t.Of:
		return fmt.Sprintf("This was jam %d of %d of participant %s, the last one: %s", t.Jam, t.Of, t.Participant, revealing(id))
	default:
		return fmt.Sprintf("This was jam %d of %d of participant %s: %s", t.Jam, t.Of, t.Participant, revealing(id))
	}
}
