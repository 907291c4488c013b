// Package usage marks errors that the user can mend, such as a wrong flag, a missing file or an unknown port. On such an error
// the command line ends with exit code 2, on any other with 1.
package usage

import (
	"errors"
	"fmt"
)

type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Error marks err as one that the user can mend. nil stays nil.
func Error(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// Errorf is [fmt.Errorf]; the error is marked as one that the user can mend.
func Errorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Is reports whether err, or an error that it wraps, is marked as one that the user can mend.
func Is(err error) bool {
	var e usageError
	return errors.As(err, &e)
}
