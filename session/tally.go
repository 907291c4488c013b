package session

import (
	"time"

	"jamd/jam"
)

// A tally counts what the end line of a log says about the frames, including those that were over when the player's beat was
// found.
type tally struct {
	heard       heardMelody
	first, last moment
	frames      int64 // number of frames counted
	passed      int64 // of those, the frames that were over when the beat was found
}

// A moment is a frame and the time of its line.
type moment struct {
	frame int64
	line  time.Duration
}

// add counts an entry.
func (t *tally) add(entry Entry) {
	switch e := entry.(type) {
	case jam.FrameReport:
		t.frame(e.Frame, e.Line, e.Melody)
	case jam.Passed:
		t.passed++
		t.frame(e.Frame, e.Line, e.Melody)
	}
}

func (t *tally) frame(frame int64, line time.Duration, melody jam.MelodyToken) {
	t.last = moment{frame, line}
	if t.frames == 0 {
		t.first = t.last
	}
	t.frames++
	t.heard.hear(frame, melody)
}

// length returns the time from the first line to the end of the last frame.
func (t *tally) length() time.Duration {
	n := t.last.frame - t.first.frame
	if n <= 0 {
		return 0
	}
	return (t.last.line - t.first.line) / time.Duration(n) * time.Duration(n+1)
}
