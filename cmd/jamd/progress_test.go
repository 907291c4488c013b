package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A bar comes after two seconds of work, counts it, and is removed at the end.
func TestProgress(t *testing.T) {
	var screen bytes.Buffer
	shown := 0
	p := &progress{total: 4, began: time.Now(), show: func() *progressbar.ProgressBar {
		shown++
		return progressbar.NewOptions(4, progressbar.OptionSetWriter(&screen), progressbar.OptionSetDescription("working"))
	}}
	p.add(1)
	if shown > 0 {
		t.Error("a bar at once")
	}
	p.began = p.began.Add(-shownFrom)
	p.add(1)
	if shown != 1 || !strings.Contains(screen.String(), "working  50%") {
		t.Errorf("%d bars, %q", shown, screen.String())
	}
	p.add(5)
	p.end()
	if last := screen.String(); shown != 1 || !strings.Contains(last, "100%") || !strings.HasSuffix(last, "\r") {
		t.Errorf("%d bars, %q", shown, last)
	}
}

// Nothing but a terminal gets a bar.
func TestNoProgressInPipes(t *testing.T) {
	var b bytes.Buffer
	end := waiting(console{Out: &b, Err: &b}, "waiting", time.Minute)
	end()
	p := newProgress(console{Out: &b, Err: &b}, "working", 3)
	p.began = p.began.Add(-time.Hour)
	p.add(3)
	p.end()
	if b.Len() > 0 {
		t.Errorf("%q", b.String())
	}
}
