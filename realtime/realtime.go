// Package realtime gives the threads of a jam real-time scheduling, so that chords are on time on a busy machine.
//
// On Linux [Rights] ask the kernel for SCHED_FIFO, or RealtimeKit for SCHED_RR; on Windows they ask the Multimedia Class Scheduler
// Service. Other systems give no priority: there a jam runs on ordinary threads. docs/realtime.md has the measurements.
package realtime
