package session

import (
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/rs/zerolog"

	"jamd/jam"
)

// flushAt is how many bytes of lines are gathered at most before they are written.
const flushAt = 64 << 10

// A tally counts lines of the two kinds.
type tally struct{ notes, frames uint64 }

func (t tally) plus(u tally) tally  { return tally{t.notes + u.notes, t.frames + u.frames} }
func (t tally) minus(u tally) tally { return tally{t.notes - u.notes, t.frames - u.frames} }

// An eventLog writes events.jsonl in whole lines. Where the disk does not take them they are lost and counted, the file
// is cut back to its last whole line, and the next flush tries again with new lines. One goroutine writes; counts may
// be asked from another.
type eventLog struct {
	out     file // nil where nothing can be written any more
	path    string
	size    int64          // of the whole lines in the file
	buf     []byte         // lines that are not yet in the file
	lines   zerolog.Logger // appends to buf
	held    tally          // what buf holds
	said    tally          // what loss lines in the file have told so far
	dropped func() tally   // what was lost before it came here
	loss    chan<- error   // gets the first failure

	mu      sync.Mutex
	written tally
	failed  tally
	err     error // the first failure
}

func newEventLog(out file, path string, dropped func() tally, loss chan<- error) *eventLog {
	l := &eventLog{out: out, path: path, dropped: dropped, loss: loss}
	l.lines = zerolog.New(appendTo{&l.buf})
	return l
}

// counts tells what was written and what lost, and the first failure.
func (l *eventLog) counts() (notes, frames Count, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := l.failed.plus(l.dropped())
	return Count{l.written.notes, lost.notes}, Count{l.written.frames, lost.frames}, l.err
}

func (l *eventLog) note(e jam.Event) {
	logEvent(&l.lines, e)
	l.held.notes++
	l.flushIfFull()
}

func (l *eventLog) frame(r jam.FrameReport) {
	logFrame(&l.lines, r)
	l.held.frames++
	l.flushIfFull()
}

func (l *eventLog) flushIfFull() {
	if len(l.buf) >= flushAt {
		l.flush()
	}
}

// flush writes the lines gathered, and before them what is known to be missing.
func (l *eventLog) flush() {
	lost := l.dropped()
	if lost != (tally{}) {
		l.fail(fmt.Errorf("%s: the disk is too slow: part of the jam is not recorded", l.path))
	}
	l.mu.Lock()
	lost = lost.plus(l.failed)
	l.mu.Unlock()
	if news := lost.minus(l.said); news != (tally{}) {
		var line []byte
		logger := zerolog.New(appendTo{&line})
		logger.Log().Str("type", "loss").Uint64("notes", news.notes).Uint64("frames", news.frames).Send()
		l.buf = slices.Insert(l.buf, 0, line...)
	}
	if len(l.buf) == 0 {
		return
	}
	err := l.put(l.buf)
	if err != nil {
		l.fail(fmt.Errorf("part of the jam is not recorded: %w", err))
	} else {
		l.said = lost
	}
	l.mu.Lock()
	if err != nil {
		l.failed = l.failed.plus(l.held)
	} else {
		l.written = l.written.plus(l.held)
	}
	l.mu.Unlock()
	l.buf, l.held = l.buf[:0], tally{}
}

// put writes whole lines, all or none.
func (l *eventLog) put(lines []byte) error {
	if l.out == nil {
		return fmt.Errorf("%s is not open", l.path)
	}
	if _, err := os.Stat(l.path); err != nil { // writing to a file that was removed does not fail
		return err
	}
	n, err := l.out.Write(lines)
	if err == nil {
		l.size += int64(n)
		return nil
	}
	if n > 0 && l.out.Truncate(l.size) != nil { // a torn line may only be the last
		_ = l.out.Close()
		l.out = nil
	}
	return err
}

// close writes the rest and the end line.
func (l *eventLog) close(played jam.Summary) {
	l.flush()
	notes, frames, _ := l.counts()
	l.lines.Log().Str("type", "end").Interface("jam", played).Uint64("frames", frames.Written).Uint64("notes", notes.Written).
		Uint64("frames_lost", frames.Lost).Uint64("notes_lost", notes.Lost).Send()
	l.flush()
	if l.out == nil {
		return
	}
	if err := l.out.Close(); err != nil {
		l.fail(fmt.Errorf("part of the jam may not be recorded: %w", err))
	}
}

// fail keeps the first failure and says it.
func (l *eventLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		l.loss <- err // has room for one
	}
}

// appendTo is a writer into a slice.
type appendTo struct{ b *[]byte }

func (a appendTo) Write(p []byte) (int, error) {
	*a.b = append(*a.b, p...)
	return len(p), nil
}
