package ui

import (
	"time"

	"jamd/jam"
	"jamd/spelling"
)

// settling is how long an event waits for others that belong to the same line. With many open pages, sending each at once would
// take processor time from the line itself.
const settling = time.Millisecond

// An event is a MIDI message to show on the pages.
type event struct {
	from   uint64 // number of the page that played it; 0 for a keyboard at a port
	sounds bool   // jamd plays it, not the player
	jam.Event
}

// Entries returns the reader that the loop writes to. The server sends its frames to the pages.
func (s *Server) Entries() *jam.Reader { return s.entries }

// Heard shows a message from the player's keyboard on the pages. It neither blocks nor allocates.
func (s *Server) Heard(e jam.Event) { s.events.TrySend(event{Event: e}) }

// Tee returns an output that sends each message to another output and also to the pages, which can sound it. It adds no blocking
// and no allocation.
func (s *Server) Tee(to jam.Output, now func() time.Duration) jam.Output {
	return tee{s, to, now}
}

type tee struct {
	server *Server
	to     jam.Output
	now    func() time.Duration
}

func (o tee) Send(status, data1, data2 byte) error {
	err := o.to.Send(status, data1, data2)
	o.server.events.TrySend(event{sounds: true, Event: jam.Event{At: o.now(), Status: status, Data1: data1, Data2: data2}})
	return err
}

// Changed sends all settings to the pages. frame is the first frame in which the new values are in force; 0 means at once.
func (s *Server) Changed(frame int64) {
	s.mu.Lock()
	s.changes++
	j, now, watched := s.jam, s.now, len(s.clients) > 0
	s.mu.Unlock()
	if j == nil || !watched {
		return
	}
	s.broadcast(encode(paramsMessage{Type: "params", Now: millis(now()), Frame: frame, Info: j.Info(), Params: j.Params()}))
}

// forward sends the jam's events and frames, and once a second its timing figures, to every page until the server closes.
func (s *Server) forward() {
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

// frame sends a frame to the pages and stores it for pages that join later. A report without a tempo gets the jam's. In a blind
// jam the policy's name is replaced by the hidden one.
func (s *Server) frame(r jam.FrameReport) {
	j, _ := s.current()
	if j == nil {
		return // the report arrived after the end of the jam
	}
	info := j.Info()
	if r.Tempo == 0 {
		r.Tempo = info.Tempo
	}
	if info.Blind {
		r.Policy = info.Policy
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key.Hear(r.Melody)
	key := spelling.Of(s.key.Key())
	if s.song.add(r.Frame, r.Symbol, key) {
		s.toAll(encode(chartMessage{"chart", s.song.chords}))
	}
	text := encode(frameOf(&r, key))
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
	v := s.view()
	s.mu.Lock()
	if v.jam == s.jam { // else there is nothing to announce any more
		for _, c := range s.clients {
			c.queue.TrySend(encode(s.hello(v, c.id)))
		}
	}
	changed := v.changes != s.changes
	s.mu.Unlock()
	if changed {
		s.Changed(0)
	}
}

func (s *Server) broadcast(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.toAll(text)
}

// toAll queues a message for every page. The caller holds s.mu.
func (s *Server) toAll(text []byte) {
	for _, c := range s.clients {
		c.queue.TrySend(text)
	}
}

// lost returns how many messages the queues to the pages dropped.
func (s *Server) lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.dropped + s.entries.Dropped(jam.EntryReport) + s.events.Dropped()
	for _, c := range s.clients {
		n += c.queue.Dropped()
	}
	return n
}
