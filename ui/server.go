package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
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

// A Server serves the page and its API. It outlives the jams that it shows: Begin and End tell of them.
type Server struct {
	gate     *gate
	sessions Sessions // nil where none are kept
	http     *http.Server
	listener net.Listener
	ctx      context.Context // ends with the server
	cancel   context.CancelFunc
	running  sync.WaitGroup

	reports *jam.Queue[jam.FrameReport]
	events  *jam.Queue[event]

	mu      sync.Mutex
	jam     Jam // nil between jams
	now     func() time.Duration
	started bool
	frames  [][]byte // the last ones, as sent
	clients map[uint64]*client
	last    uint64 // client's id
	dropped uint64 // messages of clients that are gone
}

// An event is a MIDI message on its way to the pages.
type event struct {
	from   uint64 // the client that played it; 0 for a keyboard elsewhere
	sounds bool   // jamd's own, not the player's
	jam.Event
}

// Options are what New needs to know.
type Options struct {
	Address  string   // to listen on: a loopback address and a port, 0 for a free one
	Remote   bool     // an address of the network will do too
	Sessions Sessions // may be nil
}

// New listens at an address. Only one of this machine alone is taken, unless Remote is set, and never all addresses at
// once: the page answers to exactly one Host.
func New(o Options) (*Server, error) {
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("page at %q: give an address and a port, such as 127.0.0.1:8765: %w", o.Address, err)
	}
	ip := net.ParseIP(host)
	switch {
	case ip == nil || ip.IsUnspecified():
		return nil, fmt.Errorf("page at %q: give one address in numbers, such as 127.0.0.1:8765", o.Address)
	case !ip.IsLoopback() && !o.Remote:
		return nil, fmt.Errorf("page at %q: others on the network could reach it; say so with --page-remote, or take 127.0.0.1", o.Address)
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("page at %q: %w (take another port, or 0 for a free one)", o.Address, err)
	}
	s := &Server{
		gate: newGate(listener.Addr().String()), sessions: o.Sessions, listener: listener,
		reports: jam.NewQueue[jam.FrameReport](reportQueue), events: jam.NewQueue[event](eventQueue),
		clients: map[uint64]*client{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler: s.gate.wrap(s.routes()), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // ends at Close alone
	s.running.Go(s.tell)
	return s, nil
}

// Address is where the server listens.
func (s *Server) Address() string { return s.gate.host }

// Link makes a link that opens the page, once.
func (s *Server) Link() string { return s.gate.link() }

// Token is what a program sends as "Authorization: Bearer".
func (s *Server) Token() string { return s.gate.token }

// Reports takes the report of every frame.
func (s *Server) Reports() *jam.Queue[jam.FrameReport] { return s.reports }

// Heard tells of the player's message that came from a keyboard, not from a page. It neither blocks nor allocates.
func (s *Server) Heard(e jam.Event) { s.events.TrySend(event{Event: e}) }

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

// Begin makes a jam the one that the pages meet; now is its clock.
func (s *Server) Begin(j Jam, now func() time.Duration) {
	s.mu.Lock()
	s.jam, s.now, s.frames, s.started = j, now, nil, false
	s.mu.Unlock()
	s.announce()
}

// End tells that the jam is over, and under which name it was kept, "" where it was not.
func (s *Server) End(session string) {
	s.mu.Lock()
	s.jam = nil
	s.mu.Unlock()
	s.broadcast(encode(endMessage{Type: "end", Session: session}))
}

// Changed tells that settings hold from a frame on, or that what can be set has changed.
func (s *Server) Changed(frame int64) {
	j, now := s.current()
	if j == nil {
		return
	}
	s.broadcast(encode(paramsMessage{Type: "params", Now: millis(now()), Frame: frame, Info: j.Info(), Params: j.Params()}))
}

// Notice tells the player what befell the jam.
func (s *Server) Notice(text string) { s.broadcast(encode(noticeMessage{Type: "notice", Text: text})) }

// Watched reports whether a page is open.
func (s *Server) Watched() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients) > 0
}

// Close ends every connection.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}

func (s *Server) current() (Jam, func() time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.jam, s.now
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

// join makes a client whose queue begins with all that it must know.
func (s *Server) join() (*client, error) {
	s.mu.Lock()
	if len(s.clients) >= maxClients {
		s.mu.Unlock()
		return nil, fmt.Errorf("%d pages are open: close some", maxClients)
	}
	s.last++
	c := &client{id: s.last, queue: jam.NewQueue[[]byte](clientQueue)}
	s.clients[c.id] = c
	hello := s.hello(c.id)
	c.queue.TrySend(encode(hello))
	s.mu.Unlock()
	return c, nil
}

func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c.id)
	s.dropped += c.queue.Dropped()
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
