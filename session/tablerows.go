package session

import "time"

// The rows of the exported tables. The tags name the columns in both Parquet and CSV. docs/sessions.md gives the meaning and unit
// of each column, and says when it is null. A name that also appears in the log has the same meaning there.

// A JamRow describes a session. docs/sessions.md has the columns of all rows.
type JamRow struct {
	Session     string    `parquet:"session"`
	Start       time.Time `parquet:"start,timestamp(microsecond)"`
	Name        *string   `parquet:"name,optional"`
	Tags        *string   `parquet:"tags,optional"`
	Title       *string   `parquet:"title,optional"`
	Policy      string    `parquet:"policy"`
	SHA256      string    `parquet:"policy_sha256"`
	Agent       *string   `parquet:"agent,optional"`
	Provider    string    `parquet:"provider"`
	Version     string    `parquet:"version"`
	Input       *string   `parquet:"input,optional"`
	Output      *string   `parquet:"output,optional"`
	Tempo       float64   `parquet:"tempo"`
	Meter       string    `parquet:"meter"`
	Listen      int32     `parquet:"listen"`
	ChordGrid   string    `parquet:"chord_grid"`
	Temperature float64   `parquet:"temperature"`
	TopP        float64   `parquet:"top_p"`
	Seed        uint64    `parquet:"seed"`
	Length      float64   `parquet:"length_us"`
	Frames      int64     `parquet:"frames"`
	Chords      int64     `parquet:"chords"`
	Misses      int64     `parquet:"misses"`
	Skipped     int64     `parquet:"skipped"`
	Ended       bool      `parquet:"ended"`
	Offline     bool      `parquet:"offline"`
	Adaptation  *int32    `parquet:"adaptation,optional"`
	Control     *int32    `parquet:"control,optional"`
	Enjoyment   *int32    `parquet:"enjoyment,optional"`
	Comment     *string   `parquet:"comment,optional"`
	Blind       bool      `parquet:"blind"`
	Participant *string   `parquet:"participant,optional"`
	Number      *int32    `parquet:"participant_number,optional"`
	Jam         *int32    `parquet:"jam,optional"`
	Of          *int32    `parquet:"jams,optional"`
	TooShort    bool      `parquet:"too_short"`
}

// A FrameRow describes what sounded in a frame.
type FrameRow struct {
	Session     string  `parquet:"session,dict"`
	Frame       int64   `parquet:"frame"`
	At          float64 `parquet:"at_us"`
	Bar         int64   `parquet:"bar"`
	Beat        int64   `parquet:"beat"`
	Sixteenth   int64   `parquet:"sixteenth"`
	Tempo       float64 `parquet:"tempo"`
	Policy      string  `parquet:"policy,dict"`
	Played      bool    `parquet:"played"`
	Listening   bool    `parquet:"listening"`
	Missed      bool    `parquet:"missed"`
	Melody      *int32  `parquet:"melody,optional"`
	MelodyBegan bool    `parquet:"melody_began"`
	Chord       *string `parquet:"chord,optional,dict"`
	ChordBegan  bool    `parquet:"chord_began"`
	Root        *int32  `parquet:"chord_root,optional"`
	Quality     *string `parquet:"chord_quality,optional,dict"`
	NoteInChord *bool   `parquet:"note_in_chord,optional"`
}

// A NoteRow is a note that was played or sounded.
type NoteRow struct {
	Session  string   `parquet:"session,dict"`
	Part     string   `parquet:"part,dict"`
	At       float64  `parquet:"at_us"`
	Length   *float64 `parquet:"length_us,optional"`
	Pitch    int32    `parquet:"pitch"`
	Velocity int32    `parquet:"velocity"`
	Channel  *int32   `parquet:"channel,optional"`
	Frame    int64    `parquet:"frame"`
	Frames   *int64   `parquet:"frames,optional"`
	Offset   float64  `parquet:"offset_us"`
}

// The parts of notes.
const (
	playerPart = "player"
	melodyPart = "melody"
	chordPart  = "chord"
	bassPart   = "bass"
)

// A DecisionRow is the decision on a frame: what the policy heard and chose, what sounded, and how long it took.
type DecisionRow struct {
	Session    string  `parquet:"session,dict"`
	Frame      int64   `parquet:"frame"`
	At         float64 `parquet:"at_us"`
	Policy     string  `parquet:"policy,dict"`
	Heard      *int32  `parquet:"heard,optional"`
	HeardBegan bool    `parquet:"heard_began"`
	Chosen     int32   `parquet:"chosen"`
	Sounded    int32   `parquet:"sounded"`
	Symbol     string  `parquet:"symbol,dict"`
	Prob       float32 `parquet:"prob"`
	Began      bool    `parquet:"began"`
	Listening  bool    `parquet:"listening"`
	Missed     bool    `parquet:"missed"`
	Held       bool    `parquet:"kept"`
	Skipped    int64   `parquet:"skipped"`
	Rung       string  `parquet:"rung,dict"`
	Faster     bool    `parquet:"faster"`
	Arrival    float64 `parquet:"arrival_us"`
	Lead       float64 `parquet:"lead_us"`
	Step       float64 `parquet:"step_us"`
	Voice      float64 `parquet:"voice_us"`
	Late       float64 `parquet:"late_us"`
	Send       float64 `parquet:"send_us"`
	Age        float64 `parquet:"age_us"`
	Remark     *string `parquet:"remark,optional"`
}
