package live

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"jamd/blind"
	"jamd/session"
	"jamd/ui"
	"jamd/usage"
)

// A Blind test hides which of several policies plays each jam.
type Blind struct {
	Policies    []string // that each jam draws from; nil for jams that are not blind
	Participant string   // name or number in a study; "" if one player tests for himself, for as long as he likes
	Rounds      int      // how often a participant plays with each policy
	AtLeast     time.Duration
}

// The defaults of a Blind test.
const (
	DefaultRounds  = 1
	DefaultAtLeast = 30 * time.Second
	maxRounds      = 100
)

func (b Blind) on() bool { return b.Policies != nil }

func (b Blind) same(other Blind) bool {
	return slices.Equal(b.Policies, other.Policies) && b.Participant == other.Participant && b.Rounds == other.Rounds && b.AtLeast == other.AtLeast
}

// ended returns the choices for jams that are not blind.
func (b Blind) ended() Blind {
	b.Policies, b.Participant = nil, ""
	return b
}

// Check returns an error if no such test can be made, or if the participant has played all jams. root is the folder of the
// sessions, or "" for the user's own.
func (b Blind) Check(root string) error {
	_, err := b.next(root, "")
	return err
}

// next is Check, and also returns the next jam of the participant, if there is one. The session `waits`, of a jam that has not
// begun, does not count as played.
func (b Blind) next(root, waits string) (t session.Trial, err error) {
	switch {
	case b.Rounds < 1 || b.Rounds > maxRounds:
		return t, fmt.Errorf("rounds %d: must be 1 to %d", b.Rounds, maxRounds)
	case b.AtLeast < 0 || b.AtLeast > time.Hour:
		return t, fmt.Errorf("at least %v: must be 0 to an hour", b.AtLeast)
	}
	if err := session.CheckParticipant(b.Participant); err != nil || !b.on() || b.Participant == "" {
		return t, err
	}
	t, err = b.trial(root, waits)
	if err == nil && t.Jam > t.Of {
		err = &ui.Reason{Code: ui.ReasonStudyDone, Args: map[string]string{"participant": t.Participant, "jams": strconv.Itoa(t.Of)},
			Err: fmt.Errorf("participant %s has played all %d jams: give more rounds to go on", t.Participant, t.Of)}
	}
	return t, err
}

// over reports whether the participant of a study has played all jams. If the sessions cannot be read, it is not.
func (b Blind) over(root string) bool {
	if b.Participant == "" {
		return false
	}
	t, err := b.trial(root, "")
	return err == nil && t.Jam > t.Of
}

// trial returns the next jam of the participant, as if the session `waits` were not there.
func (b Blind) trial(root, waits string) (session.Trial, error) {
	archive, err := session.OpenArchive(root)
	if err != nil {
		return session.Trial{}, err
	}
	all, err := archive.List()
	all = slices.DeleteFunc(all, func(s session.Brief) bool { return s.ID == waits })
	return session.NextTrial(all, b.Policies, b.Participant, b.Rounds*len(b.Policies)), err
}

// A draw is what was drawn for a jam.
type draw struct {
	trial  *session.Trial // nil if the jam is not blind
	played func() error   // must be called if the jam counts
	kept   func()         // must be called when the jam's session has started, or when there is none; later calls do nothing
}

// drawing is how long another jamd may take to draw a blind jam and begin it.
const drawing = 30 * time.Second

// draw draws the policy of a jam and sets it in o, if the jam is blind.
func (h *Host) draw(ctx context.Context, o *Options) (d draw, err error) {
	b := o.Blind
	d.played, d.kept = func() error { return nil }, func() {}
	if !b.on() {
		return d, nil
	}
	d.trial = &session.Trial{}
	if b.Participant == "" {
		root, err := session.DefaultRoot()
		if err != nil {
			return d, usage.Error(err)
		}
		order := blind.Order{Path: filepath.Join(filepath.Dir(root), "blind.json")}
		err = inTurn(ctx, func() (err error) { o.Policy, err = order.Draw(b.Policies); return usage.Error(err) })
		if err != nil {
			return d, err
		}
		drawn := o.Policy
		d.played = func() error {
			return inTurn(context.WithoutCancel(ctx), func() error { return order.Played(b.Policies, drawn) })
		}
	} else {
		ctx, cancel := context.WithTimeout(ctx, drawing)
		defer cancel()
		unlock, err := session.LockDraw(ctx, o.SessionDir)
		if err != nil {
			return d, err
		}
		if *d.trial, err = b.next(o.SessionDir, ""); err != nil {
			unlock()
			return d, usage.Error(err)
		}
		d.kept = sync.OnceFunc(unlock)
		o.Policy = blind.Sequence(b.Policies, d.trial.Number, b.Rounds)[d.trial.Jam-1]
	}
	d.trial.AtLeast = b.AtLeast.Seconds()
	return d, nil
}

// inTurn runs f while no other jamd of this user draws a blind jam.
func inTurn(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, drawing)
	defer cancel()
	unlock, err := session.LockDraw(ctx, "")
	if err != nil {
		return err
	}
	defer unlock()
	return f()
}
