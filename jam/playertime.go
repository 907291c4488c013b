package jam

import "time"

// A FollowState says how a jam stands with its player's time.
type FollowState uint8

// The states.
const (
	NotFollowing FollowState = iota // jamd keeps its own time, or that of a clock
	FindingBeat                     // no beat has been found yet
	Following                       // the beat moves with the player
	HoldingTempo                    // the beat goes on as it was: held by the player, in silence, or in doubt
)

var followStates = words{"", "finding", "following", "holding"}

// String returns the state in one word; "" for NotFollowing.
func (s FollowState) String() string { return followStates.word(int(s)) }

// MarshalText returns String.
func (s FollowState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A PlayerTime is what a [Tracker] believes after something that the player did: when the next beats come.
type PlayerTime struct {
	After     time.Duration // the time of the note or tap that it was believed after
	State     FollowState
	Beat      int64         // number of the next beat; beats are counted on, and never back
	Line      time.Duration // of that beat
	Period    time.Duration // from beat to beat
	InBar     int           // place of that beat in its bar, from 0
	Meter     Meter
	MeterSure bool    // the meter was told or found; otherwise it is the likeliest so far
	BPM       float64 // quarter notes a minute
	Sure      float64 // 0 to 1: that the beat is within a tenth of a beat of the player's
}

// A Tracker finds the player's time in the notes. It has one owner, which calls it in the order of time.
type Tracker interface {
	// Note takes a note of the melody, Tap a tap on a beat, and Downbeat a tap on the first beat of a bar.
	Note(at time.Duration, pitch, velocity uint8)
	Tap(at time.Duration)
	Downbeat(at time.Duration)
	// Hold lets the beat go on as it is, whatever is played, or move with the player again.
	Hold(on bool)
	// SetHeard says whether the player hears the jam, and so plays by it too.
	SetHeard(on bool)
	// SetTempo says about how fast the player plays, in quarter notes a minute.
	SetTempo(bpm float64)
	// SetMeter says the meter; the zero Meter lets it be found.
	SetMeter(m Meter)
	// PlayerTime returns what is believed now; ok is false before anything was heard.
	PlayerTime(now time.Duration) (t PlayerTime, ok bool)
}

// A Doing is something that the player does by which a [Tracker] finds the beat.
type Doing struct {
	At              time.Duration
	What            DoingKind
	Pitch, Velocity uint8   // of a note
	BPM             float64 // with DoesTempo
	Meter           Meter   // with DoesMeter
}

// A DoingKind says what the player does.
type DoingKind uint8

// The kinds of Doing.
const (
	DoesNote DoingKind = iota
	DoesTap
	DoesDownbeat
	DoesHold
	DoesRelease // of the held tempo
	DoesListen  // to the jam, which is heard from now on
	DoesTempo   // say a tempo
	DoesMeter   // say a meter
)

// Tell tells the tracker what the player did, and returns what it believes then.
func (d Doing) Tell(t Tracker) (PlayerTime, bool) {
	switch d.What {
	case DoesNote:
		t.Note(d.At, d.Pitch, d.Velocity)
	case DoesTap:
		t.Tap(d.At)
	case DoesDownbeat:
		t.Downbeat(d.At)
	case DoesListen:
		t.SetHeard(true)
	case DoesTempo:
		t.SetTempo(d.BPM)
	case DoesMeter:
		t.SetMeter(d.Meter)
	default:
		t.Hold(d.What == DoesHold)
	}
	now, ok := t.PlayerTime(d.At)
	now.After = d.At
	return now, ok
}
