// Package usage marks the errors that the user can mend: a wrong flag, a file that is not there, an unknown port. The command
// line ends with exit code 2 on such an error, and with 1 on any other.
package usage

import (
	"errors"
	"fmt"
)

type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Error marks err as the user's to mend; nil stays nil.
func Error(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// Errorf is [fmt.Errorf], marked as the user's to mend.
func Errorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Is reports whether err, or an error that it wraps, is the user's to mend.
func Is(err error) bool {
	var e usageError
	return errors.As(err, &e)
}
