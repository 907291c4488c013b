package ui

import (
	"slices"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// TestLatenessBesideStalledPages plays a jam in real time, by turns with no page and with a hundred that read nothing, and
// tells how late its chords left their lines. It is told, not asserted: the machine is not ours alone. What it holds is
// that no frame's news is lost on the way to the pages.
func TestLatenessBesideStalledPages(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of a jam in real time")
	}
	const turns, frames, pages = 6, 100, 100
	var alone, beside []time.Duration
	for turn := range turns {
		s, _ := serve(t)
		if turn%2 == 0 {
			alone = append(alone, lateness(t, s, frames)...)
		} else {
			cookie := enter(t, s)
			for range pages {
				look(t, s, cookie) // and never read
			}
			beside = append(beside, lateness(t, s, frames)...)
		}
		if n := s.entries.Dropped(jam.EntryReport) + s.events.Dropped(); n > 0 {
			t.Errorf("turn %d: %d messages were lost before the pages", turn, n)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, share := range []float64{0.5, 0.99} {
		a, b := quantile(alone, share), quantile(beside, share)
		t.Logf("p%.0f of lateness: %v alone (%d frames), %v beside %d stalled pages (%d frames), ratio %.2f",
			share*100, a, len(alone), b, pages, len(beside), float64(b)/float64(a))
	}
}

// lateness plays a jam whose pages are s's, at 300 BPM, and gives how late each frame's last message was sent.
func lateness(t *testing.T, s *Server, frames int64) []time.Duration {
	t.Helper()
	clock := jam.NewLiveClock()
	settings := jam.DefaultSettings()
	settings.Tempo, settings.Listen, settings.ChordGrid, settings.Style = 300, 0, jam.GridFrame, jam.Ripple
	own := jam.NewReader(int(frames) + 8)
	loop, err := jam.NewLoop(jam.LoopConfig{
		Settings: settings, Policy: jamtest.NewPolicy(1), Output: s.Tee(nowhere{}, clock.Now), Inbox: jam.NewQueue[jam.Event](1), Clock: clock,
		Start: jam.StartAtOnce, Frames: frames, Readers: []*jam.Reader{s.Entries(), own},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loop.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var late []time.Duration
	for range len(own.C()) {
		if e := <-own.C(); e.Kind == jam.EntryReport {
			late = append(late, e.Report.Late)
		}
	}
	return late
}

func quantile(values []time.Duration, share float64) time.Duration {
	slices.Sort(values)
	return values[int(share*float64(len(values)-1))]
}
