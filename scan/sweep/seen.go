package sweep

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// seen remembers which addresses have answered: a bitmap of each /16 with at least
// one that has. It may be used from several goroutines.
type seen struct {
	mu    sync.Mutex
	pages map[pageKey]*page
	limit int
	over  int64 // answers that found no room
}

// pageKey names the addresses of one /16 and what they have answered.
type pageKey struct {
	net  uint16 // first two octets, network byte order
	port uint16 // 0 if one answer is enough of an address
	up   bool   // the address itself has answered, not a router
}

type page [1 << 16 / 64]uint64 // 8 KiB

// maxPages bounds the memory to 512 MiB: every /16 of IPv4 once. Answers beyond it are
// passed on each time they come.
const maxPages = 1 << 16

func newSeen(limit int) *seen { return &seen{pages: map[pageKey]*page{}, limit: limit} }

// add notes an answer and reports whether it is the first, or cannot be known not to be.
func (s *seen) add(addr netip.Addr, port uint16, up bool) (first bool) {
	net, host := halves(addr)
	k := pageKey{net, port, up}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[k]
	if p == nil {
		if len(s.pages) >= s.limit {
			s.over++
			return true
		}
		p = new(page)
		s.pages[k] = p
	}
	bit := uint64(1) << (host % 64)
	first = p[host/64]&bit == 0
	p[host/64] |= bit
	return first
}

// has reports whether the address itself has answered.
func (s *seen) has(addr netip.Addr, port uint16) bool {
	net, host := halves(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[pageKey{net, port, true}]
	return p != nil && p[host/64]&(1<<(host%64)) != 0
}

// forgotten is how many answers found no room.
func (s *seen) forgotten() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

func halves(addr netip.Addr) (net, host uint16) {
	a := addr.As4()
	return binary.BigEndian.Uint16(a[:]), binary.BigEndian.Uint16(a[2:])
}
