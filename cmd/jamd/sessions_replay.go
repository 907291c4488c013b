package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/model"
	"jamd/session"
)

type replayCmd struct {
	sessionArg
	Policy   string         `placeholder:"NAME|FILE" help:"Let this policy play, instead of the one that played."`
	Faster   string         `placeholder:"NAME|FILE" help:"The jam's faster variant, where it is not one that comes with jamd."`
	Output   string         `short:"o" placeholder:"OUT.mid" help:"Write what it plays, with the melody, into this MIDI file."`
	Out      string         `placeholder:"NAME" help:"Play it in real time, with the melody, to this port; 'jamd out' opens one of that name."`
	JSON     bool           `help:"Print one JSON object."`
	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda" help:"Where the policy runs (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library; else ${ort_env}, beside jamd, the system's."`
}

// A replayed session is what replay --json prints.
type replayed struct {
	Session     string     `json:"session"`
	Policy      string     `json:"policy"`
	SHA256      string     `json:"sha256"`
	SamePolicy  bool       `json:"same_policy"`
	Faster      string     `json:"faster,omitempty"` // the variant that played too
	Frames      int64      `json:"frames"`           // compared
	Same        int64      `json:"same"`             // of them, in which the same chord sounded
	Identical   bool       `json:"identical"`
	Parting     *parting   `json:"parting,omitempty"`
	Because     []string   `json:"because,omitempty"`
	NoteInChord [2]float64 `json:"note_in_chord"` // of the jam, of the replay
	File        string     `json:"file,omitempty"`
}

func (c *replayCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	r, err := group.open(to, c.ID)
	if err != nil {
		return err
	}
	if r.Hides() { // what another policy plays otherwise would tell who played
		return asInput(fmt.Errorf("session %s: its policy is hidden, and cannot be replayed; %s", r.ID, revealing(r.ID)))
	}
	policy, err := c.load(to, r)
	if err != nil {
		return err
	}
	defer policy.Close()
	m := policy.Metadata()
	result := replayed{
		Session: r.ID, Policy: m.Name, SHA256: m.SHA256, SamePolicy: m.SHA256 == r.Manifest.Policy.SHA256, File: c.Output,
	}
	// Asked for by name, another policy is free; else what was played is to come out again.
	playing := session.Replaying{Policy: policy}
	switch free := c.Policy != "" && !result.SamePolicy; {
	case free && c.Faster != "":
		err = asInput(errors.New("--faster: another policy plays all frames"))
	case !free:
		others := &understudies{replay: c, to: to}
		defer others.close()
		playing.Load = others.load
		if err = result.compare(ctx, r, policy, others); others.faster != nil {
			result.Faster = others.faster.Metadata().Name
		}
	}
	if err == nil {
		err = c.play(ctx, r, playing, &result)
	}
	if err != nil {
		return fmt.Errorf("session %s: %w", r.ID, err)
	}
	if c.JSON {
		err = printJSON(to, result)
	} else {
		result.print(to, r)
	}
	if err == nil && result.Parting != nil {
		return errors.New("the replay is not the jam")
	}
	return err
}

// load opens the policy that is to play.
func (c *replayCmd) load(to console, r *session.Record) (*model.Policy, error) {
	flags := musicFlags{Provider: c.Provider, OrtLib: c.OrtLib}
	spec := cmp.Or(c.Policy, r.Manifest.Policy.Name)
	policy, err := flags.loadPlayer(to, spec, model.Chords)
	if err != nil && c.Policy == "" {
		return nil, asInput(fmt.Errorf("%w (the session's policy: give its file with --policy)", err))
	}
	return policy, err
}

// understudies are the policies that played in the jam beside its own: the faster variant, and those that took over.
type understudies struct {
	replay *replayCmd
	to     console
	loaded []*model.Policy
	faster *model.Policy // of them; nil where it did not play
}

// load opens one of them: the faster variant by its hash, or as asked for; the others, whose hash is not known, by their names.
func (u *understudies) load(who session.Policy) (jam.Policy, error) {
	spec := who.Name
	if who.SHA256 != "" {
		if spec = cmp.Or(u.replay.Faster, model.Carried(who.SHA256, model.Chords)); spec == "" {
			return nil, asInput(fmt.Errorf("%s (%.12s) is not one that comes with this jamd: give its file with --faster", who.Name, who.SHA256))
		}
	}
	flags := musicFlags{Provider: u.replay.Provider, OrtLib: u.replay.OrtLib}
	p, err := flags.loadPlayer(u.to, spec, model.Chords)
	if err != nil {
		return nil, err
	}
	if u.loaded = append(u.loaded, p); who.SHA256 != "" {
		u.faster = p
	}
	return p, nil
}

func (u *understudies) close() {
	for _, p := range u.loaded {
		_ = p.Close()
	}
}

// play plays the whole jam, and writes and sends what it was asked to.
func (c *replayCmd) play(ctx context.Context, r *session.Record, playing session.Replaying, result *replayed) error {
	take, err := r.Take()
	if err != nil {
		return err
	}
	result.NoteInChord[0], _ = take.NoteInChord()
	builder := jam.NewTakeBuilder(take.Name, take.Tempo, take.Meter)
	sent := &sentEvents{}
	playing.Output, playing.Missed = sent, result.Identical
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
			result.Frames++
			if f.Logged.Symbol == f.Report.Symbol {
				result.Same++
			}
		}
	}
	other := builder.Take(jam.Silence)
	take.Chords, take.Upper, take.Bass = other.Chords, other.Upper, other.Bass // the melody is the jam's own
	result.NoteInChord[1], _ = take.NoteInChord()
	if c.Output != "" {
		if err := writeTake(c.Output, take); err != nil {
			return err
		}
	}
	if c.Out != "" {
		return c.perform(ctx, r, sent.events)
	}
	return nil
}

