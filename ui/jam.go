// Package ui serves the page of jamd: the files of ui/web, and the HTTP and WebSocket API that the page and `jamd ctl` use
// (openapi.yaml).
//
// A [Server] shows one [Jam] after another. Browsers cannot delay a jam: it puts its news into bounded queues, and every client has a
// queue of its own, which drops and counts what does not fit. gate.go says which requests are accepted.
package ui

import (
	"errors"
	"io"
	"time"

	"jamd/jam"
)

// Errors of a Jam and of Sessions that the client can mend. Use errors.Is.
var (
	ErrUnknown  = errors.New("no such thing")
	ErrRefused  = errors.New("not possible")
	errNoJam    = errors.New("no jam is under way")
	errNoRecord = errors.New("no sessions are recorded")
)

// A Jam is a jam that runs, or waits for its first note, as the pages see and control it. Its methods may be called from any goroutine.
type Jam interface {
	Info() Info
	// Params returns all settings with their values, in the order to show them.
	Params() []Param
	// Set asks for a setting. The jam calls Server.Changed when it is in force. An error wraps ErrUnknown or ErrRefused.
	Set(name, value string) error
	// SaveDefault saves the value of a setting in the configuration file. An error wraps ErrUnknown or ErrRefused.
	SaveDefault(name string) (Saved, error)
	// UndoSave takes back the last SaveDefault. An error wraps ErrRefused.
	UndoSave() error
	// Play plays a note of a page's own keys into the jam. Its channel does not matter.
	Play(jam.Event)
	// Hear takes a message of a keyboard at the browser of a page.
	Hear(jam.Event)
	// Panic ends every note.
	Panic() error
	// Start begins a jam that waits for its first note, with a count-in.
	Start() error
	// Stop ends the jam, which is recorded.
	Stop() error
	// Latency returns the timing figures, to be encoded as JSON; nil if there are none.
	Latency() any
}

// Info describes a jam.
type Info struct {
	Version       string  `json:"version"` // of jamd
	Title         string  `json:"title"`
	Session       string  `json:"session"`   // id that it is recorded under; "" if it cannot be recorded
	WaitsFor      Waiting `json:"waits_for"` // before frame 0
	Policy        string  `json:"policy"`
	Blind         bool    `json:"blind"`           // the policy's name is hidden until the jam is rated
	Tempo         float64 `json:"tempo"`           // quarter notes a minute
	FramesPerBeat int     `json:"frames_per_beat"` // at the beginning
	FramesPerBar  int     `json:"frames_per_bar"`
	Meters        []Meter `json:"meters"`
	ListenFrames  int64   `json:"listen_frames"` // during which jamd only listens
	In            string  `json:"in"`            // port or file that the melody comes from; "" for the page
	Out           string  `json:"out"`           // port that the chords go to; "" for none
	ChordChannel  uint8   `json:"chord_channel"` // 1 to 16
	BassChannel   uint8   `json:"bass_channel"`  // 1 to 16
}

// A Meter is a stretch of bars of one meter, up to the next Meter.
type Meter struct {
	Frame         int64 `json:"frame"` // of the first bar line; before 0 if the music begins with a pickup
	Bar           int64 `json:"bar"`   // number of that bar: from 1, or 0 for a pickup
	FramesPerBeat int64 `json:"frames_per_beat"`
	FramesPerBar  int64 `json:"frames_per_bar"`
}

// MetersOf returns the meters of bars.
func MetersOf(bars jam.Bars) []Meter {
	var meters []Meter
	for _, c := range append([]jam.MeterChange{{Meter: bars.Meter}}, bars.Changes...) {
		bar := bars.At(c.Frame)
		meters = append(meters, Meter{Frame: bar.Frame, Bar: bar.Number + 1, FramesPerBeat: bar.Meter.Beat(), FramesPerBar: bar.Meter.Bar()})
	}
	return meters
}

// Waiting is what a jam waits for before it begins.
type Waiting string

// What a jam waits for.
const (
	Nothing   Waiting = "" // it counts in
	FirstNote Waiting = "note"
	TheClock  Waiting = "clock"
	TheBeat   Waiting = "beat" // of the player, who is followed
)

// A Kind says how a Param is set.
type Kind string

// The kinds of Param.
const (
	Number Kind = "number" // within Min and Max
	Whole  Kind = "whole"  // a whole number
	Switch Kind = "switch" // "on" or "off"
	List   Kind = "list"   // one of Words
	Text   Kind = "text"   // any text; Words has suggestions
	Action Kind = "action" // is done at once; it has no value
)

// A Param is a setting of a jam.
type Param struct {
	Name    string     `json:"name"`
	Kind    Kind       `json:"kind"`
	Help    string     `json:"help"`
	Unit    string     `json:"unit,omitempty"`
	Min     float64    `json:"min,omitempty"`
	Max     float64    `json:"max,omitempty"`
	Step    float64    `json:"step,omitempty"`
	Knob    [2]float64 `json:"knob,omitzero"` // of a number: the range of a slider, within Min and Max
	Words   []string   `json:"words,omitempty"`
	Value   string     `json:"value"`             // in force, or asked for and not in force yet
	Default *string    `json:"default,omitempty"` // that jamd begins with; nil if it cannot be saved
	Fixed   string     `json:"fixed,omitempty"`   // why it cannot be set now; "" if it can
}

// Saved is a line that was saved in the configuration file.
type Saved struct {
	Line string `json:"line"` // tempo = 96
	File string `json:"file"` // with the table in it
}

// Sessions are the recorded jams. Errors wrap ErrUnknown if there is no such session.
type Sessions interface {
	// List returns the newest first.
	List() ([]Session, error)
	// MIDI opens the MIDI file of a session. The caller closes it.
	MIDI(id string) (io.ReadCloser, error)
	// Report writes the report of a session: an HTML page that loads nothing and runs no script.
	Report(w io.Writer, id string) error
	Rename(id, name string) error
	// Delete removes a session. Restore brings it back until jamd starts again.
	Delete(id string) error
	Restore(id string) error
	// Rate stores the player's answers. It returns the session as it is then: a blind session now tells its policy.
	Rate(id string, r Rating) (Session, error)
}

// A Session is a recorded jam.
type Session struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Start   time.Time `json:"start"`
	Policy  string    `json:"policy"`
	Tempo   float64   `json:"tempo"`
	Seconds float64   `json:"seconds"` // its length
	Chords  int64     `json:"chords"`
	Misses  int64     `json:"misses"`
	Whole   bool      `json:"whole"` // it ended regularly
	Blind   bool      `json:"blind"` // its policy is hidden until it is rated
	Rating  *Rating   `json:"rating,omitempty"`
}

// A Rating answers the three questions of the user study of ReaLchords and GAPT (arXiv 2511.17879), each from 1 to 5; 0 for no answer.
type Rating struct {
	Adaptation int `json:"adaptation"` // how fast jamd adapted
	Control    int `json:"control"`    // how much the player was in control
	Enjoyment  int `json:"enjoyment"`
}

// valid reports whether every answer is 0 to 5 and at least one is given.
func (r Rating) valid() bool {
	for _, n := range []int{r.Adaptation, r.Control, r.Enjoyment} {
		if n < 0 || n > 5 {
			return false
		}
	}
	return r != Rating{}
}
