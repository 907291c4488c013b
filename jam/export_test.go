package jam

import "context"

// Exports for the tests that are outside the package because they use jamtest.
var (
	ErrLogits  = errLogits
	ErrNoNotes = errNoNotes
)

func (e *Engine) Settings() Settings { return e.settings }
func (e *Engine) Warp(s Swing, percent float64, m Meter) {
	e.warp, e.settings.Meter = warp{s, percent}, m
}
func (g *Grid) Tempo(frame int64) float64                   { return g.tempo(frame) }
func (g ChordGrid) Has(m Meter, since int64) bool           { return g.has(m, since) }
func (c ChordKey) Allows(chord Chord) bool                  { return c.allows(chord) }
func (c Complexity) Allows(quality uint8) bool              { return c.allows(quality) }
func (k Key) Index() int                                    { return k.index() }
func (k Key) Profile() [12]float64                          { return k.profile() }
func (v *Vocabulary) Legal(before, token ChordToken) bool   { return v.grammar().legal(before, token) }
func (v *Vocabulary) Continue(before ChordToken) ChordToken { return v.continued(before) }

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

func (c Colour) Add(chord Chord, key Key, pitches ...uint8) Chord {
	var heard pitchClasses
	for _, p := range pitches {
		heard |= 1 << (p % 12)
	}
	return c.add(chord, key, heard)
}