// perform plays chords and the player's events in real time.
func (c *replayCmd) perform(ctx context.Context, r *session.Record, events []jam.Event) error {
	for entry, err := range r.Entries() {
		if err != nil {
			return err
		}
		if h, ok := entry.(jam.Heard); ok && h.Status != 0 {
			events = append(events, h.Event)
		}
	}
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b jam.Event) int { return cmp.Compare(a.At, b.At) })
	out, err := (&liveFlags{Out: c.Out}).openOutput(midiio.Keeping{})
	if err != nil {
		return asInput(err)
	}
	clock := jam.NewSystemClock()
	began := make(chan time.Duration, 1)
	began <- clock.Now() - events[0].At
	var failed error
	perform(ctx, clock, events, began, func(e jam.Event) {
		if err := out.Send(e.Status, e.Data1, e.Data2); err != nil && failed == nil {
			failed = err
		}
	})
	return errors.Join(failed, out.Close()) // which lets every note go
}

// sentEvents is an output that keeps what is sent in a frame, to be stamped with the frame's line.
type sentEvents struct {
	events []jam.Event
	stamps int // how many of them have theirs
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

func (r *replayed) print(to console, record *session.Record) {
	switch p := r.Parting; {
	case r.Identical:
		who := r.Policy
		if r.Faster != "" {
			who += " and its faster variant " + r.Faster
		}
		fmt.Fprintf(to.Out, "%s: identical, all %d frames, played by %s\n", r.Session, r.Frames, who)
	case p != nil:
		fmt.Fprintf(to.Out, "%s: they part at frame %d (%s)\n  jam     %-8s probability %.4f\n  replay  %-8s probability %.4f\n",
			r.Session, p.Frame, p.Position, printable(p.Jam.Symbol), p.Jam.Prob, p.Replay.Symbol, p.Replay.Prob)
		if p.Jam.Melody != p.Replay.Melody {
			fmt.Fprintln(to.Out, "  the melody of the frame before is not the same: notes of the jam are missing, or came late")
		}
		for _, reason := range r.Because {
			fmt.Fprintln(to.Out, "  perhaps:", printable(reason))
		}
	default:
		share := 0.0
		if r.Frames > 0 {
			share = 100 * float64(r.Same) / float64(r.Frames)
		}
		fmt.Fprintf(to.Out, "%s: %s in place of %s: the same chord in %.0f %% of %d frames\n",
			r.Session, r.Policy, printable(record.Manifest.Policy.Name), share, r.Frames)
	}
	fmt.Fprintf(to.Out, "note-in-chord %.2f in the jam, %.2f in the replay\n", r.NoteInChord[0], r.NoteInChord[1])
	if r.File != "" {
		fmt.Fprintln(to.Out, "written", r.File)
	}
}
