package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"jamd/jam"
)

// The lengths of the queues: enough for minutes of frames, and for any burst that ten fingers can play.
const (
	entryQueue  = 4096
	remarkQueue = 1024
)

// Options configure [Start].
type Options struct {
	Root      string // directory of sessions, made if it does not exist; "" for DefaultRoot
	Manifest  Manifest
	WriteMIDI func(io.Writer, jam.Take) error // writes a Standard MIDI File
}

// A Session records one jam. No failure of a Session stops the jam: losses are counted, and [Session.Lost] returns the first.
type Session struct {
	dir     string
	entries *jam.Reader
	remarks *jam.Queue[Remark]

	manifest Manifest
	followed chan struct{} // Followed was called; has room for one

	closing sync.Once
	end     chan jam.Summary
	ended   chan struct{}
	loss    chan error // the failure that Lost has not returned yet
	log     *eventLog
	lock    *flock.Flock // on recordingFile
	take    *loggedTake  // the writer owns this and the next two
	midi    error        // why there is no session.mid
	sounded jam.Take     // what session.mid contains; for Take, once the writer has ended
}

// A Count says how many lines of a kind reached the disk, and how many were lost on the way or in a full queue.
type Count struct{ Written, Lost uint64 }

// A Summary is the result of recording a session.
type Summary struct {
	Dir     string // "" if it could not be made
	Notes   Count  // notes and the player's other messages
	Frames  Count
	Changes Count // everything else: controls, segments, meters, passed frames and remarks
	Err     error // joins all failures; nil if the record is complete
}

// Start makes the directory of a session and begins to write. It never fails: if nothing can be written, the session accepts
// everything, counts it as lost, and [Session.Lost] says why. The caller must call [Session.Close].
func Start(o Options) *Session { return start(o, realDisk) }

func start(o Options, d disk) *Session {
	s := &Session{
		entries:  jam.NewReader(entryQueue),
		remarks:  jam.NewQueue[Remark](remarkQueue),
		followed: make(chan struct{}, 1),
		end:      make(chan jam.Summary, 1),
		ended:    make(chan struct{}),
		loss:     make(chan error, 1),
	}
	dir, err := makeDir(o.Root, o.Manifest.Start)
	var events file
	if s.manifest = o.Manifest; err == nil {
		s.dir = dir
		s.lock = lockRecording(dir)
		s.manifest.Format = Format
		s.manifest.takeOrder(filepath.Dir(dir))
		err = s.writeManifest(d)
		var openErr error
		events, openErr = d.create(filepath.Join(dir, EventsFile))
		err = errors.Join(err, openErr)
		syncDir(dir)
		syncDir(filepath.Dir(dir))
	}
	s.take = newLoggedTake(&s.manifest)
	s.take.lines = &playedLines{} // the jam may be followed from its middle on
	s.log = newEventLog(events, filepath.Join(dir, EventsFile), s.dropped, s.loss)
	if err != nil {
		s.log.fail(fmt.Errorf("the jam is not being recorded: %w (give another place with --session-dir)", err))
	}
	go s.write(d, func(take jam.Take) error {
		return writeMIDI(d, dir, o.WriteMIDI, take)
	})
	return s
}

// Dir returns the session's directory, or "" if it could not be made.
func (s *Session) Dir() string { return s.dir }

// Entries returns the reader that the loop writes to. The session records the entries in their order.
func (s *Session) Entries() *jam.Reader { return s.entries }

// Remarks returns the queue for remarks about moments of the jam, such as the cause of a miss.
func (s *Session) Remarks() *jam.Queue[Remark] { return s.remarks }

// Followed says that the jam follows its player from now on. It never blocks.
func (s *Session) Followed() {
	select {
	case s.followed <- struct{}{}:
	default: // it was said before
	}
}

// Lost returns the first failure of the recording, once. Before a failure, and after that, it returns nil.
func (s *Session) Lost() error {
	select {
	case err := <-s.loss:
		return err
	default:
		return nil
	}
}

// Close writes what is left in the queues, ends the log with the jam's summary, and writes the take as session.mid. If ctx ends
// before a slow disk has taken it all, Close returns and writing continues in the background. What is sent to the queues after
// Close is not recorded.
func (s *Session) Close(ctx context.Context, played jam.Summary) Summary {
	s.closing.Do(func() { s.end <- played })
	var late, midi error
	select {
	case <-s.ended:
		midi = s.midi
	case <-ctx.Done():
		late = fmt.Errorf("%s: the end of the jam is not all on disk: %w", s.dir, ctx.Err())
	}
	written, lost, err := s.log.counts()
	return Summary{
		Dir: s.dir, Notes: Count{written.Notes, lost.Notes}, Frames: Count{written.Frames, lost.Frames},
		Changes: Count{written.Changes, lost.Changes}, Err: errors.Join(err, midi, late),
	}
}

// Take returns the take of the jam, as in session.mid, even if it could not be written to disk. Call it after Close. If Close
// returned before all was written, the take is empty.
func (s *Session) Take() jam.Take {
	select {
	case <-s.ended:
		return s.sounded
	default:
		return jam.Take{}
	}
}
