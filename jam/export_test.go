package jam

import "context"

// Begin starts the grid at 0 with nobody but the test to serve requests.
func (l *Loop) Begin(ctx context.Context) {
	l.phase = loopPlaying
	l.pulses.begin(0)
	l.began(0)
	l.ask()
	l.Serve()
	l.decide(ctx, 0)
}

// Frame plays one frame.
func (l *Loop) Frame(ctx context.Context) bool { return l.frame(ctx) }

// Serve lets the worker answer what it was asked, on the test's goroutine.
func (l *Loop) Serve() {
	for w := l.policies.active.worker; len(w.requests) > 0; {
		w.serve(<-w.requests)
	}
}

// Play plays the agent's next frame and hears its report, which is there already.
func (a *Agent) Play(ctx context.Context) {
	token, ok := a.decide()
	a.play(ctx, token, ok)
	a.hear(ctx)
}
