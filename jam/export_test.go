package jam

import (
	"context"
	"time"
)

// Exports for tests.
type (
	Quantiser = quantiser
	Tapper    = tapper
)

const MaxSongPosition = maxSongPosition

var (
	NewQuantiser = newQuantiser
	Movement     = movement
)

func (g *Grid) Current(t time.Duration) int64           { return g.current(t) }
func (g *Grid) SetTempo(frame int64, bpm float64) error { return g.setTempo(frame, bpm) }
func (g ChordGrid) Frames(m Meter) int64                { return g.frames(m) }
func (c ChordKey) Allows(chord Chord) bool              { return c.allows(chord) }
func (c Complexity) Allows(quality uint8) bool          { return c.allows(quality) }
func (k Key) Index() int                                { return k.index() }
func (k Key) Profile() [12]float64                      { return k.profile() }
func (s *Sampler[T]) GoesOn(logits []float32, before T) (float64, error) {
	return s.goesOn(logits, before)
}

// Begin starts the grid at 0. The test serves the requests.
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

// Serve lets the worker answer its requests, on the test's goroutine.
func (l *Loop) Serve() {
	for w := l.policies.active.worker; len(w.requests) > 0; {
		w.serve(<-w.requests)
	}
}

// Play plays the agent's next frame and hears its report, which is already there.
func (a *Agent) Play(ctx context.Context) {
	token, ok := a.decide()
	a.play(ctx, token, ok)
	a.hear(ctx)
}
