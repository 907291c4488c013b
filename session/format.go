// Package session keeps what happened in a jam: a directory with what was set, all that was heard and decided, and the
// music as a MIDI file. It reads, replays, mends and finds what it has kept.
//
//	<root>/20260131-201500-4f9a1c/
//	    manifest.json   what the jam was: versions, policy, seed, settings, ports, start (see Manifest)
//	    events.jsonl    what happened, one JSON object a line
//	    session.mid     what it sounded like, written when the jam ends, or from the log
//	    notes.json      what the user says of it: name, tags, rating, pin (see Notes); only where there is any
//	    recording       is there, and locked, while the jam is being recorded
//
// The format is told in docs/sessions.md, and as a schema in docs/session.schema.json.
//
// The files never hold up the music: they hang behind bounded queues, a goroutine of their own writes them, and what
// could not be written is counted.
package session

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"jamd/jam"
)

// Format names the version of all that lies in a session's directory. Version 1 is read too.
const (
	Format  = "jamd.session/2"
	format1 = "jamd.session/1"
)

// Names of the files of a session.
const (
	ManifestFile  = "manifest.json"
	EventsFile    = "events.jsonl"
	MIDIFile      = "session.mid"
	NotesFile     = "notes.json"
	recordingFile = "recording"
)

// A Manifest says what a jam was. Start fills in Format and Order.
type Manifest struct {
	Format      string       `json:"format"`
	Title       string       `json:"title,omitempty"` // of the take
	Version     string       `json:"version"`         // of jamd
	Go          string       `json:"go"`              // that built it
	ONNXRuntime string       `json:"onnx_runtime"`    // that ran the policy
	Provider    string       `json:"provider"`        // really in use: cpu or cuda
	Policy      Policy       `json:"policy"`
	Faster      *Policy      `json:"faster,omitempty"` // its variant for a machine that is too slow; none where there was none
	Blind       []string     `json:"blind,omitempty"`  // policies that it was drawn from, in a blind jam; none in others
	Agent       *Agent       `json:"agent,omitempty"`  // that played the melody; none where a player or a file did
	Settings    jam.Settings `json:"settings"`         // the seed among them
	Ports       Ports        `json:"ports"`
	Offline     bool         `json:"offline,omitempty"` // made as fast as it goes: nobody played, and nothing had to be in time
	Start       time.Time    `json:"start"`             // wall time of the jam clock's 0
	Order       time.Time    `json:"order,omitzero"`    // where it stands among the sessions recorded with it, if the clock was set back; zero: at Start
}

// A Policy names the policy of a jam beyond doubt.
type Policy struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of its file, in hexadecimal
}

// An Agent names the policy that played the melody, and says how it drew its notes.
type Agent struct {
	Policy
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	Seed        uint64  `json:"seed"`
}

// Ports are the names of the ports of a jam; "" where there was none.
type Ports struct {
	In  string `json:"in"`
	Out string `json:"out"`
}

func encodeJSON(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}

// maxManifest bounds the small files of a session, in bytes.
const maxManifest = 1 << 20

// readManifest reads and checks the manifest of a session of any version.
func readManifest(dir string) (Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, ManifestFile)
	text, err := readSmall(path)
	if err != nil {
		return m, fmt.Errorf("not a session that can be read: %w", err)
	}
	var of struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(text, &of); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	if of.Format != Format && of.Format != format1 {
		return m, fmt.Errorf("%s: format %q: this jamd reads %s and %s; a newer one may read it", path, of.Format, format1, Format)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	if err := m.Settings.Check(); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// readSmall reads a file that is far below maxManifest where all is well.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxManifest {
		return nil, fmt.Errorf("%s: not a file of at most %d bytes", path, maxManifest)
	}
	return os.ReadFile(path)
}
