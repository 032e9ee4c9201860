package persona

import (
	"net/netip"

	"whorl/method"
)

// maxPeers is how many addresses are remembered (decoys are flooded).
const maxPeers = 65536

// peer is what one address has been told.
type peer struct {
	addr       netip.Addr
	secret     method.Stream
	salt       uint32 // of timestamps
	seq        sequence
	half, open int32 // connections
	prev, next int32 // in order of use
}

// peers are the latest maxPeers addresses that opened connections. The zero value
// is empty; memory grows with use.
type peers struct {
	index       map[netip.Addr]int32
	all         []peer
	first, last int32 // most and least lately used
}

// of finds a peer or makes room for it. The pointer is valid until the next call.
func (s *peers) of(addr netip.Addr, key *method.Key) *peer {
	if i, ok := s.index[addr]; ok {
		s.unlink(i)
		s.push(i)
		return &s.all[i]
	}
	if s.index == nil {
		s.index = map[netip.Addr]int32{}
	}
	i := int32(len(s.all))
	if len(s.all) < maxPeers {
		s.all = append(s.all, peer{})
	} else {
		i = s.last
		s.unlink(i)
		delete(s.index, s.all[i].addr)
	}
	s.all[i] = peer{addr: addr, secret: key.Stream(addr, "persona peer")}
	s.all[i].salt = s.all[i].secret.Uint32()
	s.index[addr] = i
	s.push(i)
	return &s.all[i]
}

// known finds a peer without making it.
func (s *peers) known(addr netip.Addr) *peer {
	if i, ok := s.index[addr]; ok {
		return &s.all[i]
	}
	return nil
}

func (s *peers) unlink(i int32) {
	p := &s.all[i]
	if i == s.first {
		s.first = p.next
	} else {
		s.all[p.prev].next = p.next
	}
	if i == s.last {
		s.last = p.prev
	} else {
		s.all[p.next].prev = p.prev
	}
}

func (s *peers) push(i int32) {
	if len(s.index) <= 1 && len(s.all) == 1 {
		s.first, s.last = i, i
		return
	}
	s.all[i].next = s.first
	s.all[s.first].prev = i
	s.first = i
}
