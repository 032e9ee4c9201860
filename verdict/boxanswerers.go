package verdict

import (
	"whorl"
	"whorl/method"
	"whorl/method/survey"
)

// answerer is a port as it was seen: who answers there, and from how far.
type answerer struct {
	port    uint16
	answers []survey.Answer // SYN-ACKs of an open port, resets of a closed one
	ttl     uint8           // of the first answer
	hops    int             // that the answers have come
	seen    int             // answers, those before the survey included
	uneven  bool            // they have not all come as far
}

// answerers are all that tells of boxes.
type answerers struct {
	open, closed []answerer
	pings        int // answers to them, port unreachables included
	pingHops     int // that those have come
	near         int // hops of the address by its hardware address; -1: not known
}

// hopsOf is how many routers an answer has passed, if its initial TTL is a usual one.
func hopsOf(ttl uint8) int { return int(method.GuessTTL(ttl)) - int(ttl) }

// answerersOf sorts a survey, and what was seen of ports before it.
func answerersOf(print survey.Print, h *whorl.Host) answerers {
	s := answerers{near: -1}
	if d := h.Distance; d != nil && (d.Method == whorl.DistanceDirect || d.Method == whorl.DistanceLocal) {
		s.near = 0
	}
	var pings []uint8
	for _, p := range print {
		open, closed := answerer{port: p.Number}, answerer{port: p.Number}
		for _, a := range p.Answers {
			switch {
			case p.Number == 0:
				pings = append(pings, a.TTL)
			case a.Accepts():
				open.add(a)
			default:
				closed.add(a)
			}
		}
		switch { // a port that does both counts as open
		case open.seen > 0:
			s.open = append(s.open, open)
		case closed.seen > 0:
			s.closed = append(s.closed, closed)
		}
	}
	for _, p := range h.Ports {
		switch {
		case p.TTL == 0:
		case p.Proto == "udp" && p.State == whorl.Closed:
			pings = append(pings, p.TTL)
		case p.Proto == "tcp" && p.State == whorl.Closed && p.Reason == "reset":
			s.addReset(p)
		}
	}
	s.measurePings(pings)
	return s
}

// addReset takes the reset of a port that was found before the survey.
func (s *answerers) addReset(p whorl.Port) {
	for i := range s.open {
		if s.open[i].port == p.Number {
			return
		}
	}
	for i := range s.closed {
		if c := &s.closed[i]; c.port == p.Number {
			c.count(p.TTL)
			return
		}
	}
	c := answerer{port: p.Number}
	c.count(p.TTL)
	s.closed = append(s.closed, c)
}

func (s *answerer) add(a survey.Answer) {
	s.answers = append(s.answers, a)
	s.count(a.TTL)
}

// count notes from how far an answer came.
func (s *answerer) count(ttl uint8) {
	if s.seen++; s.seen == 1 {
		s.ttl, s.hops = ttl, hopsOf(ttl)
	}
	s.uneven = s.uneven || hopsOf(ttl) != s.hops
}

// steadily is how often two ports of one stack seem to be as far apart as these.
func steadily(a, b *answerer) float64 {
	far, apart := a, a.hops-b.hops
	if apart < 0 {
		far, apart = b, -apart
	}
	switch initial := method.GuessTTL(far.ttl); {
	case initial == 64 && apart == 64-60, initial == 32 && apart == 32-30:
		return oldTTL
	}
	return otherWay
}

// measurePings keeps how far answers to pings have come, if that is one distance.
func (s *answerers) measurePings(ttls []uint8) {
	for _, ttl := range ttls {
		if hopsOf(ttl) != hopsOf(ttls[0]) {
			return
		}
		s.pingHops = hopsOf(ttl)
	}
	s.pings = len(ttls)
}

// mostHops is what paths hardly ever exceed; what seems to be farther began with an
// unusual TTL.
const mostHops = 25

// uneven reports whether distances prove nothing: the path differs from packet to packet,
// or there are initial TTLs that hide it.
func (s *answerers) uneven() bool {
	for _, group := range [][]answerer{s.open, s.closed} {
		for i := range group {
			if group[i].uneven || group[i].hops > mostHops {
				return true
			}
		}
	}
	return false
}
