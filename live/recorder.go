package live

import (
	"sync"

	"jamd/jam"
	"jamd/latency"
	"jamd/metrics"
	"jamd/session"
)

// entryLength is the length of a queue that holds minutes of entries.
const entryLength = 4096

// A recorder measures a jam: it finds why frames were missed, and collects the timing figures.
type recorder struct {
	entries *jam.Reader
	session *session.Session
	monitor *latency.Monitor
	metrics *metrics.Server // nil without --metrics
	running sync.WaitGroup
}

func newRecorder(log *session.Session, m *metrics.Server) *recorder {
	return &recorder{entries: jam.NewReader(entryLength), session: log, metrics: m}
}

// run records until close. c must already hold all readers of the loop, because run counts what they drop.
func (r *recorder) run(c jam.LoopConfig) {
	r.monitor = latency.NewMonitor(drops(c))
	if r.metrics != nil {
		r.metrics.Watch(r.monitor)
	}
	r.running.Go(func() {
		for e := range r.entries.C() {
			if e.Kind == jam.EntryReport {
				r.frame(e.Report)
			}
		}
	})
}

func (r *recorder) frame(f jam.FrameReport) {
	cause := r.monitor.Add(f)
	if cause != latency.NoCause {
		r.session.Remarks().TrySend(session.Remark{Frame: f.Frame, At: f.Line, From: session.CauseFrom, Text: cause.String()})
	}
	if r.metrics != nil {
		r.metrics.Add(&f, cause)
	}
}

// close ends run and returns the figures. The loop must have ended.
func (r *recorder) close() latency.Snapshot {
	r.entries.Close()
	r.running.Wait()
	return r.monitor.Snapshot()
}
