package sweep

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// seen remembers which addresses have answered: a bitmap of each /16 of IPv4 with at least
// one that has, and each address of IPv6, where they are far between. It may be used from
// several goroutines.
type seen struct {
	mu    sync.Mutex
	pages map[pageKey]*page
	limit int // of pages
	six   map[sixKey]struct{}
	over  int64 // answers that found no room
}

// pageKey names the addresses of one /16 and what they have answered.
type pageKey struct {
	net  uint16 // first two octets, network byte order
	port uint16 // 0 if one answer is enough of an address
	up   bool   // the address itself has answered, not a router
}

type page [1 << 16 / 64]uint64 // 8 KiB

// sixKey is an IPv6 address and what it has answered.
type sixKey struct {
	addr [16]byte
	port uint16
	up   bool
}

// maxPages bounds the memory to 512 MiB: every /16 of IPv4 once. pageSixes is how many
// addresses of IPv6 take as much as a page. Answers beyond that are passed on each time they
// come.
const (
	maxPages  = 1 << 16
	pageSixes = 128
)

func newSeen(limit int) *seen {
	return &seen{pages: map[pageKey]*page{}, six: map[sixKey]struct{}{}, limit: limit}
}

// add notes an answer and reports whether it is the first, or cannot be known not to be.
func (s *seen) add(addr netip.Addr, port uint16, up bool) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if addr.Is6() {
		return s.add6(sixKey{addr.As16(), port, up})
	}
	net, host := halves(addr)
	k := pageKey{net, port, up}
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

func (s *seen) add6(k sixKey) (first bool) {
	if _, known := s.six[k]; known {
		return false
	}
	if len(s.six) >= s.limit*pageSixes {
		s.over++
		return true
	}
	s.six[k] = struct{}{}
	return true
}

// has reports whether the address itself has answered.
func (s *seen) has(addr netip.Addr, port uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if addr.Is6() {
		_, known := s.six[sixKey{addr.As16(), port, true}]
		return known
	}
	net, host := halves(addr)
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
