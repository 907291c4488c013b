package archive

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/model"
	"jamd/session"
)

// An Offline records an accompaniment as a session. Unlike a live jam, it waits for the disk instead of dropping entries.
type Offline struct {
	session *session.Session
	policy  string
}

// Manifest describes the policy that plays and the settings. The caller adds the rest.
func Manifest(version string, p *model.Policy, s jam.Settings) session.Manifest {
	m := p.Metadata()
	return session.Manifest{
		Version: version, Go: runtime.Version(), ONNXRuntime: p.Library().Version, Provider: p.Provider().String(),
		Policy: session.Policy{Name: m.Name, SHA256: m.SHA256}, Settings: s,
	}
}

// RecordOffline starts a session in the folder root.
func RecordOffline(root string, m session.Manifest) *Offline {
	return &Offline{session.Start(session.Options{Root: root, Manifest: m, WriteMIDI: midiio.WriteTake}), m.Policy.Name}
}

// Record records an entry of the accompaniment.
func (o *Offline) Record(e jam.Entry) {
	e.Report.Policy = o.policy
	entries := o.session.Entries()
	for len(entries.C()) == cap(entries.C()) { // nobody else writes to the queue
		time.Sleep(time.Millisecond)
	}
	entries.TrySend(e)
}

// Close ends the session. If result is nil, the accompaniment failed, and Close deletes the session.
func (o *Offline) Close(result *jam.Accompaniment) error {
	if result == nil {
		o.session.Close(context.Background(), jam.Summary{})
		return os.RemoveAll(o.session.Dir())
	}
	if summary := o.session.Close(context.Background(), result.Summary); summary.Err != nil {
		return fmt.Errorf("the session is not recorded: %w", summary.Err)
	}
	return nil
}
