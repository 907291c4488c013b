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
	entryQueue = 256
	eventQueue = 2048
	// remembered is how many frames a page gets when it joins.
	remembered = 256
	// pause is how long a request waits for the next jam at most.
	pause = 4 * time.Second
)

// A Server serves the page and its API. It outlives the jams that it shows: see [Server.Begin] and [Server.End].
type Server struct {
	gate     *gate
	sessions Sessions // nil if none are recorded
	http     *http.Server
	listener net.Listener
	opened   time.Time
	ctx      context.Context // ends with the server
	cancel   context.CancelFunc
	running  sync.WaitGroup

	entries *jam.Reader
	events  *jam.Queue[event]

	pause time.Duration // the constant, except in tests

	mu      sync.Mutex
	jam     Jam           // nil between jams
	begun   chan struct{} // closed while there is a jam
	now     func() time.Duration
	started bool
	key     jam.KeyFinder
	frames  [][]byte // the last frames, encoded
	song    song
	clients map[uint64]*client
	last    uint64 // id of the newest client
	changes uint64 // how often Changed was called
	dropped uint64 // number of messages that the queues of closed pages dropped
}

// Options configure a Server.
type Options struct {
	Address  string   // a loopback address and a port; port 0 for a free one
	Remote   bool     // also allows an address that the network can reach
	Sessions Sessions // may be nil
}

// New starts a server at o.Address. The address must belong to this machine alone unless Remote is set. It cannot be the address
// for all interfaces, because the server accepts exactly one Host. The caller must call [Server.Close].
func New(o Options) (*Server, error) {
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("page at %q: give an address and a port, such as 127.0.0.1:8765", o.Address)
	}
	ip := net.ParseIP(host)
	switch {
	case ip == nil || ip.IsUnspecified():
		return nil, fmt.Errorf("page at %q: give one address in numbers, such as 127.0.0.1:8765", o.Address)
	case !ip.IsLoopback() && !o.Remote:
		return nil, fmt.Errorf("page at %q: others on the network could reach it; allow it with --page-remote, or use 127.0.0.1", o.Address)
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("page at %q: %w (choose another port, or 0 for a free one)", o.Address, err)
	}
	s := &Server{
		gate: newGate(listener.Addr().String()), sessions: o.Sessions, listener: listener, opened: time.Now(),
		entries: jam.NewReader(entryQueue), events: jam.NewQueue[event](eventQueue),
		clients: map[uint64]*client{}, pause: pause, begun: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler: s.gate.wrap(s.routes()), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // Serve ends only at Close
	s.running.Go(s.forward)
	return s, nil
}

// Address returns the host and port that the server listens at.
func (s *Server) Address() string { return s.gate.host }

// Link makes a link that opens the page in a browser. It works once.
func (s *Server) Link() string { return s.gate.link() }

// Token returns the token that a program sends as "Authorization: Bearer".
func (s *Server) Token() string { return s.gate.token }

// Begin shows a jam on the pages. now reads the jam's clock.
func (s *Server) Begin(j Jam, now func() time.Duration) {
	s.mu.Lock()
	if s.jam == nil {
		close(s.begun)
	}
	s.jam, s.now, s.frames, s.song, s.started, s.key = j, now, nil, song{}, false, jam.KeyFinder{}
	s.mu.Unlock()
	s.announce()
}

// Over says that the jam no longer sounds. Requests then wait for the next jam. The caller must call End afterwards.
func (s *Server) Over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jam != nil {
		s.jam, s.begun = nil, make(chan struct{})
	}
}

// End tells the pages that the jam is over. session is the id of its recording, or "" if there is none.
func (s *Server) End(session string) {
	s.Over()
	s.broadcast(encode(endMessage{Type: "end", Session: session}))
}

// Watched reports whether a page is open.
func (s *Server) Watched() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients) > 0
}

// Visited reports whether a browser has ever opened the page.
func (s *Server) Visited() bool {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return s.gate.visited
}

// Close ends every connection and waits until the server's goroutines end.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}

// current returns the current jam and its clock, or nil between two jams.
func (s *Server) current() (Jam, func() time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.jam, s.now
}

// await returns the current jam. Between two jams it waits for the next one, at most s.pause, and returns nil if none begins.
func (s *Server) await(ctx context.Context) Jam {
	s.mu.Lock()
	begun := s.begun
	s.mu.Unlock()
	soon := time.NewTimer(s.pause)
	defer soon.Stop()
	select {
	case <-begun:
	case <-soon.C:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	j, _ := s.current()
	return j
}

// A view is what a jam says of itself to a page that joins.
type view struct {
	jam     Jam // nil between two jams
	info    Info
	params  []Param
	changes uint64 // Server.changes before the jam was asked
}

// view asks the current jam about itself. The jam may list the ports of the machine for it, which can take long. So no lock is held, and
// the notes of other pages do not wait.
func (s *Server) view() view {
	s.mu.Lock()
	v := view{jam: s.jam, params: []Param{}, changes: s.changes}
	s.mu.Unlock()
	if v.jam != nil {
		v.info, v.params = v.jam.Info(), v.jam.Params()
	}
	return v
}

// join adds a page. Its queue starts with a hello.
func (s *Server) join() (*client, error) {
	for {
		v := s.view()
		s.mu.Lock()
		if v.jam != s.jam { // another jam began, or this one ended, while it was asked
			s.mu.Unlock()
			continue
		}
		if len(s.clients) >= maxClients {
			s.mu.Unlock()
			return nil, fmt.Errorf("%d pages are open: close some", maxClients)
		}
		s.last++
		c := &client{id: s.last, queue: jam.NewQueue[[]byte](clientQueue)}
		s.clients[c.id] = c
		c.queue.TrySend(encode(s.hello(v, c.id)))
		changed := v.changes != s.changes
		s.mu.Unlock()
		if changed { // since the jam was asked; this page was not told
			s.Changed(0)
		}
		return c, nil
	}
}

func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c.id)
	s.dropped += c.queue.Dropped()
}

// hello returns all that a page needs to show the jam. The caller holds s.mu, and v is of the current jam.
func (s *Server) hello(v view, id uint64) helloMessage {
	m := helloMessage{Type: "hello", Client: id, Params: v.params, Frames: make([]json.RawMessage, 0, len(s.frames)), Sessions: s.sessions != nil,
		Chords: append([]ChartChord{}, s.song.chords...)}
	for _, f := range s.frames {
		m.Frames = append(m.Frames, f)
	}
	if v.jam != nil {
		m.Jam, m.Now, m.Started = &v.info, millis(s.now()), s.started
	}
	return m
}
