package jam

import "time"

// A FollowState says whether and how a jam follows its player.
type FollowState uint8

// The states.
const (
	NotFollowing FollowState = iota // jamd's own clock or an external one sets the time
	FindingBeat                     // no beat has been found yet
	Following                       // the beat moves with the player
	HoldingTempo                    // the beat goes on as it was: the player holds it or is silent, or it is in doubt
)

var followStates = words{"", "finding", "following", "holding"}

// String returns the state in one word, or "" for NotFollowing.
func (s FollowState) String() string { return followStates.word(int(s)) }

// MarshalText returns String.
func (s FollowState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A PlayerTime says when the player's next beats come, as a [Tracker] finds it after an event.
type PlayerTime struct {
	After     time.Duration // time of the note or tap after which it was found
	State     FollowState
	Beat      int64         // number of the next beat; numbers only increase
	Line      time.Duration // time of that beat
	Period    time.Duration // from beat to beat
	InBar     int           // place of that beat in its bar, from 0
	Meter     Meter
	MeterSure bool    // the meter was set or found; otherwise Meter is the likeliest so far
	BPM       float64 // quarter notes a minute
	Sure      float64 // probability that the beat is within a tenth of a beat of the player's
}

// A Tracker finds the player's beats in the notes. Only one goroutine at a time may use it, and calls must be in order of time.
type Tracker interface {
	// Note takes a note of the melody, Tap a tap on a beat, and Downbeat a tap on the first beat of a bar.
	Note(at time.Duration, pitch, velocity uint8)
	Tap(at time.Duration)
	Downbeat(at time.Duration)
	// Hold(true) lets the beat go on as it is, whatever is played. Hold(false) lets it follow the player again.
	Hold(on bool)
	// SetHeard says whether the player hears the jam, and so plays with it.
	SetHeard(on bool)
	// SetTempo says about how fast the player plays, in quarter notes a minute.
	SetTempo(bpm float64)
	// SetMeter sets the meter. The zero Meter makes the tracker find it.
	SetMeter(m Meter)
	// PlayerTime returns what is known at the time now. ok is false if nothing has been heard yet.
	PlayerTime(now time.Duration) (t PlayerTime, ok bool)
}

// A PlayerEvent is something that the player does and by which a [Tracker] finds the beat.
type PlayerEvent struct {
	At              time.Duration
	Kind            PlayerEventKind
	Pitch, Velocity uint8   // of a note
	BPM             float64 // only for PlayerTempo
	Meter           Meter   // only for PlayerMeter
}

// A PlayerEventKind says what the player does.
type PlayerEventKind uint8

// The kinds of PlayerEvent.
const (
	PlayerNote PlayerEventKind = iota
	PlayerTap
	PlayerDownbeat
	PlayerHolds
	PlayerReleases // ends PlayerHolds
	PlayerListens  // the player hears the jam from now on
	PlayerTempo    // the player gives a tempo
	PlayerMeter    // the player gives a meter
)

// Tell gives the event to the tracker, and returns what the tracker knows after it.
func (e PlayerEvent) Tell(t Tracker) (PlayerTime, bool) {
	switch e.Kind {
	case PlayerNote:
		t.Note(e.At, e.Pitch, e.Velocity)
	case PlayerTap:
		t.Tap(e.At)
	case PlayerDownbeat:
		t.Downbeat(e.At)
	case PlayerListens:
		t.SetHeard(true)
	case PlayerTempo:
		t.SetTempo(e.BPM)
	case PlayerMeter:
		t.SetMeter(e.Meter)
	default:
		t.Hold(e.Kind == PlayerHolds)
	}
	now, ok := t.PlayerTime(e.At)
	now.After = e.At
	return now, ok
}
