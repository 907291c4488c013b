package ui

import (
	"time"

	"jamd/jam"
)

// settling is how long news waits for the other messages of the same line. With many open pages, sending at once would take processor
// time from the line itself.
const settling = time.Millisecond

// An event is a MIDI message for the pages.
type event struct {
	from   uint64 // the client that played it; 0 for a keyboard
	sounds bool   // it comes from jamd, not from the player
	jam.Event
}

// Entries returns the reader to give to the loop. The server sends the frames to the pages.
func (s *Server) Entries() *jam.Reader { return s.entries }

// Heard passes on a message of the player's keyboard. It neither blocks nor allocates.
func (s *Server) Heard(e jam.Event) { s.events.TrySend(event{Event: e}) }

// Sounding returns an output that sends on to another and also to the pages, so that they can sound it. It adds neither blocking nor
// allocation.
func (s *Server) Sounding(to jam.Output, now func() time.Duration) jam.Output {
	return sounding{s, to, now}
}

type sounding struct {
	server *Server
	to     jam.Output
	now    func() time.Duration
}

func (o sounding) Send(status, data1, data2 byte) error {
	err := o.to.Send(status, data1, data2)
	o.server.events.TrySend(event{sounds: true, Event: jam.Event{At: o.now(), Status: status, Data1: data1, Data2: data2}})
	return err
}

// Changed tells the pages that settings are in force from a frame on, or that the choices have changed.
func (s *Server) Changed(frame int64) {
	j, now := s.current()
	if j == nil || !s.Watched() {
		return
	}
	s.broadcast(encode(paramsMessage{Type: "params", Now: millis(now()), Frame: frame, Info: j.Info(), Params: j.Params()}))
}

// Notice shows a short text to the player.
func (s *Server) Notice(text string) { s.broadcast(encode(noticeMessage{Type: "notice", Text: text})) }

// tell sends the news of the jam to every page.
func (s *Server) tell() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case e := <-s.events.C():
			time.Sleep(settling)
			s.broadcast(encode(messageOf(e)))
			for n := len(s.events.C()); n > 0; n-- {
				s.broadcast(encode(messageOf(<-s.events.C())))
			}
		case e := <-s.entries.C():
			if e.Kind == jam.EntryReport {
				s.frame(e.Report)
			}
		case <-tick.C:
			s.figures()
		}
	}
}

// frame sends a frame, and stores it for pages that join later. A report without a tempo gets that of the jam. In a blind jam the
// policy's name is hidden.
func (s *Server) frame(r jam.FrameReport) {
	j, _ := s.current()
	if j == nil {
		return // the report came after the end
	}
	info := j.Info()
	if r.Tempo == 0 {
		r.Tempo = info.Tempo
	}
	if info.Blind {
		r.Policy = info.Policy
	}
	m := frameOf(&r)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Key = s.key.hear(r.Melody)
	text := encode(m)
	if s.frames = append(s.frames, text); len(s.frames) > remembered {
		s.frames = append(s.frames[:0:0], s.frames[len(s.frames)-remembered:]...)
	}
	s.started = true
	s.toAll(text)
}

// figures sends the timing figures if a page is open.
func (s *Server) figures() {
	if j, now := s.current(); j != nil && s.Watched() {
		if figures := j.Latency(); figures != nil {
			s.broadcast(encode(latencyMessage{Type: "latency", Now: millis(now()), Figures: figures}))
		}
	}
}

// announce sends a hello to every page.
func (s *Server) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		c.queue.TrySend(encode(s.hello(c.id)))
	}
}

func (s *Server) broadcast(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.toAll(text)
}

func (s *Server) toAll(text []byte) {
	for _, c := range s.clients {
		c.queue.TrySend(text)
	}
}

// lost counts the messages that the queues to the pages dropped.
func (s *Server) lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.dropped + s.entries.Dropped(jam.EntryReport) + s.events.Dropped()
	for _, c := range s.clients {
		n += c.queue.Dropped()
	}
	return n
}
