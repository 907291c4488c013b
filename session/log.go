package session

import (
	"fmt"
	"os"
	"sync"

	"jamd/jam"
)

// flushAt is how many bytes of lines are buffered before they are written.
const flushAt = 64 << 10

func (l Loss) plus(m Loss) Loss {
	return Loss{l.Notes + m.Notes, l.Frames + m.Frames, l.Changes + m.Changes}
}
func (l Loss) minus(m Loss) Loss {
	return Loss{l.Notes - m.Notes, l.Frames - m.Frames, l.Changes - m.Changes}
}

// one returns the count of a single entry.
func one(entry Entry) Loss {
	switch entry.(type) {
	case jam.Input, jam.LoopAction:
		return Loss{Notes: 1}
	case jam.FrameReport:
		return Loss{Frames: 1}
	case jam.Applied, jam.Moved, jam.MeterChange, jam.Passed, Remark:
		return Loss{Changes: 1}
	}
	return Loss{}
}

// An eventLog writes events.jsonl in whole lines. If a write fails, its lines are lost and counted, the file is cut back to its
// last whole line, and the next flush tries again with new lines. One goroutine writes; another may call counts.
type eventLog struct {
	out     file // nil if nothing can be written any more
	path    string
	size    int64        // size of the whole lines in the file, in bytes
	seq     uint64       // sequence number of the last of these lines
	unsure  bool         // some of these lines may not be synced to the disk
	buf     []byte       // lines that are not in the file yet
	next    uint64       // sequence number of the line after those in buf
	held    Loss         // counts the lines in buf
	said    Loss         // losses that the loss lines in the file report
	saying  Loss         // losses that these and the loss lines in buf report
	dropped func() Loss  // returns what was lost before it reached the log
	loss    chan<- error // receives the first failure

	counted tally // of the lines so far

	mu      sync.Mutex
	written Loss
	failed  Loss
	err     error // the first failure
}

func newEventLog(out file, path string, dropped func() Loss, loss chan<- error) *eventLog {
	return &eventLog{out: out, path: path, next: 1, dropped: dropped, loss: loss}
}

// counts returns what was written, what was lost, and the first failure.
func (l *eventLog) counts() (written, lost Loss, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written, l.failed.plus(l.dropped()), l.err
}

// add appends an entry.
func (l *eventLog) add(entry Entry) {
	l.counted.add(entry)
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

// flush writes the buffered lines, and a loss line if any are missing.
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
	l.sayLoss() // before the next lines
}

// sayLoss appends a loss line if anything was lost since the last one.
func (l *eventLog) sayLoss() {
	_, lost, _ := l.counts()
	if news := lost.minus(l.saying); news != (Loss{}) {
		l.append(news)
		l.saying = lost
	}
}

// put writes all of the lines or none.
func (l *eventLog) put(lines []byte) error {
	if l.out == nil {
		return fmt.Errorf("%s is not open", l.path)
	}
	if _, err := os.Stat(l.path); err != nil { // a write to a removed file would not fail
		return err
	}
	n, err := l.out.Write(lines)
	if err == nil {
		l.size += int64(n)
		return nil
	}
	if n > 0 && l.out.Truncate(l.size) != nil { // only the last line of a log may be torn
		_ = l.out.Close()
		l.out = nil
	}
	return err
}

// sync writes the buffered lines, and waits until they are on the disk.
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

// close writes the buffered lines and the end line, and closes the file.
func (l *eventLog) close(played jam.Summary) {
	l.flush()
	written, lost, _ := l.counts()
	l.counted.heard.add(played.Melody)
	l.append(End{Heard: &l.counted.heard.PitchClasses, Jam: played, Melody: played.Melody, Written: written, Lost: lost,
		Length: l.counted.length(), Passed: l.counted.passed})
	l.sync()
	if l.out == nil {
		return
	}
	if err := l.out.Close(); err != nil {
		l.fail(fmt.Errorf("part of the jam may not be recorded: %w", err))
	}
}

// fail stores the first failure and sends it to loss.
func (l *eventLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		l.loss <- err // has room for one
	}
}
