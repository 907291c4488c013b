package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

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
	Changes Count // controls, segments, meters and remarks
	Err     error // joins all failures; nil if the record is complete
}

// Start makes the directory of a session and begins to write. It never fails: if nothing can be written, the session accepts
// everything, counts it as lost, and [Session.Lost] says why. The caller must call [Session.Close].
func Start(o Options) *Session { return start(o, realDisk) }

func start(o Options, d disk) *Session {
	s := &Session{
		entries: jam.NewReader(entryQueue),
		remarks: jam.NewQueue[Remark](remarkQueue),
		end:     make(chan jam.Summary, 1),
		ended:   make(chan struct{}),
		loss:    make(chan error, 1),
	}
	dir, err := makeDir(o.Root, o.Manifest.Start)
	var events file
	if err == nil {
		s.dir = dir
		s.lock = lockRecording(dir)
		o.Manifest.Format = Format
		o.Manifest.takeOrder(filepath.Dir(dir))
		var text []byte
		if text, err = encodeJSON(o.Manifest); err == nil {
			err = d.writeWhole(filepath.Join(dir, ManifestFile), text)
		}
		var openErr error
		events, openErr = d.create(filepath.Join(dir, EventsFile))
		err = errors.Join(err, openErr)
		syncDir(dir)
		syncDir(filepath.Dir(dir))
	}
	s.take = newLoggedTake(&o.Manifest)
	s.log = newEventLog(events, filepath.Join(dir, EventsFile), s.dropped, s.loss)
	if err != nil {
		s.log.fail(fmt.Errorf("the jam is not being recorded: %w (give another place with --session-dir)", err))
	}
	go s.write(func(take jam.Take) error {
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

// write runs from Start to the end of the session. Only it uses the files.
func (s *Session) write(midi func(jam.Take) error) {
	defer close(s.ended)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	entries, remarks := s.entries.C(), s.remarks.C()
	for {
		// A closed queue becomes nil, which is never ready.
		select {
		case e, open := <-entries:
			if entries = unless(!open, entries); open {
				s.add(&e)
			}
		case r, open := <-remarks:
			if remarks = unless(!open, remarks); open {
				s.log.add(r)
			}
		case <-tick.C:
			s.log.sync()
		case last := <-s.end:
			for n := len(s.entries.C()); n > 0; n-- {
				e := <-s.entries.C()
				s.add(&e)
			}
			for n := len(s.remarks.C()); n > 0; n-- {
				s.log.add(<-s.remarks.C())
			}
			s.finish(last, midi)
			return
		}
	}
}

// add records an entry, as far as the session records it.
func (s *Session) add(e *jam.Entry) {
	if entry := recorded(e); entry != nil {
		s.log.add(entry)
		s.take.add(entry)
	}
}

// unless returns the channel, or nil if done is true.
func unless[T any](done bool, c <-chan T) <-chan T {
	if done {
		return nil
	}
	return c
}

// finish ends the log and writes session.mid.
func (s *Session) finish(played jam.Summary, midi func(jam.Take) error) {
	s.log.close(played)
	s.take.add(End{Melody: played.Melody})
	s.sounded = s.take.take()
	if s.dir == "" {
		return
	}
	if err := midi(s.sounded); err != nil {
		s.midi = fmt.Errorf("the jam's MIDI file could not be written: %w", err)
	}
	_ = s.lock.Close() // before Remove, because Windows does not remove open files
	_ = os.Remove(s.lock.Path())
	syncDir(s.dir)
}

// dropped returns what did not fit into the queues.
func (s *Session) dropped() Loss {
	return Loss{
		Notes: s.entries.Dropped(jam.EntryInput, jam.EntryAction), Frames: s.entries.Dropped(jam.EntryReport),
		Changes: s.entries.Dropped(jam.EntryApplied, jam.EntryMoved, jam.EntryMeter) + s.remarks.Dropped(),
	}
}
