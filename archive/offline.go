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

// An Offline records an accompaniment as a session. It waits for the disk; a live jam would drop entries instead.
type Offline struct {
	session *session.Session
	policy  string
}

// Manifest describes what plays, and how.
func Manifest(version string, p *model.Policy, s jam.Settings) session.Manifest {
	m := p.Metadata()
	return session.Manifest{
		Version: version, Go: runtime.Version(), ONNXRuntime: p.Library().Version, Provider: p.Provider().String(),
		Policy: session.Policy{Name: m.Name, SHA256: m.SHA256}, Settings: s,
	}
}

// RecordOffline begins a session in a folder.
func RecordOffline(root string, m session.Manifest) *Offline {
	return &Offline{session.Start(session.Options{Root: root, Manifest: m, WriteMIDI: midiio.WriteTake}), m.Policy.Name}
}

// Record records what happens in the accompaniment.
func (o *Offline) Record(e jam.Entry) {
	e.Report.Policy = o.policy
	entries := o.session.Entries()
	for len(entries.C()) == cap(entries.C()) { // no one else writes to it
		time.Sleep(time.Millisecond)
	}
	entries.TrySend(e)
}

// Close ends the session. A nil result means that the accompaniment failed: then the session is deleted.
func (o *Offline) Close(result *jam.Accompaniment) error {
	if result == nil {
		o.session.Close(context.Background(), jam.Summary{})
		return os.RemoveAll(o.session.Dir())
	}
	if summary := o.session.Close(context.Background(), result.Summary); summary.Err != nil {
		return fmt.Errorf("it is not recorded as a session: %w", summary.Err)
	}
	return nil
}
