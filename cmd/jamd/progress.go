package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"jamd/jam"
)

// A progress shows how far a command is as a bar below what it prints, from two seconds on, if standard error is a terminal. It
// may be used from several goroutines.
type progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil if none is shown
	total int
	done  int
	began time.Time
	show  func() *progressbar.ProgressBar // nil if none can be shown
}

// shownFrom is how long a command must take to have a bar.
const shownFrom = 2 * time.Second

// newProgress shows the progress of work that has `total` parts. The caller must call end.
func newProgress(to console, what string, total int) *progress {
	p := &progress{total: total, began: time.Now()}
	if f, ok := to.Err.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.show = func() *progressbar.ProgressBar {
			return progressbar.NewOptions(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
				progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
		}
	}
	return p
}

// add says that more parts are done.
func (p *progress) add(parts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = min(p.done+parts, p.total)
	if p.bar == nil && p.show != nil && time.Since(p.began) >= shownFrom {
		p.bar = p.show()
	}
	if p.bar != nil {
		_ = p.bar.Set(p.done) // the command works without its bar
	}
}

// frames counts the frames among the entries of a jam.
func (p *progress) frames(e jam.Entry) {
	if e.Kind == jam.EntryReport {
		p.add(1)
	}
}

// end removes the bar.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// waiting shows a bar of a work whose length is known, such as a measurement. The caller must call end.
func waiting(to console, what string, length time.Duration) (end func()) {
	p := newProgress(to, what, int(length/time.Second))
	ctx, cancel := context.WithCancel(context.Background())
	var ticking sync.WaitGroup
	ticking.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.add(1)
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		ticking.Wait()
		p.end()
	}
}
