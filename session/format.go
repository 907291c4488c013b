// Package session keeps what happened in a jam: a directory with what was set, all that was heard and decided, and the
// music as a MIDI file.
//
//	<root>/20260131-201500-4f9a1c/
//	    manifest.json   what the jam was: versions, policy, seed, settings, ports, start (see Manifest)
//	    events.jsonl    what happened, one JSON object a line (see below)
//	    session.mid     what it sounded like, written when the jam ends
//
// The files never hold up the music: they hang behind bounded queues, a goroutine of their own writes them, and what
// could not be written is counted. events.jsonl reaches the system once a second and is complete up to its last line
// break even where the process was killed: a reader leaves out what follows that.
//
// # events.jsonl
//
// Every line has a "type". Times are microseconds, with up to three decimals, on the jam's clock; lines of one type are
// in the order of time. Tokens are numbers as in package jam, in the terms of the policy's vocabulary.
//
//	note     the player's note: "at_us" of its arrival, "on", "channel" (1 to 16), "pitch", "velocity"
//	         (a note on with velocity 0 is a note off)
//	message  any other message of the player: "at_us", and its bytes "status", "data1", "data2"
//	frame    one frame's decision, one line a frame:
//	         "frame", "at_us" of its line, "melody" (token of the frame before), "chosen" and "sounded" (chord tokens),
//	         "symbol" and "pitches" of what sounded, "prob" of the chosen token, "step_us" of one policy step, "lead_us"
//	         from waking to the line, "late_us" from the line to the last message out; and, only where true or not 0,
//	         "velocity" (of the note that began in the frame before), "began", "listening", "missed",
//	         "skipped" (frames lost just before this one)
//	loss     what is missing from the lines before, since the last such line: "notes" (and messages), "frames"
//	end      the jam ended in order: its "jam" (see jam.Summary), how many "frames" and "notes" (and messages) were
//	         written, and how many of each were lost, "frames_lost" and "notes_lost".
//	         Without it the process was killed or the disk was full.
package session

import (
	"encoding/json"
	"time"

	"github.com/rs/zerolog"

	"jamd/jam"
)

// Format names the version of all that lies in a session's directory.
const Format = "jamd.session/1"

// Names of the files of a session.
const (
	ManifestFile = "manifest.json"
	EventsFile   = "events.jsonl"
	MIDIFile     = "session.mid"
)

// A Manifest says what a jam was. Start fills in Format.
type Manifest struct {
	Format      string       `json:"format"`
	Version     string       `json:"version"`      // of jamd
	Go          string       `json:"go"`           // that built it
	ONNXRuntime string       `json:"onnx_runtime"` // that ran the policy
	Provider    string       `json:"provider"`     // really in use: cpu or cuda
	Policy      Policy       `json:"policy"`
	Agent       *Agent       `json:"agent,omitempty"` // that played the melody; none where a player or a file did
	Settings    jam.Settings `json:"settings"`        // the seed among them
	Ports       Ports        `json:"ports"`
	Start       time.Time    `json:"start"` // wall time of the jam clock's 0
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

func (m Manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// micros gives a time its exact value in microseconds: up to three decimals.
func micros(d time.Duration) float64 { return float64(d) / 1e3 }

func logEvent(log *zerolog.Logger, e jam.Event) {
	switch kind := e.Status & 0xF0; kind {
	case 0x80, 0x90:
		log.Log().Str("type", "note").Float64("at_us", micros(e.At)).Bool("on", kind == 0x90 && e.Data2 > 0).
			Uint8("channel", e.Status&0x0F+1).Uint8("pitch", e.Data1).Uint8("velocity", e.Data2).Send()
	default:
		log.Log().Str("type", "message").Float64("at_us", micros(e.At)).
			Uint8("status", e.Status).Uint8("data1", e.Data1).Uint8("data2", e.Data2).Send()
	}
}

func logFrame(log *zerolog.Logger, r jam.FrameReport) {
	pitches := zerolog.Arr()
	for _, p := range r.Voicing.Slice() {
		pitches.Uint8(p)
	}
	line := log.Log().Str("type", "frame").Int64("frame", r.Frame).Float64("at_us", micros(r.Line)).
		Int32("melody", int32(r.Melody)).Int32("chosen", int32(r.Chosen)).Int32("sounded", int32(r.Sounded)).
		Str("symbol", r.Symbol).Array("pitches", pitches).Float32("prob", r.Prob).
		Float64("step_us", micros(r.Step)).Float64("lead_us", micros(r.Lead)).Float64("late_us", micros(r.Late))
	if r.Velocity != 0 {
		line.Uint8("velocity", r.Velocity)
	}
	if r.Began {
		line.Bool("began", true)
	}
	if r.Listening {
		line.Bool("listening", true)
	}
	if r.Missed {
		line.Bool("missed", true)
	}
	if r.Skipped != 0 {
		line.Int64("skipped", r.Skipped)
	}
	line.Send()
}
