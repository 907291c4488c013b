package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"jamd/archive"
	"jamd/jam"
	"jamd/live"
	"jamd/midiio"
	"jamd/model"
	"jamd/session"
	"jamd/usage"
)

type replayCmd struct {
	sessionArg
	Policy   string         `placeholder:"NAME|FILE" predictor:"policy" help:"Let this policy play instead of the session's own."`
	Faster   string         `placeholder:"NAME|FILE" predictor:"policy" help:"File of the jam's faster variant, if it does not come with jamd."`
	Output   string         `short:"o" placeholder:"OUT.mid" help:"Write the replay, with the melody, into this MIDI file."`
	Out      string         `placeholder:"NAME" help:"Play it in real time, with the melody, to this port; 'jamd out' opens one of that name."`
	JSON     bool           `help:"Print one JSON object."`
	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda" predictor:"provider" help:"Where the policy runs (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library; else ${ort_env}, beside jamd, the system's."`
}

func (c *replayCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	r, err := group.open(to, c.ID)
	if err != nil {
		return err
	}
	if r.Hides() { // the chords of another policy could reveal it
		return usage.Errorf("session %s: its policy is hidden, and cannot be replayed; %s", r.ID, revealing(r.ID))
	}
	policy, err := c.load(to, r)
	if err != nil {
		return err
	}
	defer policy.Close()
	open := live.Policies{Library: c.OrtLib, Provider: c.Provider, Log: to.Log}
	replayer := archive.Replayer{
		Policy: policy, Version: version, Faster: c.Faster,
		Open: func(spec string) (*model.Policy, error) { return open.Open(spec, model.Chords) },
		// Another policy that is asked for by name plays freely. Otherwise what was played is to come out again.
		Free: c.Policy != "" && policy.Metadata().SHA256 != r.Manifest.Policy.SHA256,
	}
	if replayer.Free && c.Faster != "" {
		err = usage.Errorf("--faster: another policy plays all frames")
	}
	var result *archive.Replay
	if err == nil {
		result, err = replayer.Replay(ctx, r)
	}
	if err == nil {
		result.File = c.Output
		err = c.send(ctx, r, result)
	}
	if err != nil {
		return fmt.Errorf("session %s: %w", r.ID, err)
	}
	if c.JSON {
		err = printJSON(to, result)
	} else {
		printReplay(to, result, r)
	}
	if err == nil && result.Difference != nil {
		return errors.New("the replay differs from the jam")
	}
	return err
}

// load opens the policy that plays the replay.
func (c *replayCmd) load(to console, r *session.Record) (*model.Policy, error) {
	spec := cmp.Or(c.Policy, r.Manifest.Policy.Name)
	policy, err := live.Policies{Library: c.OrtLib, Provider: c.Provider, Log: to.Log}.Open(spec, model.Chords)
	if err != nil && c.Policy == "" {
		return nil, usage.Errorf("%w (the session's policy: give its file with --policy)", err)
	}
	return policy, err
}

// send writes the replay to a file and plays it in real time, if the user asked for that.
func (c *replayCmd) send(ctx context.Context, r *session.Record, result *archive.Replay) error {
	if c.Output != "" {
		if err := writeTake(c.Output, result.Take); err != nil {
			return err
		}
	}
	if c.Out == "" {
		return nil
	}
	player, err := archive.PlayerEvents(r)
	if err != nil {
		return err
	}
	return c.perform(ctx, append(player, result.Events...))
}

// perform plays the events in real time. It sorts them.
func (c *replayCmd) perform(ctx context.Context, events []jam.Event) error {
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b jam.Event) int { return cmp.Compare(a.At, b.At) })
	out, err := live.OpenOutput(c.Out, midiio.Reconnect{})
	if err != nil {
		return usage.Error(err)
	}
	clock := jam.NewSystemClock()
	began := make(chan time.Duration, 1)
	began <- clock.Now() - events[0].At
	var failed error
	live.Perform(ctx, clock, events, began, func(e jam.Event) {
		if err := out.Send(e.Status, e.Data1, e.Data2); err != nil && failed == nil {
			failed = err
		}
	})
	return errors.Join(failed, out.Close()) // Close ends all notes
}

func printReplay(to console, r *archive.Replay, record *session.Record) {
	switch p := r.Difference; {
	case r.Identical:
		who := r.Policy
		if r.Faster != "" {
			who += " and its faster variant " + r.Faster
		}
		fmt.Fprintf(to.Out, "%s: identical, all %d frames, played by %s\n", r.Session, r.Frames, who)
	case p != nil:
		fmt.Fprintf(to.Out, "%s: the replay differs from frame %d on (%s)\n  jam     %-8s probability %.4f\n  replay  %-8s probability %.4f\n",
			r.Session, p.Frame, p.Position, printable(p.Jam.Symbol), p.Jam.Prob, p.Replay.Symbol, p.Replay.Prob)
		if p.Jam.Melody != p.Replay.Melody {
			fmt.Fprintln(to.Out, "  the melody of the frame before differs: notes of the jam are missing, or came late")
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
		fmt.Fprintln(to.Out, "wrote", r.File)
	}
}
