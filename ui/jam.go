// Package ui serves the page of jamd: the files of ui/web, and the HTTP and WebSocket API that the page and `jamd ctl` use
// (openapi.yaml). A [Server] shows one [Jam] after another. No browser can delay a jam: the jam puts its events into bounded
// queues, and each page has a queue of its own. A full queue drops the message and counts it. gate.go says which requests are
// accepted.
package ui

import (
	"errors"
	"io"
	"time"

	"jamd/jam"
)

// Errors of [Jam] and [Sessions] that the client can mend. Test for them with errors.Is.
var (
	ErrUnknown  = errors.New("no such thing")
	ErrRefused  = errors.New("not possible")
	errNoJam    = error(&Reason{Code: ReasonNoJam, Err: errors.New("no jam is under way")})
	errNoRecord = errors.New("no sessions are recorded")
)

// A Jam is a jam that is running or waiting for its first note, as the pages see and control it. Its methods are safe for
// concurrent use.
type Jam interface {
	Info() Info
	// Params returns all settings with their values, in the order to show them.
	Params() []Param
	// Set asks for a new value. The jam calls [Server.Changed] when the value takes effect. Errors wrap ErrUnknown or ErrRefused.
	Set(name, value string) error
	Learner
	// Undo takes back the last Set or Preset. Errors wrap ErrRefused.
	Undo() (Changes, error)
	// Presets returns the names of the presets.
	Presets() ([]string, error)
	// Preset changes to the settings of a preset. Errors wrap ErrUnknown or ErrRefused.
	Preset(name string) (Changes, error)
	// KeepPreset saves the current settings as a preset. Errors wrap ErrRefused.
	KeepPreset(name string) (Saved, error)
	// SaveDefault saves the current value of a setting in the configuration file. Errors wrap ErrUnknown or ErrRefused.
	SaveDefault(name string) (Saved, error)
	// UndoSave takes back the last SaveDefault. Errors wrap ErrRefused.
	UndoSave() error
	// Play plays an event from a page's own keys. The jam chooses the channel.
	Play(jam.Event)
	// Hear receives a message from a MIDI keyboard that is connected to a browser.
	Hear(jam.Event)
	// Panic ends every note.
	Panic() error
	// Start begins a jam that waits for its first note. The jam then counts in.
	Start() error
	// Demo ends a jam that waits for its first note. A bundled tune plays the next one.
	Demo() error
	// Stop ends the jam. Its recording is saved.
	Stop() error
	// Latency returns the timing figures as a value to encode as JSON, or nil if there are none.
	Latency() any
}

// Info describes a jam.
type Info struct {
	Version       string    `json:"version"` // of jamd
	Title         string    `json:"title"`
	Session       string    `json:"session"`   // id of the recording; "" if the jam cannot be recorded
	WaitsFor      Waiting   `json:"waits_for"` // what frame 0 waits for
	Policy        string    `json:"policy"`
	Blind         bool      `json:"blind"`           // the policy's name is hidden until the jam is rated
	Trial         *Trial    `json:"trial,omitempty"` // of a study with participants
	Tempo         float64   `json:"tempo"`           // quarter notes a minute
	FramesPerBeat int       `json:"frames_per_beat"` // at the start of the jam
	FramesPerBar  int       `json:"frames_per_bar"`
	Meters        []Meter   `json:"meters"`
	ListenFrames  int64     `json:"listen_frames"` // number of frames in which jamd only listens
	In            string    `json:"in"`            // port or file that the melody comes from; "" for the page
	Tune          bool      `json:"tune"`          // a file plays the melody, and nobody else
	Undo          []string  `json:"undo"`          // the settings that Undo would take back; empty if there is nothing to undo
	Learned       []Learned `json:"learned"`       // as the Learner has them
	Out           string    `json:"out"`           // port that the chords go to; "" for none
	ChordChannel  uint8     `json:"chord_channel"` // 1 to 16
	BassChannel   uint8     `json:"bass_channel"`  // 1 to 16
}

// A Trial is the place of a blind jam in a study.
type Trial struct {
	Participant string `json:"participant"` // name or number
	Jam         int    `json:"jam"`         // among those of the participant, from 1
	Of          int    `json:"of"`          // how many jams the participant plays
}

// A Meter is a stretch of bars of one meter, up to the next Meter.
type Meter struct {
	Frame         int64   `json:"frame"` // of the first bar line; before 0 if the music begins with a pickup
	Bar           int64   `json:"bar"`   // number of that bar: from 1, or 0 for a pickup
	FramesPerBeat int64   `json:"frames_per_beat"`
	FramesPerBar  int64   `json:"frames_per_bar"`
	Groups        []int64 `json:"groups,omitempty"` // frames of the bar at which a group of beats begins; none in most meters
}

