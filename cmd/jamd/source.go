package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"jamd/assets"
	"jamd/jam"
	"jamd/midiio"
)

// A source is where the melody of a jam comes from: a port to be opened, or a file that is performed in real time.
type source struct {
	name   string         // of the port or file
	port   string         // to be opened, where tune is nil
	tune   *jam.Tune      // performed
	melody *midiio.Melody // that the tune is
	hint   string         // what the user could do for more
}

// source decides what to listen to: --melody, --in, the first keyboard found, or else the bundled melody.
func (c *playCmd) source(to console) (source, error) {
	if c.Track != "" && c.Melody == "" {
		return source{}, asInput(errors.New("--track is a part of the file that --melody names"))
	}
	if c.Melody != "" && c.In != "" {
		return source{}, asInput(errors.New("--melody and --in exclude each other: jamd listens to one melody"))
	}
	if c.Live.Clock.external() && (c.Melody != "" || c.CountIn != nil) {
		return source{}, asInput(errors.New("--clock external starts the jam and keeps its time: neither --melody nor --count-in goes with it"))
	}
	if c.Melody != "" {
		melody, err := melodyFile{c.Melody, c.Track, c.Tempo}.read(to)
		if err != nil {
			return source{}, err
		}
		return performed(c.Melody, melody)
	}
	if c.In == pageMelody && c.Live.Pages.Page == noPage {
		return source{}, asInput(errors.New("--in page and --page off exclude each other"))
	}
	if c.In == pageMelody && c.Live.Clock.external() && c.Live.Clock.ClockIn == "" {
		return source{}, asInput(errors.New("--clock external: a page has no clock; name the clock's port with --clock-in"))
	}
	if c.In == pageMelody {
		return source{port: c.In, name: "the page"}, nil
	}
	if c.In != "" {
		return source{port: c.In}, nil
	}
	ins, _, err := midiio.List()
	for _, p := range ins {
		if !strings.Contains(p.Name, "Midi Through") {
			s := source{port: p.Name}
			if len(ins) > 1 {
				s.hint = "other ports: jamd ports"
			}
			return s, nil
		}
	}
	hint := "no keyboard found: plug one in, or see 'jamd ports' and --in"
	if err != nil {
		hint = "no keyboard can be heard: " + err.Error()
	}
	if c.Live.Clock.external() {
		return source{}, asInput(errors.New("--clock external: " + hint))
	}
	melody, err := demo(c.Tempo)
	if err != nil {
		return source{}, err
	}
	s, err := performed(assets.DemoMelody, melody)
	s.hint = hint
	return s, err
}

// performed is a melody that is played from a file.
func performed(name string, m midiio.Melody) (source, error) {
	tune, err := m.Tune()
	if err != nil {
		return source{}, asInput(fmt.Errorf("%s: %w", name, err))
	}
	return source{name: name, tune: &tune, melody: &m}, nil
}

// open opens the source's port, and keeps it where it is another's.
func (s source) open(now func() time.Duration, hear func(jam.Event), k midiio.Keeping) (*midiio.In, error) {
	if strings.HasPrefix(s.port, midiio.VirtualIn) {
		return midiio.OpenVirtualIn(s.port, now, hear)
	}
	return midiio.KeepIn(s.port, now, hear, k)
}

// title names the take.
func (s source) title() string {
	if s.tune != nil {
		return s.tune.Name
	}
	return "jam"
}

// inMeter gives the melody one meter in place of the file's.
func (s *source) inMeter(meter jam.Meter) {
	s.tune.Meter, s.tune.Meters = meter, nil
	s.melody.Meter, s.melody.Meters = meter, nil
}

// perform plays events, each at its time after the beginning, and ends with ctx.
func perform(ctx context.Context, clock jam.Clock, events []jam.Event, began <-chan time.Duration, hear func(jam.Event)) {
	var start time.Duration
	select {
	case start = <-began:
	case <-ctx.Done():
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, e := range events {
		e.At += start
		timer.Reset(e.At - clock.Now())
		select {
		case <-timer.C:
			hear(e)
		case <-ctx.Done():
			return
		}
	}
}

// announce says what is about to happen.
func (c *playCmd) announce(l *live, src source) {
	to, s := l.to, l.config.Settings
	heard := src.name
	if src.tune != nil {
		heard = fmt.Sprintf("%s (%s, %s), %v", src.tune.Name, src.name, partTold(src.melody), lasts(src.melody))
	}
	fmt.Fprintf(to.Out, "%s at %.4g BPM, seed %d\n  hears  %s\n  plays  %s\n",
		l.shownPolicy(), s.Tempo, s.Seed, heard, portName(l.out))
	if src.hint != "" {
		fmt.Fprintln(to.Out, "  "+src.hint)
	}
	switch {
	case c.Live.Clock.external():
		fmt.Fprintf(to.Out, "Waiting for the clock to start; chords join in %d beats later; Control-C ends.\n", s.Listen)
	case src.tune != nil || c.CountIn != nil:
		fmt.Fprintf(to.Out, "Listening for %d beats, then joining in; Control-C ends.\n", s.Listen)
	default:
		fmt.Fprintf(to.Out, "Play: the clock starts with your first note, chords join in %d beats later; Control-C ends.\n", s.Listen)
	}
}
