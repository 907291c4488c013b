package session

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A Line is a line of a log.
type Line struct {
	Number int // from 1
	Entry  Entry
}

// A LineError is a problem with a line of a log.
type LineError struct {
	Path    string
	Line    int
	Problem error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Problem) }

func (e *LineError) Unwrap() error { return e.Problem }

// maxLine is far above the length of any line, in bytes.
const maxLine = 64 << 10

// A lineReader reads the lines of one file.
type lineReader struct {
	path   string
	old    bool // version 1: without sequence numbers and checksums
	in     *bufio.Reader
	number int
	seq    uint64 // sequence number of the last readable line
	bad    uint64 // number of unreadable lines since then
	size   int64  // size of the lines so far, in bytes
	good   int64  // size of the lines up to the last readable one, in bytes
}

func newLineReader(in io.Reader, path string, old bool) *lineReader {
	return &lineReader{path: path, old: old, in: bufio.NewReaderSize(in, maxLine)}
}

// next returns the next line, or io.EOF after the last complete one. A readable line after missing lines also comes with an
// error.
func (l *lineReader) next() (Line, error) {
	text, err := l.in.ReadSlice('\n')
	l.size += int64(len(text))
	l.number++
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = l.in.ReadSlice('\n')
			l.size += int64(len(text))
		}
		if err == nil {
			return l.unreadable(fmt.Errorf("it is longer than %d bytes", maxLine))
		}
	}
	if err != nil {
		return Line{}, err
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	if !l.old {
		if err := unseal(text); err != nil {
			return l.unreadable(err)
		}
	}
	entry, seq, err := entryOf(text)
	if err != nil {
		return l.unreadable(err)
	}
	l.good = l.size
	line := Line{l.number, entry}
	last, bad := l.seq, l.bad
	l.seq, l.bad = seq, 0
	switch {
	case l.old:
	case seq <= last:
		return line, l.wrong(fmt.Errorf("line %d of the jam comes after its line %d", seq, last))
	case seq-last-1 > bad: // more lines are missing than the unreadable ones, which had errors of their own
		return line, l.wrong(fmt.Errorf("line %d of the jam comes after its line %d: the lines between them are missing", seq, last))
	}
	return line, nil
}

func (l *lineReader) unreadable(problem error) (Line, error) {
	l.bad++
	return Line{}, l.wrong(problem)
}

func (l *lineReader) wrong(problem error) error { return &LineError{l.path, l.number, problem} }
