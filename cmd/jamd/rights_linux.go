package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// realTimeRights tells whether this user may ask the kernel for real-time scheduling (sched(7), getrlimit(2)).
func realTimeRights() finding {
	f := finding{Part: "real-time rights"}
	if unix.Geteuid() == 0 {
		f.OK, f.Detail = true, "root may use any priority"
		return f
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTPRIO, &limit); err == nil && limit.Cur > 0 {
		f.OK, f.Detail = true, fmt.Sprintf("priorities up to %d", limit.Cur)
		return f
	}
	f.Detail = "none: on a busy machine chords may come some ms late; put '@audio - rtprio 95' into " +
		"/etc/security/limits.d/audio.conf, join the group with 'sudo usermod -aG audio $USER', log in again"
	return f
}
