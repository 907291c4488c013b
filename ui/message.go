package ui

import (
	"encoding/json"
	"math"
	"time"

	"jamd/jam"
	"jamd/spelling"
)

// The messages to the pages over the WebSocket are JSON objects with a "type". Times are milliseconds on the jam's clock.
type (
	// "hello" holds all that a page needs to show the jam. A page gets it first, and again when another jam begins.
	helloMessage struct {
		Type     string            `json:"type"`
		Client   uint64            `json:"client"` // number of the page; the page's own notes come back with it as "from"
		Now      float64           `json:"now"`
		Jam      *Info             `json:"jam"` // null between two jams
		Started  bool              `json:"started"`
		Params   []Param           `json:"params"`
		Frames   []json.RawMessage `json:"frames"` // the last frames; each is a "frame" message
		Chords   []ChartChord      `json:"chords"` // of the jam so far
		Sessions bool              `json:"sessions"`
	}

	// "frame" describes one line of the grid.
	frameMessage struct {
		Type      string   `json:"type"`
		Frame     int64    `json:"frame"`
		At        float64  `json:"at"`              // time of the line
		Swung     float32  `json:"swung,omitempty"` // how much later the frame sounds, in frames
		Length    float64  `json:"length"`          // length of a frame
		Melody    *uint8   `json:"melody"`          // pitch in the frame before the line; null for silence
		Onset     bool     `json:"onset"`           // the note began in that frame
		Symbol    string   `json:"symbol"`          // the chord that sounds, spelt in the key; "N.C." for none
		Numeral   string   `json:"numeral"`         // the chord's function in the key; "" while the key is not known, and for none
		Pitches   []uint16 `json:"pitches"`
		Began     bool     `json:"began"` // the chord began at this line
		Listening bool     `json:"listening"`
		Missed    bool     `json:"missed"`
		Skipped   int64    `json:"skipped"` // frames lost just before this one
		Prob      float32  `json:"prob"`    // probability of the chord that the policy chose
		// Considered has the likeliest chords, at most [jam.MaxChoices].
		Considered []choice `json:"considered"`
		Next       []choice `json:"next"` // the chords likely to begin next, at most [jam.MaxNext]
		Key        string   `json:"key"`  // key of the melody, as [jam.Key] writes it; "" while it is not known
		Policy     string   `json:"policy"`
		Follow     string   `json:"follow"` // state of the follower, as [jam.FollowState] writes it; "" if the jam does not follow its player
		Lead       float64  `json:"lead"`
		Step       float64  `json:"step"`
		Late       float64  `json:"late"`
	}

	// "chart" replaces the chords of the jam so far: they are spelt in another way.
	chartMessage struct {
		Type   string       `json:"type"`
		Chords []ChartChord `json:"chords"`
	}

	// A choice is a chord that the policy considered, or one that may come next. Prob is rounded to a thousandth.
	choice struct {
		Symbol string  `json:"symbol"`
		Prob   float64 `json:"prob"`
	}

	// "note" is a MIDI message from the player, "sound" one from jamd.
	midiMessage struct {
		Type string  `json:"type"`
		At   float64 `json:"at"`
		From uint64  `json:"from,omitempty"` // number of the page that played the note; absent for a keyboard at a port
		MIDI [3]int  `json:"midi"`
	}

	// "params" says that settings have changed.
	paramsMessage struct {
		Type   string  `json:"type"`
		Now    float64 `json:"now"`
		Frame  int64   `json:"frame"` // first frame with the new values
		Info   Info    `json:"jam"`
		Params []Param `json:"params"`
	}

	// "latency" has the timing figures. It is sent once a second.
	latencyMessage struct {
		Type    string  `json:"type"`
		Now     float64 `json:"now"`
		Figures any     `json:"figures"`
	}

	// "notice" is a short message to the player.
	noticeMessage struct {
		Type string `json:"type"`
		Notice
	}

	// "end" says that the jam is over.
	endMessage struct {
		Type    string `json:"type"`
		Session string `json:"session"` // id of the recording; "" if there is none
	}
)

func frameOf(r *jam.FrameReport, key spelling.Key) frameMessage {
	m := frameMessage{
		Type: "frame", Frame: r.Frame, At: millis(r.Line), Swung: r.Swung, Symbol: key.Symbol(r.Symbol), Began: r.Began, Listening: r.Listening,
		Missed: r.Missed, Skipped: r.Skipped, Prob: r.Prob, Policy: r.Policy,
		Lead: millis(r.Lead), Step: millis(r.Step), Late: millis(r.Late), Follow: r.Follow.String(), Key: key.String(), Numeral: key.Numeral(r.Symbol),
		Pitches: make([]uint16, 0, jam.MaxVoices), // JSON would encode bytes as text
		Onset:   r.Melody.IsOnset(), Considered: make([]choice, 0, jam.MaxChoices),
		Next: make([]choice, 0, jam.MaxNext),
	}
	for _, c := range r.Considered.Slice() {
		m.Considered = append(m.Considered, choiceOf(c, key))
	}
	for _, c := range r.Coming {
		if c.Symbol != "" {
			m.Next = append(m.Next, choiceOf(c, key))
		}
	}
	if r.Tempo > 0 {
		m.Length = 60_000 / r.Tempo / jam.FramesPerBeat
	}
	if pitch, ok := r.Melody.Pitch(); ok {
		m.Melody = &pitch
	}
	for _, p := range r.Voicing.Slice() {
		m.Pitches = append(m.Pitches, uint16(p))
	}
	return m
}

func choiceOf(c jam.Choice, key spelling.Key) choice {
	return choice{key.Symbol(c.Symbol), math.Round(float64(c.Prob)*1000) / 1000}
}

func messageOf(e event) midiMessage {
	m := midiMessage{Type: "note", At: millis(e.At), From: e.from, MIDI: [3]int{int(e.Status), int(e.Data1), int(e.Data2)}}
	if e.sounds {
		m.Type = "sound"
	}
	return m
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// encode fails only if a Jam's latency figures cannot be JSON. It then returns a message of type "unreadable".
func encode(message any) []byte {
	text, err := json.Marshal(message)
	if err != nil {
		return []byte(`{"type":"unreadable"}`)
	}
	return text
}
