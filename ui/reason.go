package ui

import (
	"errors"
	"strings"
)

// A Reason is an error that the page words in the player's language, by Code and Args. Its text is the same in English.
type Reason struct {
	Code ReasonCode
	Args map[string]string // what the words of the code need, by name
	Err  error
}

func (r *Reason) Error() string { return r.Err.Error() }
func (r *Reason) Unwrap() error { return r.Err }

// A ReasonCode says why something is not possible. Codes stay as they are once released.
type ReasonCode string

// The codes, with their arguments.
const (
	ReasonNoJam         ReasonCode = "no_jam"
	ReasonJamOver       ReasonCode = "jam_over"
	ReasonJamBegun      ReasonCode = "jam_begun"      // this can be chosen only before a jam
	ReasonAgent         ReasonCode = "agent_plays"    // this is fixed while an agent plays the melody
	ReasonTune          ReasonCode = "tune_plays"     // as agent_plays, while a file plays
	ReasonBlindRecord   ReasonCode = "blind_recorded" // a blind jam is recorded
	ReasonHidden        ReasonCode = "policy_hidden"
	ReasonStudyDone     ReasonCode = "study_done" // the participant has played all jams: participant, jams
	ReasonPageClock     ReasonCode = "page_has_no_clock"
	ReasonMeterFollows  ReasonCode = "meter_needs_follow" // the meter is found only if jamd follows the player
	ReasonRange         ReasonCode = "out_of_range"       // setting, min, max
	ReasonRegister      ReasonCode = "register"           // the chords' register is less than an octave
	ReasonBassRegister  ReasonCode = "bass_register"      // the bass register is less than an octave, or not below the chords'
	ReasonPortTaken     ReasonCode = "port_taken"         // port
	ReasonPortFailed    ReasonCode = "port_failed"        // port, and text: the error, in English
	ReasonNoConfig      ReasonCode = "no_config"          // there is no configuration file
	ReasonConfigChanged ReasonCode = "config_changed"     // file
	ReasonNotSavable    ReasonCode = "not_savable"        // setting
	ReasonNothingToUndo ReasonCode = "nothing_to_undo"
	ReasonPresetUnknown ReasonCode = "preset_unknown" // name
	ReasonPresetName    ReasonCode = "preset_name"
	ReasonLoading       ReasonCode = "still_loading" // a policy or preset that was chosen earlier
	ReasonSessionGone   ReasonCode = "session_gone"
	ReasonNotFollowed   ReasonCode = "not_followed"   // jamd counts the bars itself
	ReasonExternalTempo ReasonCode = "external_tempo" // the external clock sets the tempo
	ReasonPlayersTempo  ReasonCode = "players_tempo"  // the player's playing sets the tempo
	ReasonLearnsOther   ReasonCode = "learns_other"   // the knob of another setting is being learned since
)

// ReasonCodes are all codes.
var ReasonCodes = []ReasonCode{
	ReasonNoJam, ReasonJamOver, ReasonJamBegun, ReasonAgent, ReasonTune, ReasonBlindRecord, ReasonHidden, ReasonStudyDone, ReasonPageClock, ReasonMeterFollows,
	ReasonRange, ReasonRegister, ReasonBassRegister, ReasonPortTaken, ReasonPortFailed, ReasonNoConfig, ReasonConfigChanged, ReasonNotSavable,
	ReasonNothingToUndo, ReasonPresetUnknown, ReasonPresetName, ReasonLoading, ReasonSessionGone, ReasonNotFollowed, ReasonExternalTempo,
	ReasonPlayersTempo, ReasonLearnsOther,
}

// A Problem is an error in the form that pages and programs receive.
type Problem struct {
	Error string            `json:"error"` // in English
	Code  ReasonCode        `json:"code,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
}

// ProblemOf describes an error. Without a [Reason] in it, the problem has the English text alone.
func ProblemOf(err error) Problem {
	p := Problem{Error: err.Error()}
	var r *Reason
	if errors.As(err, &r) {
		p.Code, p.Args = r.Code, r.Args
	}
	return p
}

// Left is a setting that could not be set, and why.
type Left struct {
	Name string `json:"name"`
	Problem
}

// String returns the setting's name and the reason in English.
func (l Left) String() string {
	if strings.HasPrefix(l.Error, l.Name) { // as most errors of settings do
		return l.Error
	}
	return l.Name + ": " + l.Error
}
