package spare

import (
	"io"
	"math/rand/v2"
	"slices"
)

// silence is some ports whose segments are not answered.
type silence struct {
	of    *Conn
	first uint16
	n     int
}

func (s *silence) holds(port uint16) bool { return port >= s.first && int(port) < int(s.first)+s.n }

// Ports of [Conn.Silence]: none that other probes come from.
const (
	lowestSilent  = 10000
	highestSilent = 20000
)

// Silence leaves segments to n ports unanswered, until it is closed. first is the lowest of
// them; they follow one another.
func (c *Conn) Silence(n int) (first uint16, ports io.Closer) {
	s := &silence{of: c, first: uint16(lowestSilent + rand.IntN(highestSilent-lowestSilent-n)), n: n}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = append(c.silent, s)
	return s.first, s
}

// Close lets the ports be answered for again.
func (s *silence) Close() error {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.silent = slices.DeleteFunc(s.of.silent, func(o *silence) bool { return o == s })
	return nil
}

func (c *Conn) isSilent(port uint16) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.silent, func(s *silence) bool { return s.holds(port) })
}
