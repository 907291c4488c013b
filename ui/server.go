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
	// pause is the longest time that a request waits for the next jam.
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
	begun   chan struct{} // closed when there is one
	now     func() time.Duration
	started bool
	key     keyFinder
	frames  [][]byte // the last ones, encoded
	clients map[uint64]*client
	last    uint64 // id of a client
	dropped uint64 // messages dropped by clients that have left
}

// Options configure a Server.
type Options struct {
	Address  string   // a loopback address and a port, 0 for a free one
	Remote   bool     // allows an address that the network can reach
	Sessions Sessions // may be nil
}

// New listens at an address. It must be one of this machine alone unless Remote is set, and it cannot be the address for all interfaces: the
// page answers to exactly one Host.
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
		gate: newGate(listener.Addr().String()), sessions: o.Sessions, listener: listener, opened: time.Now(),
		entries: jam.NewReader(entryQueue), events: jam.NewQueue[event](eventQueue),
		clients: map[uint64]*client{}, pause: pause, begun: make(chan struct{}),
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

// Link makes a link that opens the page; it works once.
func (s *Server) Link() string { return s.gate.link() }

// Token returns what a program sends as "Authorization: Bearer".
func (s *Server) Token() string { return s.gate.token }

// Begin shows a jam to the pages. now is its clock.
func (s *Server) Begin(j Jam, now func() time.Duration) {
	s.mu.Lock()
	if s.jam == nil {
		close(s.begun)
	}
	s.jam, s.now, s.frames, s.started, s.key = j, now, nil, false, keyFinder{}
	s.mu.Unlock()
	s.announce()
}

// Over tells the server that the jam sounds no more. Requests from now on wait for the next jam. End must follow.
func (s *Server) Over() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jam != nil {
		s.jam, s.begun = nil, make(chan struct{})
	}
}

// End tells the pages that the jam is over. session is its id, "" if it was not recorded.
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

// await returns the current jam; between two, the next one; nil if that does not begin soon.
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

// join makes a client. Its queue begins with a hello.
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

// hello returns all that a page needs to join. The caller holds s.mu.
func (s *Server) hello(id uint64) helloMessage {
	m := helloMessage{Type: "hello", Client: id, Params: []Param{}, Frames: make([]json.RawMessage, 0, len(s.frames)), Sessions: s.sessions != nil}
	for _, f := range s.frames {
		m.Frames = append(m.Frames, f)
	}
	if s.jam != nil {
		info := s.jam.Info()
		m.Jam, m.Params, m.Now, m.Started = &info, s.jam.Params(), millis(s.now()), s.started
	}
	return m
}
