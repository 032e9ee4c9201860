package persona

import (
	"net/netip"
	"time"

	"whorl/method"
)

// maxPeers is how many addresses are remembered (decoys are flooded).
const maxPeers = 65536

// peer is what one address has been told.
type peer struct {
	addr         netip.Addr
	secret       method.Stream
	salt         uint32 // of timestamps
	seq          sequence
	half, open   int32     // connections
	used         time.Time // its latest SYN
	older, newer *peer     // in order of use
}

func (p *peer) key() netip.Addr { return p.addr }

// peers are the latest addresses that opened connections, maxPeers at most. The zero value
// is empty; memory grows and shrinks with use.
type peers struct {
	all            table[netip.Addr, *peer]
	newest, oldest *peer
}

// of finds a peer or makes room for it.
func (s *peers) of(now time.Time, addr netip.Addr, key *method.Key) *peer {
	p, known := s.all.get(addr)
	if known {
		s.unlink(p)
	} else {
		if s.expire(now); s.all.len() >= maxPeers {
			s.drop(s.oldest)
		}
		p = &peer{addr: addr, secret: key.Stream(addr, "persona peer")}
		p.salt = p.secret.Uint32()
		s.all.put(p)
	}
	p.used = now
	s.push(p)
	return p
}

// known finds a peer without making it; nil if it is not there.
func (s *peers) known(addr netip.Addr) *peer {
	p, _ := s.all.get(addr)
	return p
}

// expire forgets those that have asked for no connection for long and have none.
func (s *peers) expire(now time.Time) {
	for p := s.oldest; p != nil && now.Sub(p.used) > peerIdle; p = s.oldest {
		if p.half+p.open == 0 {
			s.drop(p)
			continue
		}
		s.unlink(p)
		p.used = now
		s.push(p)
	}
}

func (s *peers) drop(p *peer) {
	s.unlink(p)
	s.all.remove(p.addr)
}

func (s *peers) unlink(p *peer) {
	if p.newer != nil {
		p.newer.older = p.older
	} else {
		s.newest = p.older
	}
	if p.older != nil {
		p.older.newer = p.newer
	} else {
		s.oldest = p.newer
	}
	p.older, p.newer = nil, nil
}

func (s *peers) push(p *peer) {
	if p.older = s.newest; s.newest != nil {
		s.newest.newer = p
	} else {
		s.oldest = p
	}
	s.newest = p
}
