//go:build !linux

package benchmark

import "time"

// used cannot say anything on this system.
func used() (processor time.Duration, resident int64, ok bool) { return 0, 0, false }

// stolen cannot say anything on this system.
func stolen() (d time.Duration, ok bool) { return 0, false }
