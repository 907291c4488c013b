package jam

import "errors"

// A RangeError is the error for a number that a param does not take.
type RangeError struct {
	Min, Max float64
	text     string
}

func (e *RangeError) Error() string { return e.text }

// Why settings that depend on each other are refused.
var (
	ErrRegister     = errors.New("must be within 0 to 127 and at least 11 semitones wide")
	ErrBassRegister = errors.New("must be at least 11 semitones wide and below the chords' lowest pitch")
)
