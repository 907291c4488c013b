package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/spelling"
)

func TestStatusLineStaysBelow(t *testing.T) {
	var screen bytes.Buffer
	s := &statusLine{terminal: &screen, width: func() int { return 10 }}
	out := above{s, &screen}
	write := func(text string) {
		if n, err := out.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	write("before\n")
	s.draw("as long as this")
	s.draw("as long as this") // no change, nothing to draw
	write("chord\n")
	s.draw("short")
	s.end()
	s.end()
	write("after\n")
	want := "before\n" + "\ras long a" + "\r         \r" + "chord\n" + "as long a" + "\rshort    " + "\r     \r" + "after\n"
	if screen.String() != want {
		t.Errorf("%q, want %q", screen.String(), want)
	}
}

func TestNoStatusLineInPipes(t *testing.T) {
	var b bytes.Buffer
	to := console{Out: &b, Err: &b}
	if got, s := withStatusLine(to); s != nil || got.Out != to.Out || got.Err != to.Err {
		t.Errorf("%+v, %+v", got, s)
	}
}

func TestStatusOf(t *testing.T) {
	f := latency.Figures{Step: latency.Spread{P99: 610 * time.Microsecond}, Late: latency.Spread{P99: 120 * time.Microsecond}}
	r := jam.FrameReport{Frame: 47, Symbol: "Am7", Lead: 16 * time.Millisecond}
	want := "3.4+3  Am7        missed 2  step p99 0.61 ms  late p99 0.12 ms  lead 16 ms"
	if got := statusOf(r, jam.Bars{Meter: jam.Quarters(4)}, spelling.Key{}, jam.Meter{}, f, 2); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.Rung, r.Listening = jam.RungHold, true
	if got := statusOf(r, jam.Bars{Meter: jam.Quarters(4)}, spelling.Key{}, jam.Meter{}, f, 2); !strings.Contains(got, "  listening  CHORD HELD  missed 2  ") {
		t.Errorf("%q", got)
	}
	r.Follow, r.Tempo = jam.Following, 97
	if got := statusOf(r, jam.Bars{Meter: jam.Quarters(4)}, spelling.Key{}, jam.Quarters(3), f, 2); !strings.Contains(got, "  following 97 in 3/4  ") {
		t.Errorf("%q", got)
	}
}
