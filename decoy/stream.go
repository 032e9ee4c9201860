package decoy

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"time"

	"whorl/persona"
)

// Bounds of what a stream holds, bytes. What goes to the backend is twice the largest window
// without a scale, so that a program that reads at once never makes it smaller.
const (
	maxToBackend   = 128 << 10
	maxFromBackend = 64 << 10
)

// stream is a connection with a backend. One goroutine writes to it and one reads from it.
type stream struct {
	relay *relay
	visit *persona.Visit
	told  bool // its news are on the list; guarded by that

	dialing context.Context
	stop    context.CancelFunc // ends the dial

	mu       sync.Mutex
	changed  sync.Cond
	conn     net.Conn // nil: not yet
	to, from bytes.Buffer
	sent     int   // bytes for the backend so far
	got      int   // and from it
	done     bool  // the visitor says no more
	ended    bool  // the backend says no more
	over     bool  // nobody wants anything any more
	low      bool  // there was room for less than half
	lost     error // why the backend could not be reached
	err      error // why it is gone
}

var _ persona.Stream = (*stream)(nil)

func newStream(r *relay, v *persona.Visit) *stream {
	s := &stream{relay: r, visit: v}
	s.changed.L = &s.mu
	s.dialing, s.stop = context.WithTimeout(context.Background(), dialTime)
	s.to.Write(proxyHeader(v))
	return s
}

// Read takes what the backend said.
func (s *stream) Read(b []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.from.Len() > 0:
		n, _ = s.from.Read(b)
		s.changed.Broadcast()
	case s.err != nil:
		err = s.err
	case s.ended:
		err = io.EOF
	}
	return n, err
}

// Write takes what the visitor said.
func (s *stream) Write(b []byte) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = min(len(b), s.room())
	s.to.Write(b[:n])
	s.sent += n
	s.low = s.low || s.room() < maxToBackend/2
	s.changed.Broadcast()
	return n
}

// Room is how much Write takes.
func (s *stream) Room() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.room()
}

func (s *stream) room() int { return max(maxToBackend-s.to.Len(), 0) }

// CloseWrite lets the backend know that the visitor says no more.
func (s *stream) CloseWrite() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	s.changed.Broadcast()
}

// Close ends the stream.
func (s *stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over = true
	s.stop()
	s.changed.Broadcast()
	switch {
	case s.conn == nil:
	case s.done && s.ended:
		s.conn.SetDeadline(time.Now().Add(lastWords))
	default:
		s.cut()
	}
}

// quit ends the stream at once, whatever is on its way.
func (s *stream) quit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.stop()
	s.changed.Broadcast()
	if s.conn != nil {
		s.cut()
	}
}

// cut breaks the connection off; the backend is told if it can be.
func (s *stream) cut() {
	if t, ok := s.conn.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	s.conn.Close()
}

// unreached is why the backend could not be reached; nil if it was, or nobody has waited.
func (s *stream) unreached() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil
	}
	return s.lost
}
