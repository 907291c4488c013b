package jam

import "time"

// arrivals describe the player's notes that arrived since the last frame was closed.
type arrivals struct {
	longest time.Duration // longest time from an event's stamp until the loop took the event
	note    time.Duration // time of the newest note that the next frame's decision can take into account; 0 if none
	later   time.Duration // time of the newest note that only the frame after that can take into account; 0 if none
}

// age returns the age of the newest note at a time, or 0 if there is none.
func (a *arrivals) age(at time.Duration) time.Duration {
	if a.note == 0 {
		return 0
	}
	return at - a.note
}

// next starts the arrivals of the next frame.
func (a *arrivals) next() { *a = arrivals{note: a.later} }

// drain takes all events that have arrived. If the inbox dropped some, the release of a key may have been among them.
func (l *Loop) drain() {
	for n := len(l.config.Inbox.C()); n > 0; n-- {
		e, open := <-l.config.Inbox.C()
		if !open {
			break
		}
		l.hear(e)
	}
	if lost := l.config.Inbox.Dropped(); lost != l.lost {
		l.lost = lost
		l.resync()
	}
}

// resync ends the melody's note and tells the readers.
func (l *Loop) resync() {
	l.engine.Resync()
	l.tell(&Entry{Kind: EntryAction, Action: LoopAction{Frame: l.listensFor(), At: l.clock.Now(), Kind: ActionResync}})
}

// endChord ends the chord and tells the readers.
func (l *Loop) endChord() {
	l.report(l.engine.EndChord())
	l.tellAction(ActionEndChord, 0)
}

// tellAction tells the readers what the loop did before the next frame.
func (l *Loop) tellAction(what ActionKind, frames int64) {
	l.tell(&Entry{Kind: EntryAction, Action: LoopAction{l.engine.Frame(), l.clock.Now(), what, frames}})
}

// hear gives an event to the engine, for the next frame that is closed.
func (l *Loop) hear(e Event) {
	l.engine.Push(e)
	frame := l.listensFor()
	l.arrivals.longest = max(l.arrivals.longest, l.clock.Now()-e.At)
	if s := &l.engine.settings; l.engine.begins(e, s.Split, s.Transpose) {
		if !l.player.heard {
			l.player.first, l.player.heard = e.At, true
		}
		if l.engine.Nearest(e.At) < frame {
			l.arrivals.note = max(l.arrivals.note, e.At)
		} else {
			l.arrivals.later = max(l.arrivals.later, e.At)
		}
	}
	l.tell(&Entry{Kind: EntryInput, Input: Input{frame, e}})
}

// listensFor returns the first frame whose decision can take into account what the player does now.
func (l *Loop) listensFor() int64 {
	if l.engine.phase >= phaseHeard {
		return l.engine.Frame() + 1
	}
	return l.engine.Frame()
}

// A stamped output records when messages are sent.
type stamped struct {
	to          Output
	clock       Clock
	n           int
	first, last time.Duration
}

// Send sends a message on.
func (s *stamped) Send(status, data1, data2 byte) error {
	if s.n == 0 {
		s.first = s.clock.Now()
	}
	s.n++
	err := s.to.Send(status, data1, data2)
	s.last = s.clock.Now()
	return err
}

// took returns the time from the first to the last message since n was set to 0, or 0 if there was none.
func (s *stamped) took() time.Duration {
	if s.n == 0 {
		return 0
	}
	return s.last - s.first
}
