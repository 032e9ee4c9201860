package persona

import (
	"fmt"
	"net/netip"
	"time"
)

// Backend is a real program that speaks at a port in place of a dialogue, with the stack of
// the persona before it. It is only read.
type Backend struct {
	Network string      // "tcp" or "unix", as package net has them
	Address string      // 127.0.0.1:2222, [::1]:2222, or the path of a socket
	Header  ProxyHeader // what it is told of the visitor before he says anything
}

// ProxyHeader is a version of HAProxy's PROXY protocol; 0 is none.
type ProxyHeader uint8

// The versions of the PROXY protocol.
const (
	NoProxyHeader ProxyHeader = iota
	ProxyV1                   // a line of text
	ProxyV2                   // binary
)

// Visit is a connection that a visitor has opened with a service that has a backend.
type Visit struct {
	*Backend
	Peer, Local netip.AddrPort
	// Ready has the persona look at the stream: there is something to read, it has come to
	// an end, or there is room again for half of what it takes. It is called from the
	// goroutine of the persona, but not from within a call of it; when the stream is closed
	// it does nothing.
	Ready func(now time.Time)
}

// Stream is the way to a backend. None of its methods waits.
type Stream interface {
	// Read takes what the backend said. Without any it is 0 bytes and no error; io.EOF if the
	// backend will say nothing more, but may go on to read; any other error if it is not
	// there, or gone. Reading into nothing only tells the error.
	Read(b []byte) (n int, err error)
	// Write gives the backend what the visitor said, as far as there is room.
	Write(b []byte) (n int)
	// Room is how many bytes Write takes.
	Room() int
	// CloseWrite tells the backend that the visitor says no more, behind what was written.
	CloseWrite()
	// Close ends the stream. Where both sides have said all, what was written still arrives;
	// else it is cut off.
	Close()
}

// check finds what is wrong with the backend of a service, which says nothing by itself.
func (s *Service) checkBackend() error {
	b := s.Backend
	switch {
	case b == nil:
		return nil
	case s.Greeting != nil || len(s.Rules) > 0 || s.End != "":
		return fmt.Errorf("service at port %d: a backend and a dialogue; want one of them", s.Port)
	case b.Network != "tcp" && b.Network != "unix" || b.Address == "":
		return fmt.Errorf("service at port %d: backend %q %q; want tcp and an address, or unix and a path", s.Port, b.Network, b.Address)
	case b.Header > ProxyV2:
		return fmt.Errorf("service at port %d: version %d of the PROXY protocol; want 1 or 2", s.Port, b.Header)
	}
	return nil
}
