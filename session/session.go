package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"jamd/jam"
)

// Queue lengths: minutes of frames, and any burst that ten fingers can make.
const (
	frameQueue = 1024
	noteQueue  = 4096
)

// Options are what Start needs to know of a jam.
type Options struct {
	Root      string // the directory where sessions lie, made where it is not there; "" for DefaultRoot
	Manifest  Manifest
	WriteMIDI func(io.Writer, jam.Take) error // writes a Standard MIDI File
}

// A Session is the record of one jam. Nothing that fails in it stops the jam: a loss is counted, and said once by Lost.
type Session struct {
	dir     string
	notes   *jam.Queue[jam.Heard]
	frames  *jam.Queue[jam.FrameReport]
	closing sync.Once
	end     chan ending
	ended   chan struct{}
	loss    chan error // the one that Lost has not said yet
	log     *eventLog
	midi    error // why there is no session.mid; the writer's until ended
}

// A Count is how many lines of a kind reached the disk, and how many were lost on the way or in a full queue.
type Count struct{ Written, Lost uint64 }

// A Summary tells what became of a session.
type Summary struct {
	Dir    string // "" where there is none
	Notes  Count  // and other messages of the player
	Frames Count
	Err    error // all that went wrong; nil where the record is whole
}

// An ending is what a jam leaves when it is over.
type ending struct {
	take   jam.Take
	played jam.Summary
}

// Start makes the directory of a session and begins to write. It does not fail: where nothing can be written the
// session takes what it is given, counts it as lost, and Lost says why. End every session with Close.
func Start(o Options) *Session { return start(o, createFile) }

func start(o Options, create func(path string) (file, error)) *Session {
	s := &Session{
		notes:  jam.NewQueue[jam.Heard](noteQueue),
		frames: jam.NewQueue[jam.FrameReport](frameQueue),
		end:    make(chan ending, 1),
		ended:  make(chan struct{}),
		loss:   make(chan error, 1),
	}
	dir, err := makeDir(o.Root, o.Manifest.Start)
	var events file
	if err == nil {
		s.dir = dir
		o.Manifest.Format = Format
		var text []byte
		if text, err = o.Manifest.encode(); err == nil {
			err = writeWhole(create, filepath.Join(dir, ManifestFile), text)
		}
		var openErr error
		events, openErr = create(filepath.Join(dir, EventsFile))
		err = errors.Join(err, openErr)
	}
	s.log = newEventLog(events, filepath.Join(dir, EventsFile), s.dropped, s.loss)
	if err != nil {
		s.log.fail(fmt.Errorf("the jam is not being recorded: %w (give another place with --session-dir)", err))
	}
	go s.write(func(take jam.Take) error {
		var b bytes.Buffer
		if err := o.WriteMIDI(&b, take); err != nil {
			return err
		}
		return writeWhole(create, filepath.Join(dir, MIDIFile), b.Bytes())
	})
	return s
}

// Dir is the session's directory, "" where it could not be made.
func (s *Session) Dir() string { return s.dir }

// Events takes the player's messages, from one or more goroutines, at any time.
func (s *Session) Events() *jam.Queue[jam.Heard] { return s.notes }

// Reports takes the report of every frame, from one or more goroutines, at any time.
func (s *Session) Reports() *jam.Queue[jam.FrameReport] { return s.frames }

// Lost returns the first thing that went wrong with the record, once: after that, and while all is well, nil.
func (s *Session) Lost() error {
	select {
	case err := <-s.loss:
		return err
	default:
		return nil
	}
}

// Close writes what the queues still hold, ends the log with the jam's summary, and writes the take as session.mid. A disk
// that does not take it all before ctx is done is left behind. What is sent to the queues after Close is not recorded.
func (s *Session) Close(ctx context.Context, take jam.Take, played jam.Summary) Summary {
	s.closing.Do(func() { s.end <- ending{take, played} })
	var late, midi error
	select {
	case <-s.ended:
		midi = s.midi
	case <-ctx.Done():
		late = fmt.Errorf("%s: the end of the jam is not all on disk: %w", s.dir, ctx.Err())
	}
	notes, frames, err := s.log.counts()
	return Summary{Dir: s.dir, Notes: notes, Frames: frames, Err: errors.Join(err, midi, late)}
}

// write owns the files, from Start to the end.
func (s *Session) write(midi func(jam.Take) error) {
	defer close(s.ended)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	notes, frames := s.notes.C(), s.frames.C()
	for {
		select {
		case e, open := <-notes:
			if !open {
				notes = nil // nothing more comes, and nil is never ready
				continue
			}
			s.log.note(e.Event)
		case r, open := <-frames:
			if !open {
				frames = nil
				continue
			}
			s.log.frame(r)
		case <-tick.C:
			s.log.flush()
		case last := <-s.end:
			for n := len(notes); n > 0; n-- {
				s.log.note((<-notes).Event)
			}
			for n := len(frames); n > 0; n-- {
				s.log.frame(<-frames)
			}
			s.log.close(last.played)
			if s.dir == "" {
				return
			}
			if err := midi(last.take); err != nil {
				s.midi = fmt.Errorf("the jam's MIDI file could not be written: %w", err)
			}
			return
		}
	}
}

// dropped is what did not fit into the queues.
func (s *Session) dropped() tally { return tally{notes: s.notes.Dropped(), frames: s.frames.Dropped()} }

// makeDir makes a directory that no other session has, named after the start in its own time zone.
func makeDir(root string, start time.Time) (string, error) {
	if root == "" {
		var err error
		if root, err = DefaultRoot(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	for {
		var tag [3]byte
		_, _ = rand.Read(tag[:]) // never fails
		dir := filepath.Join(root, start.Format("20060102-150405")+"-"+hex.EncodeToString(tag[:]))
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}
