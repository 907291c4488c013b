// Package session records a jam in a directory: its settings, everything that was heard and decided, and the music as a MIDI
// file. It also lists, reads, replays, measures and repairs recorded sessions.
//
//	<root>/20260131-201500-4f9a1c/
//	    manifest.json   what the jam was: versions, policy, seed, settings, ports, start (see Manifest)
//	    events.jsonl    what happened, one JSON object a line
//	    session.mid     the music, written when the jam ends, or later from the log
//	    notes.json      what the user adds: name, tags, rating, pin (see Notes); only if there are any
//	    recording       present, and locked, while the jam is being recorded
//
// docs/sessions.md describes the format, docs/session.schema.json is its schema.
//
// Recording never delays the music: a goroutine of its own writes the files from bounded queues and counts what is lost. Begin
// with [Start] to record, [Open] to read one session, and [OpenArchive] for a folder of them.
package session

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"jamd/jam"
)

// The versions of the files in a session's directory. Version 1 can still be read.
const (
	Format  = "jamd.session/2"
	format1 = "jamd.session/1"
)

// The names of a session's files.
const (
	ManifestFile  = "manifest.json"
	EventsFile    = "events.jsonl"
	MIDIFile      = "session.mid"
	NotesFile     = "notes.json"
	recordingFile = "recording"
)

// A Manifest describes a jam. [Start] fills in Format and Order.
type Manifest struct {
	Format      string       `json:"format"`
	Title       string       `json:"title,omitempty"` // title of the take
	Version     string       `json:"version"`         // of jamd
	Go          string       `json:"go"`              // version of Go that built jamd
	ONNXRuntime string       `json:"onnx_runtime"`    // version that ran the policy
	Provider    string       `json:"provider"`        // cpu or cuda
	Policy      Policy       `json:"policy"`
	Faster      *Policy      `json:"faster,omitempty"` // the faster policy for a machine that is too slow; nil if there was none
	Blind       []string     `json:"blind,omitempty"`  // the policies that Policy was drawn from; nil unless the jam was blind
	Trial       *Trial       `json:"trial,omitempty"`  // of a blind jam; nil in those of an earlier jamd
	Agent       *Agent       `json:"agent,omitempty"`  // the agent that played the melody; nil if a player or a file did
	Settings    jam.Settings `json:"settings"`         // with the seed
	Ports       Ports        `json:"ports"`
	Followed    bool         `json:"followed,omitempty"` // the jam followed its player
	Offline     bool         `json:"offline,omitempty"`  // made as fast as possible: nobody played, and nothing had to be in time
	Start       time.Time    `json:"start"`              // wall time at which the jam's clock showed 0
	Order       time.Time    `json:"order,omitzero"`     // its place among the sessions in its folder, if the clock was set back; zero for Start
}

// A Policy identifies a policy by its name and the hash of its file.
type Policy struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of the policy's file, in hexadecimal
}

// An Agent identifies the policy that played the melody, and how its notes were drawn.
type Agent struct {
	Policy
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	Seed        uint64  `json:"seed"`
}

// Ports are the names of a jam's ports, or "" for none.
type Ports struct {
	In  string `json:"in"`
	Out string `json:"out"`
}

func encodeJSON(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}

// maxManifest is the largest size of a session's small files, in bytes.
const maxManifest = 1 << 20

// readManifest reads and checks the manifest of a session of either version.
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

// readSmall reads a regular file of at most maxManifest bytes.
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
