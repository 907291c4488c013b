package ui

import (
	"encoding/json"
	"time"

	"jamd/jam"
)

const (
	reportQueue = 256
	eventQueue  = 2048
	// settling is how long the pages' news waits for the rest of what a line sends: with many pages their telling would
	// take the processor from the line itself.
	settling = time.Millisecond
	// remembered is how many frames a page that comes late is shown.
	remembered = 256
)

// An event is a MIDI message on its way to the pages.
type event struct {
	from   uint64 // the client that played it; 0 for a keyboard elsewhere
	sounds bool   // jamd's own, not the player's
	jam.Event
}

// Sounding is an output that tells the pages all that it sends on to another, so that they can sound it too.
// It neither blocks nor allocates of its own.
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

// tell passes the jam's news on to every page.
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
		case r := <-s.reports.C():
			s.frame(r)
		case <-tick.C:
			s.figures()
		}
	}
}

// frame remembers a frame for pages that come late, and tells it. A report without a tempo has the jam's; of a blind jam the
// policy's name is the hidden one.
func (s *Server) frame(r jam.FrameReport) {
	j, _ := s.current()
	if j == nil {
		return // it came after the end
	}
	info := j.Info()
	if r.Tempo == 0 {
		r.Tempo = info.Tempo
	}
	if info.Blind {
		r.Policy = info.Policy
	}
	text := encode(frameOf(&r))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frames = append(s.frames, text); len(s.frames) > remembered {
		s.frames = append(s.frames[:0:0], s.frames[len(s.frames)-remembered:]...)
	}
	s.started = true
	s.toAll(text)
}

// figures tells how the jam keeps time, where anybody looks on.
func (s *Server) figures() {
	if j, now := s.current(); j != nil && s.Watched() {
		if figures := j.Latency(); figures != nil {
			s.broadcast(encode(latencyMessage{Type: "latency", Now: millis(now()), Figures: figures}))
		}
	}
}

// play hands a page's note to the jam, and tells the other pages.
func (s *Server) play(from uint64, n pageNote) {
	j, now := s.current()
	if j == nil {
		return
	}
	status, velocity := byte(0x80), byte(0)
	if n.On {
		status, velocity = 0x90, n.Velocity
	}
	j.Play(status, n.Pitch, velocity)
	s.events.TrySend(event{from: from, Event: jam.Event{At: now(), Status: status, Data1: n.Pitch, Data2: velocity}})
}

// hello is all that a page must know to join; s.mu is held.
func (s *Server) hello(id uint64) helloMessage {
	m := helloMessage{Type: "hello", Client: id, Frames: make([]json.RawMessage, 0, len(s.frames)), Sessions: s.sessions != nil}
	for _, f := range s.frames {
		m.Frames = append(m.Frames, f)
	}
	if s.jam != nil {
		info := s.jam.Info()
		m.Jam, m.Params, m.Now, m.Started = &info, s.jam.Params(), millis(s.now()), s.started
	}
	return m
}

// announce tells every page afresh.
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

// lost counts the messages that pages and the queues before them had no room for.
func (s *Server) lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.dropped + s.reports.Dropped() + s.events.Dropped()
	for _, c := range s.clients {
		n += c.queue.Dropped()
	}
	return n
}
