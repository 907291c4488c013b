//go:build !linux

package benchmark

import "time"

// used is not known on this system.
func used() (processor time.Duration, resident int64, ok bool) { return 0, 0, false }

// stolen is not known on this system.
func stolen() (d time.Duration, ok bool) { return 0, false }
