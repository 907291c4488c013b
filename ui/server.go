package ui

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"jamd/jam"
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
