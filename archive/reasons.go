package archive

import (
	"fmt"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
)

// reasons returns what may explain that a replay differs from the jam, likeliest first. faster is the faster variant that played
// in the jam, or nil.
func (p *Replayer) reasons(r *session.Record, faster *model.Policy, c session.Comparison) (because []string, err error) {
	say := func(format string, args ...any) { because = append(because, fmt.Sprintf(format, args...)) }
	other := func(who string, now *model.Policy, was session.Policy) {
		if m := now.Metadata(); m.SHA256 != was.SHA256 {
			say("the %s is another file: %s (%.12s), not %s (%.12s)", who, m.Name, m.SHA256, was.Name, was.SHA256)
		}
	}
	was := r.Manifest
	other("policy", p.Policy, was.Policy)
	if faster != nil {
		other("faster variant", faster, *was.Faster)
	}
	lost, errs, unnamed, err := missing(r)
	if err != nil {
		return nil, err
	}
	if unnamed > 0 {
		say("an older jamd wrote the log: it does not say which faster variant was to play %d frames", unnamed)
	}
	if lost != (session.Loss{}) || c.Gone > 0 {
		say("the log is incomplete: %d notes, %d frames and %d changes lost, %d bad lines", lost.Notes, lost.Frames, lost.Changes, c.Gone)
	}
	if provider := p.Policy.Provider().String(); provider != was.Provider {
		say("it runs on another provider: %s, not %s", provider, was.Provider)
	}
	if v := p.Policy.Library().Version; v != was.ONNXRuntime {
		say("it runs in another ONNX Runtime: %s, not %s", v, was.ONNXRuntime)
	}
	if errs > 0 {
		say("the policy or the output failed %d times in the jam", errs)
	}
	if c.Unknown > 0 {
		say("the machine stood still in the jam, for %d frames so far", c.Unknown)
	}
	if p.Version != was.Version {
		say("this is another jamd: %s, not %s", p.Version, was.Version)
	}
	if len(because) == 0 {
		say("nothing in the log explains it: another kind of processor, or a fault in jamd")
	}
	return because, nil
}

// missing returns what the log lost, how often the policy or the output failed, and how many frames a faster variant played that
// the log does not name.
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
