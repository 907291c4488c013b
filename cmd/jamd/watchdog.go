package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// A systemd unit with WatchdogSec= ends a jamd that does not say in time that it is alive, and starts another.

// feedWatchdog tells systemd that jamd is alive, as often as its watchdog needs, until ctx ends. alive reports whether the loop of
// the frames has gone on since it was last asked. Without a watchdog, feedWatchdog does nothing.
func feedWatchdog(ctx context.Context, alive func() bool) {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil || limit == 0 { // systemd wrote the variables, so an error means that others did
		return
	}
	tick := time.NewTicker(limit / 4) // alive tells of the time before, so one answer may be a tick late
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if alive() {
			_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog) // the next tick tries again
		}
	}
}
