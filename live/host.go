package live

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"jamd/archive"
	"jamd/jam"
	"jamd/learn"
	"jamd/midiio"
	"jamd/model"
	"jamd/ports"
	"jamd/ui"
	"jamd/usage"
)

// A Host plays one jam after another, and owns what lasts longer than a jam.
type Host struct {
	options  Options // of the next jam
	terminal Terminal
	next     *next
	own      jam.Settings // tempo and meter that the player has set; a tune has its own
	defaults *defaults
	learned  *learned
	history  history
	ports    *ports.List

	// The page; nil if there is none.
	server   *ui.Server
	sessions *archive.Sessions
	place    string             // path of the file that tells programs where the page is
	unwatch  context.CancelFunc // stops watching the ports

	mu    sync.Mutex
	jam   *Jam                  // the one that plays; nil between jams
	pulse atomic.Pointer[pulse] // of the last loop that began; nil before the first
}

// NewHost makes a host and opens its page. In its first jam, jamd listens for `listen` beats. The caller must call Close.
func NewHost(o Options, t Terminal, listen int) (*Host, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Blind.Rounds = max(o.Blind.Rounds, DefaultRounds)
	bindings, err := learn.NewBindings(o.Learned)
	if err != nil {
		return nil, usage.Error(err)
	}
	h := &Host{
		options: o, terminal: t, ports: ports.NewList(midiio.NewLister()), defaults: &defaults{file: o.Defaults},
		learned: &learned{bindings: bindings, file: o.Defaults},
		next:    &next{choices: nextChoices{record: o.Record, clock: o.Clock, listen: listen, blind: o.Blind}},
	}
	if o.Page == NoPage {
		return h, nil
	}
	if err := h.openPage(); err != nil {
		return nil, err
	}
	return h, nil
}

// Silence ends every note at once. Any goroutine may call it, between jams too.
func (h *Host) Silence() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.jam != nil {
		_ = h.jam.output.Silence() // nobody can read the error any more
	}
}

// PlayAgent plays one jam in which an agent plays the melody. The clock of the host's options must not be external.
func (h *Host) PlayAgent(ctx context.Context, a Agent) error {
	policy, _, err := h.options.Policies.Warm(a.Spec, model.Melody)
	if err != nil {
		return err
	}
	defer policy.Close()
	j, err := h.open(h.options, a.Settings, "", jam.AgentChannel)
	if err != nil {
		return err
	}
	defer j.close()
	if err := j.playAgent(ctx, &a, policy); err != nil {
		return err
	}
	return h.run(ctx, j)
}

// Play plays one jam after another until ctx ends, or a jam ends and no page wants another. What the player chooses in one jam
// holds in the next.
func (h *Host) Play(ctx context.Context, p Player) error {
	h.own = p.Settings
	for {
		j, err := h.playOne(ctx, &p)
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return nil // the player left before the jam was drawn
		}
		if err != nil || ctx.Err() != nil {
			return err
		}
		after := ending(j.ending.Load())
		if after == jamIsOver && p.Length == 0 && h.server != nil && h.server.Visited() { // a tune has ended: it is the visitor's turn
			after = nextWaits
		}
		if after == jamIsOver {
			return nil
		}
		if err := h.prepareNext(j, &p, after); err != nil {
			return err
		}
	}
}

// playOne plays one jam of a player and returns it.
func (h *Host) playOne(ctx context.Context, p *Player) (*Jam, error) {
	o := h.options
	if p.Tune != nil {
		o.Clock = o.Clock.steady()
	}
	drawn, err := h.draw(ctx, &o)
	if err != nil {
		return nil, err
	}
	defer drawn.kept()
	j, err := h.open(o, p.Settings, p.In, p.thruChannels()...)
	if err != nil {
		return nil, err
	}
	defer j.close()
	j.trial, j.kept = drawn.trial, drawn.kept
	if err := j.hear(ctx, p); err != nil {
		return nil, err
	}
	err = h.run(ctx, j)
	if j.counts {
		err = errors.Join(err, drawn.played())
	}
	return j, err
}

// run plays a jam that open and hear, or open and playAgent, have prepared.
func (h *Host) run(ctx context.Context, j *Jam) error {
	h.mu.Lock()
	h.jam = j
	h.mu.Unlock()
	err := j.run(ctx)
	h.mu.Lock()
	h.jam = nil
	h.mu.Unlock()
	return err
}

// prepareNext changes the host's options, and p, for the jam after j. A file plays only once. After a tune, tempo and meter are
// again those that the player has set.
func (h *Host) prepareNext(j *Jam, p *Player, after ending) error {
	chosen := h.next.get()
	if policy := j.controls.wanted(); !j.blind() && policy != j.Policy.Metadata().Name {
		h.options.Policy = policy
	}
	if out := j.output.chosen(); out != "" {
		h.options.Out = out
	}
	if j.input != nil {
		p.In = j.input.chosen()
	}
	p.In = cmp.Or(p.In, Page) // after a tune of the command line
	h.options.Wait = true     // a port that has gone may come back
	h.options.Clock, h.options.Blind = chosen.clock.effective(), chosen.blind
	if h.options.Blind.on() && h.options.Blind.over(h.options.SessionDir) {
		h.next.change(func(n *nextChoices) { n.blind = n.blind.ended() })
		h.options.Blind = h.next.get().blind
	}
	h.options.Clock.BPM = math.Float64frombits(j.told.Load())
	seed := p.Settings.Seed
	if h.options.RandomSeed {
		seed = RandomSeed()
	}
	p.Settings = j.controls.Settings()
	if j.Tune() == nil {
		h.own = p.Settings
		h.own.Tempo = j.tempoAfter()
	}
	p.Settings.Seed, p.Settings.Listen = seed, chosen.listen
	p.Settings.Tempo, p.Settings.Meter, p.Settings.FindMeter = h.own.Tempo, h.own.Meter, h.own.FindMeter
	p.Tune, p.CountIn = nil, nil
	switch {
	case after == nextPerforms:
		return p.perform()
	case after == nextCountsIn && !h.options.Clock.external():
		bar := p.Settings.Meter.Beats()
		p.CountIn = &bar
	}
	return nil
}

// RandomSeed draws a seed below 2^32.
func RandomSeed() uint64 { return rand.Uint64N(1 << 32) }
