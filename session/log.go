package session

import (
	"fmt"
	"os"
	"sync"

	"jamd/jam"
)

// flushAt is how many bytes of lines are gathered at most before they are written.
const flushAt = 64 << 10

func (l Loss) plus(m Loss) Loss {
	return Loss{l.Notes + m.Notes, l.Frames + m.Frames, l.Changes + m.Changes}
}
func (l Loss) minus(m Loss) Loss {
	return Loss{l.Notes - m.Notes, l.Frames - m.Frames, l.Changes - m.Changes}
}

// one counts an entry.
func one(entry Entry) Loss {
	switch entry.(type) {
	case jam.Heard, jam.LoopAction:
		return Loss{Notes: 1}
	case jam.FrameReport:
		return Loss{Frames: 1}
	case jam.Applied, jam.Moved, jam.MeterChange, Remark:
		return Loss{Changes: 1}
	}
	return Loss{}
}

// An eventLog writes events.jsonl in whole lines. Where the disk does not take them they are lost and counted, the file
// is cut back to its last whole line, and the next flush tries again with new lines. One goroutine writes; counts may
// be asked from another.
type eventLog struct {
	out     file // nil where nothing can be written any more
	path    string
	size    int64        // of the whole lines in the file
	seq     uint64       // of the last of them
	unsure  bool         // some of them may not have reached the disk itself
	buf     []byte       // lines that are not yet in the file
	next    uint64       // sequence number of the line after those
	held    Loss         // what buf holds
	said    Loss         // what loss lines in the file have told so far
	saying  Loss         // and those in buf
	dropped func() Loss  // what was lost before it came here
	loss    chan<- error // gets the first failure

	first, last jam.FrameReport // of those seen so far
	any         bool            // there was one
	heard       PitchClasses    // in the melody of them, but the last

	mu      sync.Mutex
	written Loss
	failed  Loss
	err     error // the first failure
}

func newEventLog(out file, path string, dropped func() Loss, loss chan<- error) *eventLog {
	return &eventLog{out: out, path: path, next: 1, dropped: dropped, loss: loss}
}

// counts tells what was written and what lost, and the first failure.
func (l *eventLog) counts() (written, lost Loss, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written, l.failed.plus(l.dropped()), l.err
}

// add puts an entry behind those before it.
func (l *eventLog) add(entry Entry) {
	if r, ok := entry.(jam.FrameReport); ok {
		if !l.any {
			l.first, l.any = r, true
		} else if r.Frame == l.last.Frame+1 {
			l.heard.add(r.Melody)
		}
		l.last = r
	}
	l.append(entry)
	if len(l.buf) >= flushAt {
		l.flush()
	}
}

func (l *eventLog) append(entry Entry) {
	buf, err := appendLine(l.buf, l.next, entry)
	if err != nil {
		l.fail(fmt.Errorf("part of the jam is not recorded: %w", err))
		l.mu.Lock()
		l.failed = l.failed.plus(one(entry))
		l.mu.Unlock()
		return
	}
	l.buf, l.held = buf, l.held.plus(one(entry))
	l.next++
}

// flush writes the lines gathered, and what is known to be missing.
func (l *eventLog) flush() {
	if l.dropped() != (Loss{}) {
		l.fail(fmt.Errorf("%s: the disk is too slow: part of the jam is not recorded", l.path))
	}
	l.sayLoss()
	if len(l.buf) == 0 {
		return
	}
	err := l.put(l.buf)
	l.mu.Lock()
	if err != nil {
		l.failed = l.failed.plus(l.held)
	} else {
		l.written = l.written.plus(l.held)
	}
	l.mu.Unlock()
	l.buf, l.held = l.buf[:0], Loss{}
	if err == nil {
		l.said, l.seq, l.unsure = l.saying, l.next-1, true
		return
	}
	l.saying, l.next = l.said, l.seq+1
	l.fail(fmt.Errorf("part of the jam is not recorded: %w", err))
	l.sayLoss() // before the lines that come next
}

// sayLoss appends a line with what was lost since the last such line.
func (l *eventLog) sayLoss() {
	_, lost, _ := l.counts()
	if news := lost.minus(l.saying); news != (Loss{}) {
		l.append(news)
		l.saying = lost
	}
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

// sync writes the lines gathered, and waits until they are on the disk itself.
func (l *eventLog) sync() {
	l.flush()
	if !l.unsure || l.out == nil {
		return
	}
	l.unsure = false
	if err := l.out.Sync(); err != nil {
		l.fail(fmt.Errorf("part of the jam may not be on the disk: %w", err))
	}
}

// close writes the rest and the end line.
func (l *eventLog) close(played jam.Summary) {
	l.flush()
	written, lost, _ := l.counts()
	l.heard.add(played.Melody)
	end := End{Heard: &l.heard, Jam: played, Melody: played.Melody, Written: written, Lost: lost, Length: lengthOf(l.first, l.last)}
	l.append(end)
	l.sync()
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
