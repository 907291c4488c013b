package live

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"jamd/archive"
	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
	"jamd/usage"
)

// closing is how long the end of a jam may wait for a slow disk.
const closing = 5 * time.Second

// run plays the jam, records it, and gives its result to the terminal.
func (j *Jam) run(ctx context.Context) error {
	ctx, j.cancel = context.WithCancel(ctx)
	defer j.cancel()
	log := session.Start(session.Options{Root: j.options.SessionDir, Manifest: j.manifest(), WriteMIDI: midiio.WriteTake})
	if j.session = idOf(log.Dir()); j.kept != nil {
		j.kept()
	}
	j.recorder = newRecorder(log, j.metrics)
	shown := jam.NewReader(entryLength)
	j.Config.Readers = append(j.Config.Readers, j.recorder.entries, j.news, shown, log.Entries())
	j.controls = newControls(j)
	j.Config.Release = release
	j.listenToPlayer(ctx)
	if server := j.host.server; server != nil {
		j.Config.Output = server.Tee(j.Config.Output, j.Clock.Now)
		j.Config.Readers = append(j.Config.Readers, server.Entries())
	}
	watched := &pulse{Clock: j.Clock}
	j.Config.Clock = watched
	loop, err := jam.NewLoop(j.Config)
	if err != nil {
		log.Close(ctx, jam.Summary{})
		return errors.Join(usage.Error(err), os.RemoveAll(log.Dir()))
	}
	j.recorder.run(j.Config)
	j.figures.Store(j.recorder.monitor)
	j.controls.run(j.applied)
	j.surface.Steer(j.controls, j.tellRefused)
	var watching sync.WaitGroup
	watching.Go(j.tellNews)
	j.showOnPage()
	j.host.pulse.Store(watched)
	j.host.terminal.Ready(j)
	watching.Go(func() { j.host.terminal.Watch(j, shown) })

	summary, err := loop.Run(ctx)
	j.overOnPage()
	j.cancel()
	err = errors.Join(err, j.output.Close()) // at once, before anything that may have to wait
	agent := j.stopMelody()
	j.surface.Close()
	j.controls.close()
	j.news.Close()
	shown.Close()
	watching.Wait()
	result := j.result(summary, agent)
	figures := j.recorder.close()
	result.Figures, result.Dropped = figures.Jam, figures.DroppedReports
	err = errors.Join(err, j.closeSession(log, result))
	return errors.Join(err, j.host.terminal.Ended(result))
}

// applied is called for each control that has taken effect.
func (j *Jam) applied(a jam.Applied) {
	j.log.Debug().Int64(FrameField, a.Frame).Msgf("set: %v", a.Control)
	if a.Param == jam.ParamTranspose && j.transpose != nil {
		j.transpose(int8(a.Value))
	}
	j.changed(a.Frame)
}

// showOnPage shows the jam on the pages.
func (j *Jam) showOnPage() {
	j.host.defaults.begin(j.Params())
	if server := j.host.server; server != nil {
		server.Begin(j, j.Clock.Now)
	}
}

func (j *Jam) overOnPage() {
	if server := j.host.server; server != nil {
		server.Over()
	}
}

// closeSession closes the session's log. It deletes the session if the player does not want it, or if nothing was played.
func (j *Jam) closeSession(log *session.Session, r *Result) error {
	ctx, done := context.WithTimeout(context.Background(), closing)
	defer done()
	closed := log.Close(ctx, r.Jam)
	take := log.Take()
	r.NoteInChord, _ = take.NoteInChord()
	if r.Session = closed.Dir; closed.Err != nil {
		r.Loss = closed.Err.Error()
	}
	wanted := j.host.next.get().record || j.blind()
	played := closed.Notes.Written+closed.Notes.Lost > 0 || r.Jam.Frames > 0 && j.input == nil // a tune may begin with a rest
	if j.blind() {
		played = r.Jam.Frames > 0 // it counts in the study's order; without a frame there is nothing to rate
	}
	played = played || closed.Err != nil // an error may have cost the notes
	var err error
	if !wanted || !played {
		err = os.RemoveAll(closed.Dir)
		r.Session = ""
	}
	if j.blind() && r.Session != "" {
		if short, unread := tooShort(r.Session); unread != nil { // nobody can rate it
			r.Session, r.Loss = "", cmp.Or(r.Loss, unread.Error())
		} else {
			r.TooShort, j.counts = short, !short
		}
	}
	if server := j.host.server; server != nil {
		server.End(idOf(r.Session))
	}
	j.prune(r.Session)
	return err
}

// tooShort reports whether the blind jam in a folder is too short to judge. It returns an error if the session cannot be read.
func tooShort(dir string) (bool, error) {
	record, err := session.Open(dir)
	if err != nil {
		return false, err
	}
	b := record.Brief()
	if b.Problem != "" {
		return false, errors.New(b.Problem)
	}
	return b.TooShort, nil
}

// prune deletes the oldest sessions beyond the limits, but not the one in the folder `spared`.
func (j *Jam) prune(spared string) {
	if j.options.Limits == (session.Limits{}) {
		return
	}
	gone, err := archive.Prune(j.options.SessionDir, j.options.Limits, filepath.Base(spared))
	for i := range gone {
		j.log.Info().Msgf("session %s of %s (%s) is deleted: it is beyond the limits for sessions", gone[i].ID,
			gone[i].Start.Local().Format("2006-01-02 15:04"), humanize.IBytes(uint64(gone[i].Bytes)))
	}
	if err != nil {
		j.log.Warn().Msgf("old sessions could not be deleted: %v", err)
	}
}

// manifest describes the jam for its session.
func (j *Jam) manifest() session.Manifest {
	m := archive.Manifest(j.options.Version, j.Policy, j.Config.Settings)
	m.Blind, m.Trial, m.Followed = j.options.Blind.Policies, j.trial, j.follows()
	m.Title, m.Agent, m.Ports = j.melody.title, j.melody.agent, session.Ports{In: j.melody.name, Out: j.output.Info().Name}
	m.Start = time.Now().Add(-j.Clock.Now())
	if j.Faster != nil {
		f := j.Faster.Metadata()
		m.Faster = &session.Policy{Name: f.Name, SHA256: f.SHA256}
	}
	return m
}

// idOf returns the id of the session in a folder, or "" if dir is "".
func idOf(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Base(dir)
}
