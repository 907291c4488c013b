package archive

import (
	"cmp"
	"context"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
	"jamd/usage"
)

// A Replay is the result of replaying a session.
type Replay struct {
	Session     string      `json:"session"`
	Policy      string      `json:"policy"`
	SHA256      string      `json:"sha256"`
	SamePolicy  bool        `json:"same_policy"`
	Faster      string      `json:"faster,omitempty"` // the faster variant, if it played
	Frames      int64       `json:"frames"`           // number of frames compared
	Same        int64       `json:"same"`             // number of these frames in which the same chord sounded
	Identical   bool        `json:"identical"`
	Difference  *Difference `json:"difference,omitempty"` // the first one; nil if there is none, or if another policy plays freely
	Because     []string    `json:"because,omitempty"`    // what may explain the difference
	NoteInChord [2]float64  `json:"note_in_chord"`        // of the jam, and of the replay
	File        string      `json:"file,omitempty"`       // the file that the replay was written to

	Take   jam.Take    `json:"-"` // the jam's melody with the replay's chords
	Events []jam.Event `json:"-"` // what the replay sent, each at the time of its frame's line
}

// A Difference is the first frame in which the replay's decision is not the jam's.
type Difference struct {
	Frame    int64    `json:"frame"`
	Position string   `json:"position"` // bar and beat
	Jam      Decision `json:"jam"`
	Replay   Decision `json:"replay"`
}

// A Decision is what sounds in a frame, and the melody token that the policy was given.
type Decision struct {
	Symbol string          `json:"symbol"`
	Token  jam.ChordToken  `json:"token"`
	Prob   float32         `json:"prob"`
	Melody jam.MelodyToken `json:"melody"`
}

// A Replayer replays sessions.
type Replayer struct {
	Policy  *model.Policy // plays in place of the jam's first policy
	Version string        // of this jamd
	// Open opens a policy by its name or file. It opens the policies that played in the jam besides the first one.
	Open func(spec string) (*model.Policy, error)
	// Faster is the file of the jam's faster variant, if that does not come with jamd; else "".
	Faster string
	// Free lets Policy play all frames by itself. Otherwise the replay should equal the jam and is compared with it.
	Free bool
}

// Replay replays a session.
func (p *Replayer) Replay(ctx context.Context, r *session.Record) (*Replay, error) {
	m := p.Policy.Metadata()
	result := &Replay{Session: r.ID, Policy: m.Name, SHA256: m.SHA256, SamePolicy: m.SHA256 == r.Manifest.Policy.SHA256}
	playing := session.Replaying{Policy: p.Policy}
	if !p.Free {
		others := &otherPolicies{replayer: p}
		defer others.close()
		playing.Load = others.load
		if err := p.compare(ctx, r, others, result); err != nil {
			return nil, err
		}
	}
	if err := result.play(ctx, r, playing); err != nil {
		return nil, err
	}
	return result, nil
}

// compare replays the session and compares it with the jam. If they differ, it looks for reasons.
func (p *Replayer) compare(ctx context.Context, r *session.Record, others *otherPolicies, result *Replay) error {
	c, err := r.Compare(ctx, p.Policy, others.load)
	if others.faster != nil {
		result.Faster = others.faster.Metadata().Name
	}
	if err != nil {
		return err
	}
	if result.Identical = c.Difference == nil; result.Identical {
		return nil
	}
	take, err := r.Take() // for its bars
	if err != nil {
		return err
	}
	a, b := c.Difference.Logged, &c.Difference.Report
	result.Difference = &Difference{
		Frame: b.Frame, Position: take.Bars().Position(b.Frame),
		Jam:    Decision{a.Symbol, a.Sounded, a.Prob, a.Melody},
		Replay: Decision{b.Symbol, b.Sounded, b.Prob, b.Melody},
	}
	result.Because, err = p.reasons(r, others.faster, c)
	return err
}

// play replays the whole session and collects its figures, take and events.
func (p *Replay) play(ctx context.Context, r *session.Record, playing session.Replaying) error {
	take, err := r.Take()
	if err != nil {
		return err
	}
	p.NoteInChord[0], _ = take.NoteInChord()
	builder := jam.NewTakeBuilder(take.Name, take.Tempo, take.Meter)
	sent := &sentEvents{}
	playing.Output, playing.Missed = sent, p.Identical
	for f, err := range r.Replay(playing) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		sent.stamp(f.Report.Line)
		if f.Skipped {
			continue
		}
		builder.Add(f.Report)
		if f.Logged != nil {
			p.Frames++
			if f.Logged.Symbol == f.Report.Symbol {
				p.Same++
			}
		}
	}
	other := builder.Take(jam.Silence)
	take.Chords, take.Upper, take.Bass = other.Chords, other.Upper, other.Bass // the melody stays the jam's
	p.NoteInChord[1], _ = take.NoteInChord()
	p.Take, p.Events = take, sent.events
	return nil
}

// otherPolicies are the policies that played in the jam besides the first: the faster variant, and the policies that the player
// changed to.
type otherPolicies struct {
	replayer *Replayer
	loaded   []*model.Policy
	faster   *model.Policy // one of loaded; nil if it did not play
}

// load opens one of the other policies. The faster variant is found by its hash or is the user's file; the others, whose hash is
// unknown, are found by name.
func (o *otherPolicies) load(who session.Policy) (jam.Policy, error) {
	spec := who.Name
	if who.SHA256 != "" {
		if spec = cmp.Or(o.replayer.Faster, model.Carried(who.SHA256, model.Chords)); spec == "" {
			return nil, usage.Errorf("%s (%.12s) does not come with this jamd: give its file with --faster", who.Name, who.SHA256)
		}
	}
	p, err := o.replayer.Open(spec)
	if err != nil {
		return nil, err
	}
	if o.loaded = append(o.loaded, p); who.SHA256 != "" {
		o.faster = p
	}
	return p, nil
}

func (o *otherPolicies) close() {
	for _, p := range o.loaded {
		_ = p.Close()
	}
}

// sentEvents is an output that collects events. stamp gives all new events the time of their frame's line.
type sentEvents struct {
	events []jam.Event
	stamps int // how many events have a time
}

func (s *sentEvents) Send(status, data1, data2 byte) error {
	s.events = append(s.events, jam.Event{Status: status, Data1: data1, Data2: data2})
	return nil
}

func (s *sentEvents) stamp(at time.Duration) {
	for ; s.stamps < len(s.events); s.stamps++ {
		s.events[s.stamps].At = at
	}
}

// PlayerEvents returns the MIDI messages that the player sent in a session, in order.
func PlayerEvents(r *session.Record) (events []jam.Event, err error) {
	for entry, err := range r.Entries() {
		if err != nil {
			return nil, err
		}
		if h, ok := entry.(jam.Input); ok {
			events = append(events, h.Event)
		}
	}
	return events, nil
}
