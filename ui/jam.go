// Package ui serves jamd's page: the files of ui/web, and the HTTP and WebSocket API that the page and `jamd ctl` use,
// described in openapi.yaml.
//
// Whatever browsers do, the jam goes on: it hands its news to bounded queues, and every client has one of its own, which
// drops and counts what does not fit. See gate.go for who is let in.
package ui

import (
	"errors"
	"io"
	"time"
)

// Errors of a Jam and of Sessions that are the asker's to mend, for errors.Is.
var (
	ErrUnknown  = errors.New("no such thing")
	ErrRefused  = errors.New("not possible")
	ErrNoJam    = errors.New("no jam is under way")
	ErrNoRecord = errors.New("no sessions are kept")
)

// A Jam is the one that is under way, or waits for its first note, as pages meet it. Its methods are called from any
// goroutine.
type Jam interface {
	Info() Info
	// Params are all that can be set, with what is set now, in the order to show them.
	Params() []Param
	// Set asks for a setting. Server.Changed tells when it holds. An error wraps ErrUnknown or ErrRefused.
	Set(name, value string) error
	// Keep writes what is set into the configuration file, for the next time. An error wraps ErrUnknown or ErrRefused.
	Keep(name string) (Kept, error)
	// Unkeep takes back what Keep did last. An error wraps ErrRefused.
	Unkeep() error
	// Play takes a note of a player at a page, at this moment.
	Play(status, data1, data2 byte)
	// Panic lets every note go.
	Panic() error
	// Start begins the jam with a count-in, where it waits for a first note.
	Start() error
	// Stop ends the jam; it is kept.
	Stop() error
	// Latency is how the jam keeps time, as JSON for whoever reads it; nil where nothing is measured.
	Latency() any
}

// Info says what jam it is.
type Info struct {
	Version       string  `json:"version"` // of jamd
	Title         string  `json:"title"`
	Session       string  `json:"session"`   // id that it is written down as, and kept unless the player says otherwise; "" where it cannot be
	WaitsFor      Waiting `json:"waits_for"` // before frame 0
	Policy        string  `json:"policy"`
	Blind         bool    `json:"blind"` // the policy's name is hidden until the jam is rated
	Tempo         float64 `json:"tempo"` // quarter notes a minute
	FramesPerBeat int     `json:"frames_per_beat"`
	FramesPerBar  int     `json:"frames_per_bar"`
	ListenFrames  int64   `json:"listen_frames"` // for which the policy is not heard yet
	In            string  `json:"in"`            // name of the port or file that is heard; "" for none but the page
	Out           string  `json:"out"`           // name of the port that is played to; "" for none
	ChordChannel  uint8   `json:"chord_channel"` // 1 to 16
	BassChannel   uint8   `json:"bass_channel"`  // 1 to 16
}

// Waiting is what a jam waits for before it begins.
type Waiting string

// What a jam may wait for.
const (
	Nothing   Waiting = "" // it counts in
	FirstNote Waiting = "note"
	TheClock  Waiting = "clock"
)

// A Kind is how a Param is set.
type Kind string

// The kinds of Param.
const (
	Number Kind = "number" // within Min and Max
	Whole  Kind = "whole"  // a whole number
	Switch Kind = "switch" // "on" or "off"
	List   Kind = "list"   // one of Words
	Text   Kind = "text"   // Words are some that it may be
	Action Kind = "action" // done at once: it has no value
)

// A Param is something of a jam that can be set.
type Param struct {
	Name  string     `json:"name"`
	Kind  Kind       `json:"kind"`
	Help  string     `json:"help"`
	Unit  string     `json:"unit,omitempty"`
	Min   float64    `json:"min,omitempty"`
	Max   float64    `json:"max,omitempty"`
	Step  float64    `json:"step,omitempty"`
	Knob  [2]float64 `json:"knob,omitzero"` // of a number: what a slider reaches, within Min and Max
	Words []string   `json:"words,omitempty"`
	Value string     `json:"value"`           // that is asked for, where it does not hold yet
	Kept  *string    `json:"kept,omitempty"`  // what jamd begins with; nil where that cannot be changed
	Fixed string     `json:"fixed,omitempty"` // why it cannot be set now; "" where it can
}

// Kept tells what was written where.
type Kept struct {
	Line string `json:"line"` // tempo = 96
	File string `json:"file"` // and where in it
}

// Sessions are the jams that were kept. Errors wrap ErrUnknown where there is no such session.
type Sessions interface {
	// List gives the newest first.
	List() ([]Session, error)
	// MIDI opens a session's music. Its caller closes it.
	MIDI(id string) (io.ReadCloser, error)
	// Report writes what was measured of a session, as a page of its own that fetches nothing and runs no script.
	Report(w io.Writer, id string) error
	Rename(id, name string) error
	// Delete takes a session away; Restore brings it back, as long as nothing has cleaned up.
	Delete(id string) error
	Restore(id string) error
	// Rate keeps what the player thought of a jam. It returns the session as it then is: a blind one tells its policy.
	Rate(id string, r Rating) (Session, error)
}

// A Session is a jam that was kept.
type Session struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Start   time.Time `json:"start"`
	Policy  string    `json:"policy"`
	Tempo   float64   `json:"tempo"`
	Seconds float64   `json:"seconds"` // how long it lasted
	Chords  int64     `json:"chords"`
	Misses  int64     `json:"misses"`
	Whole   bool      `json:"whole"` // it ended in order
	Blind   bool      `json:"blind"` // its policy was hidden from the player, and is until it is rated
	Rating  *Rating   `json:"rating,omitempty"`
}

// A Rating answers the three questions of the user study of ReaLchords and GAPT (arXiv 2511.17879), each 1 to 5; 0 where skipped.
type Rating struct {
	Adaptation int `json:"adaptation"` // how fast it adapted
	Control    int `json:"control"`    // how much the player was in control
	Enjoyment  int `json:"enjoyment"`
}

// valid reports whether every answer is 0 to 5 and one is given.
func (r Rating) valid() bool {
	for _, n := range []int{r.Adaptation, r.Control, r.Enjoyment} {
		if n < 0 || n > 5 {
			return false
		}
	}
	return r != Rating{}
}