// MetersOf returns the meters of bars, in order of time.
func MetersOf(bars jam.Bars) []Meter {
	var meters []Meter
	for _, c := range append([]jam.MeterChange{{Meter: bars.Meter}}, bars.Changes...) {
		bar := bars.At(c.Frame)
		if n := len(meters); n > 0 && meters[n-1].Frame == bar.Frame {
			meters = meters[:n-1] // two changes at frame 0
		}
		meters = append(meters, Meter{Frame: bar.Frame, Bar: bar.Number + 1, FramesPerBeat: bar.Meter.Beat(), FramesPerBar: bar.Meter.Bar(),
			Groups: bar.Meter.Groups()})
	}
	return meters
}

// A Waiting names the event that a jam waits for before frame 0.
type Waiting string

// What a jam waits for.
const (
	Nothing   Waiting = ""      // the jam counts in
	FirstNote Waiting = "note"  // the player's first note
	TheClock  Waiting = "clock" // the start of an external MIDI clock
	TheBeat   Waiting = "beat"  // the beat of a player whom the jam follows
)

// A Kind says which values a Param takes.
type Kind string

// The kinds of param.
const (
	Number Kind = "number" // within Min and Max
	Whole  Kind = "whole"  // a whole number
	Switch Kind = "switch" // "on" or "off"
	List   Kind = "list"   // one of Words
	Text   Kind = "text"   // any text; Words has suggestions
	Action Kind = "action" // has no value; setting it does something at once
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
	Knob    [2]float64 `json:"knob,omitzero"` // for a number: the range of a slider, within Min and Max
	Words   []string   `json:"words,omitempty"`
	Value   string     `json:"value"`             // the value in force, or one that was asked for and is not in force yet
	Default *string    `json:"default,omitempty"` // the value that a jam starts with; nil if it cannot be saved
	Fixed   string     `json:"fixed,omitempty"`   // why it cannot be set now, in English; "" if it can
	Learns  bool       `json:"learns,omitempty"`  // a knob or key can be learned for it without a value

	FixedCode ReasonCode `json:"fixed_code,omitempty"` // of Fixed; "" if there is none
}

// Fix says why the param cannot be set now.
func (p *Param) Fix(code ReasonCode, why string) { p.Fixed, p.FixedCode = why, code }

// A NamedValue is a setting and its value, as users write it.
type NamedValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Changes are what a preset or an undo has done.
type Changes struct {
	Set  []NamedValue `json:"set"`
	Left []Left       `json:"left"` // settings that could not be set now
}

// Saved describes a line that SaveDefault wrote into the configuration file.
type Saved struct {
	Line string `json:"line"` // such as tempo = 96
	File string `json:"file"` // path of the file, and the table that holds the line
}

// Sessions gives access to the recorded jams. An error for an id that does not exist wraps ErrUnknown.
type Sessions interface {
	// List returns the sessions, newest first.
	List() ([]Session, error)
	// MIDI opens the MIDI file of a session. The caller closes it.
	MIDI(id string) (io.ReadCloser, error)
	// LeadSheet writes the lead sheet of a session as MusicXML.
	LeadSheet(w io.Writer, id string) error
	// Chart returns the chords of a session by its bars.
	Chart(id string) (Chart, error)
	// Report writes the report of a session: an HTML page that loads nothing and runs no script.
	Report(w io.Writer, id string) error
	Rename(id, name string) error
	// Delete removes a session. Restore can bring it back until jamd exits.
	Delete(id string) error
	Restore(id string) error
	// Rate stores the player's answers and returns the changed session. A blind session shows its policy once it is rated. Errors about
	// the answers or the comment wrap ErrRefused, as do those of Rename about the name.
	Rate(id string, r Rating) (Session, error)
}

// A Session is a recorded jam.
type Session struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Start    time.Time `json:"start"`
	Policy   string    `json:"policy"`
	Tempo    float64   `json:"tempo"`
	Seconds  float64   `json:"seconds"`             // length of the jam
	Chords   int64     `json:"chords"`              // number of chords played
	Misses   int64     `json:"misses"`              // number of frames that the policy missed
	Whole    bool      `json:"whole"`               // the recording was closed properly
	Blind    bool      `json:"blind"`               // the policy is hidden until the session is rated
	Trial    *Trial    `json:"trial,omitempty"`     // of a study with participants
	TooShort bool      `json:"too_short,omitempty"` // a blind jam that is too short to judge: it does not count
	AtLeast  float64   `json:"at_least,omitempty"`  // seconds that a blind jam must have to be judged
	Rating   *Rating   `json:"rating,omitempty"`
}

// A Rating answers the three questions of the user study of ReaLchords and GAPT (arXiv 2511.17879), each from 1 to 5; 0 for no
// answer.
type Rating struct {
	Adaptation int `json:"adaptation"` // how fast jamd adapted
	Control    int `json:"control"`    // how much the player was in control
	Enjoyment  int `json:"enjoyment"`

	Comment string `json:"comment,omitempty"` // in the player's own words
}

// valid reports whether every answer is 0 to 5, and at least one is not 0.
func (r Rating) valid() bool {
	for _, n := range []int{r.Adaptation, r.Control, r.Enjoyment} {
		if n < 0 || n > 5 {
			return false
		}
	}
	return r.Adaptation+r.Control+r.Enjoyment > 0
}
