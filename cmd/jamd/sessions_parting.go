package main

import (
	"context"
	"fmt"
	"strings"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
)

// A parting is where a replay does something else than the jam.
type parting struct {
	Frame    int64    `json:"frame"`
	Position string   `json:"position"`
	Jam      decision `json:"jam"`
	Replay   decision `json:"replay"`
}

type decision struct {
	Symbol string          `json:"symbol"`
	Token  jam.ChordToken  `json:"token"`
	Prob   float32         `json:"prob"`
	Melody jam.MelodyToken `json:"melody"`
}

// compare looks whether the policy and the others play as in the jam, and why not.
func (r *replayed) compare(ctx context.Context, record *session.Record, policy *model.Policy, others *understudies) error {
	c, err := record.Compare(ctx, policy, others.load)
	if err != nil {
		return err
	}
	r.Identical = c.Parting == nil
	if r.Identical {
		return nil
	}
	a, b := c.Parting.Logged, &c.Parting.Report
	r.Parting = &parting{
		Frame: b.Frame, Position: strings.TrimSpace(position(b.Frame, record.Manifest.Settings.Meter)),
		Jam:    decision{a.Symbol, a.Sounded, a.Prob, a.Melody},
		Replay: decision{b.Symbol, b.Sounded, b.Prob, b.Melody},
	}
	r.Because, err = reasons(record, policy, others.faster, c)
	return err
}

// reasons are what may have made a replay part from the jam, the likeliest first. faster is the variant that played in it; nil
// where none did.
func reasons(r *session.Record, policy, faster *model.Policy, c session.Comparison) (because []string, err error) {
	say := func(format string, args ...any) { because = append(because, fmt.Sprintf(format, args...)) }
	other := func(who string, p *model.Policy, was session.Policy) {
		if m := p.Metadata(); m.SHA256 != was.SHA256 {
			say("the %s is another file: %s (%.12s), not %s (%.12s)", who, m.Name, m.SHA256, was.Name, was.SHA256)
		}
	}
	was := r.Manifest
	other("policy", policy, was.Policy)
	if faster != nil {
		other("faster variant", faster, *was.Faster)
	}
	lost, errs, unnamed, err := missing(r)
	if err != nil {
		return nil, err
	}
	if unnamed > 0 {
		say("the log is an older jamd's: it does not tell which faster variant was to play %d frames", unnamed)
	}
	if lost != (session.Loss{}) || c.Gone > 0 {
		say("the log is not whole: %d notes, %d frames and %d changes lost, %d bad lines", lost.Notes, lost.Frames, lost.Changes, c.Gone)
	}
	if p := policy.Provider().String(); p != was.Provider {
		say("it runs on another provider: %s, not %s", p, was.Provider)
	}
	if v := policy.Library().Version; v != was.ONNXRuntime {
		say("it is run by another ONNX Runtime: %s, not %s", v, was.ONNXRuntime)
	}
	if errs > 0 {
		say("the policy or the output failed %d times in the jam", errs)
	}
	if c.Unknown > 0 {
		say("the machine stood still in the jam, for %d frames so far", c.Unknown)
	}
	if version != was.Version {
		say("this is another jamd: %s, not %s", version, was.Version)
	}
	if len(because) == 0 {
		say("nothing in the log explains it: another kind of processor, or a fault of jamd's")
	}
	return because, nil
}

// missing counts what the log says it lost, what failed in the jam, and the frames that a faster variant was to play of which
// nothing is known.
func missing(r *session.Record) (lost session.Loss, errs, unnamed int64, err error) {
	for entry, err := range r.Entries() {
		if err != nil {
			return lost, errs, unnamed, err
		}
		switch e := entry.(type) {
		case session.Loss:
			lost.Notes += e.Notes
			lost.Frames += e.Frames
			lost.Changes += e.Changes
		case session.End:
			errs = e.Jam.Errors
		case jam.FrameReport:
			if e.Rung == jam.RungFaster && r.Manifest.Faster == nil {
				unnamed++
			}
		}
	}
	return lost, errs, unnamed, nil
}
