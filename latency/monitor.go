// Package latency measures how long the stages of a frame take, finds out why frames were missed, and keeps a jam on the grid:
// its [Guard] decides how early the loop wakes and how much of the policy is played.
package latency

import (
	"sync"
	"time"

	"jamd/jam"
)

// A ring of slots holds the newest minute of a jam: about 30 KB for each stage in each slot, 6 MB in all.
const (
	slot     = 2 * time.Second
	slots    = 30
	inTenSec = 5 // slots
)

// A Monitor collects the times of a jam. It is safe for concurrent use.
type Monitor struct {
	drops Drops

	mu    sync.Mutex
	whole *stretch
	ring  [slots]*stretch // slot number n at n % slots
	now   int64           // number of the newest slot
	rung  jam.Rung        // of the newest frame
}

// Drops count the items that the queues of a jam have dropped so far. A nil function counts as 0.
type Drops struct {
	Reports func() uint64 // reports of frames
	Events  func() uint64 // events of the player
}

// A Snapshot is what a Monitor has collected so far, for the log and the page.
type Snapshot struct {
	Rung           string  `json:"rung"`        // of the newest frame: full, faster or hold
	TenSeconds     Figures `json:"last_10s"`    // of the newest frames: 8 to 10 s of them
	Minute         Figures `json:"last_minute"` // likewise: 58 s to a minute
	Jam            Figures `json:"jam"`
	DroppedReports uint64  `json:"dropped_reports"`
	DroppedEvents  uint64  `json:"dropped_events"`
}

// NewMonitor makes a Monitor without any frames.
func NewMonitor(d Drops) *Monitor {
	m := &Monitor{drops: d, whole: newStretch(fine)}
	for i := range m.ring {
		m.ring[i] = newStretch(coarse)
	}
	return m
}

// Add adds the report of one frame and returns why the frame was missed, if it was. Reports must come in order. Add allocates
// nothing.
func (m *Monitor) Add(r jam.FrameReport) Cause {
	m.mu.Lock()
	defer m.mu.Unlock()
	cause := NoCause
	if r.Missed {
		cause = missCause(&r, m.whole.stages[jam.StageStep].Spread().P99, m.whole.stages[jam.StageLead].Spread().P50)
	}
	m.whole.add(&r, cause)
	n := max(int64(r.Line/slot), m.now)
	for i := max(m.now, n-slots) + 1; i <= n; i++ {
		m.ring[i%slots].clear()
	}
	m.now, m.rung = n, r.Rung
	m.ring[n%slots].add(&r, cause)
	return cause
}

// Snapshot returns what has been collected so far.
func (m *Monitor) Snapshot() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Snapshot{
		Rung: m.rung.String(), TenSeconds: m.last(inTenSec), Minute: m.last(slots), Jam: m.whole.figures(),
		DroppedReports: m.DroppedReports(), DroppedEvents: m.DroppedEvents(),
	}
}

// TenSeconds returns the TenSeconds of a Snapshot, without computing the rest.
func (m *Monitor) TenSeconds() Figures {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last(inTenSec)
}

// DroppedReports returns how many frame reports a full queue dropped.
func (m *Monitor) DroppedReports() uint64 { return count(m.drops.Reports) }

// DroppedEvents returns how many of the player's events a full queue dropped.
func (m *Monitor) DroppedEvents() uint64 { return count(m.drops.Events) }

// last returns the figures of the newest n slots.
func (m *Monitor) last(n int64) Figures {
	joined := newStretch(coarse)
	for i := max(0, m.now-n+1); i <= m.now; i++ {
		joined.join(m.ring[i%slots])
	}
	return joined.figures()
}

func count(dropped func() uint64) uint64 {
	if dropped == nil {
		return 0
	}
	return dropped()
}
