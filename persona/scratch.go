package persona

import "whorl/packet"

// Scratch is memory for the packet that is being answered. Personas that are used from one
// goroutine can share it.
type Scratch struct {
	passing conn // its connection, if that is not remembered
	answer  packet.Packet
	options []byte
	quote   []byte
	over    []*conn // connections that are over: memory for the next ones
}

// mostOver is how many connections that are over are kept.
const mostOver = 4096

// conn is memory for a connection.
func (s *Scratch) conn() *conn {
	k := len(s.over) - 1
	if k < 0 {
		return new(conn)
	}
	c := s.over[k]
	s.over[k], s.over = nil, s.over[:k]
	return c
}

// release takes the memory of a connection that is over. It holds on to nothing.
func (s *Scratch) release(c *conn) {
	*c = conn{place: -1}
	if len(s.over) < mostOver {
		s.over = append(s.over, c)
	}
}
