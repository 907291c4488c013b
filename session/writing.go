package session

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"jamd/jam"
)

// write runs from Start to the end of the session. Only it uses the files.
func (s *Session) write(d disk, midi func(jam.Take) error) {
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
		case <-s.followed:
			s.follow(d)
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
			if len(s.followed) > 0 {
				s.follow(d)
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

// follow notes that the jam follows its player.
func (s *Session) follow(d disk) {
	if s.manifest.Followed {
		return
	}
	s.manifest.Followed, s.take.followed = true, true
	if s.dir == "" {
		return
	}
	if err := s.writeManifest(d); err != nil {
		s.log.fail(fmt.Errorf("it is not recorded that the jam follows its player: %w", err))
	}
}

func (s *Session) writeManifest(d disk) error {
	text, err := encodeJSON(s.manifest)
	if err != nil {
		return err
	}
	return d.writeWhole(filepath.Join(s.dir, ManifestFile), text)
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
		Changes: s.entries.Dropped(jam.EntryApplied, jam.EntryMoved, jam.EntryMeter, jam.EntryPassed) + s.remarks.Dropped(),
	}
}
