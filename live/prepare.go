package live

import (
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/model"
	"jamd/realtime"
)

const (
	inboxLength = 1024
	// spin is how long before a line the time-keeping thread stays awake, if it has real-time priority.
	spin = 300 * time.Microsecond
	// changesLength is more than the guard and the ports change in one burst: they make a few changes a second at most.
	changesLength = 64
)

// A Prepared holds what a jam needs except its ports: warm policies, a guard, real-time rights, and the configuration of its
// loop.
type Prepared struct {
	Clock   *jam.LiveClock
	Policy  *model.Policy
	Faster  *model.Policy // nil if there is none
	Config  jam.LoopConfig
	Changes *jam.Queue[latency.Change] // made by the guard

	rights *realtime.Rights
}

// Prepare opens and warms the policies of a jam. Without a faster variant, faster is "". The caller must call Free.
func Prepare(open Policies, policy, faster string, budget time.Duration, s jam.Settings) (*Prepared, error) {
	warm, steps, err := open.Warm(policy, model.Chords)
	if err != nil {
		return nil, err
	}
	p := &Prepared{Clock: jam.NewLiveClock(), Policy: warm, Changes: jam.NewQueue[latency.Change](changesLength)}
	if faster != "" {
		if p.Faster, _, err = open.Warm(faster, model.Chords); err != nil {
			p.Free()
			return nil, err
		}
	}
	p.Config = jam.LoopConfig{
		Settings: s, Policy: warm, Name: warm.Metadata().Name, Inbox: jam.NewQueue[jam.Event](inboxLength), Clock: p.Clock,
		Guard: latency.NewGuard(latency.GuardConfig{
			Steps: steps, Faster: p.Faster != nil, Budget: budget, Changes: []*jam.Queue[latency.Change]{p.Changes},
		}),
	}
	if p.Faster != nil {
		p.Config.Faster = p.Faster
	}
	p.rights = realtime.New()
	p.Config.Thread = func(duty jam.Duty) {
		if p.rights.Raise(duty) && duty == jam.DutyTime {
			p.Clock.Spin(spin)
		}
	}
	return p, nil
}

// Free closes the policies and gives back real-time rights. The loop must have ended.
func (p *Prepared) Free() {
	if p.rights != nil {
		p.rights.Close()
	}
	_ = p.Policy.Close()
	if p.Faster != nil {
		_ = p.Faster.Close()
	}
}

// drops returns functions that count what the queues of a loop dropped.
func drops(c jam.LoopConfig) latency.Drops {
	dropped := func(kind jam.EntryKind) (n uint64) {
		for _, r := range c.Readers {
			n += r.Dropped(kind)
		}
		return n
	}
	return latency.Drops{
		Reports: func() uint64 { return dropped(jam.EntryReport) },
		Events:  func() uint64 { return c.Inbox.Dropped() + dropped(jam.EntryInput) },
	}
}
