package verdict

import (
	"math"
	"strconv"

	"whorl"
	"whorl/method"
)

// acknowledged tells a SYN proxy from a proxy by who resets an ACK of no connection (T4): a
// proxy has the port and all that is sent to it, a SYN proxy hands on what is no SYN.
// From where the proxy itself is both may reset: then the tie stays.
func (s *answerers) acknowledged(b *whorl.Box, p *positions, h *whorl.Host) {
	used := usedPort(h, whorl.Open)
	for hops, ports := range p.open {
		for _, a := range ports {
			if a.port != used {
				continue
			}
			from, ok := ackHops(h, a.ttl)
			switch {
			case !ok:
			case from == hops:
				b.Evidence = append(b.Evidence, "an ACK of no connection is reset from there too, which both may do")
			case p.beyond(from, hops):
				b.Or = nil
				b.Weight += math.Log(ackPassed)
				b.Evidence = append(b.Evidence, "an ACK of no connection is reset by the host, "+hopWords(from)+": what is no SYN passes")
			}
		}
	}
}

// beyond reports whether what is so far away, beyond a port, is where the address is known
// to be, or closed ports if nothing else is known.
func (p *positions) beyond(from, port int) bool {
	if from <= port {
		return false
	}
	if p.by != "" {
		return from == p.own
	}
	return p.shut[from] != nil
}

// ackHops is from how far T4 was answered, if the tests tell TTLs apart that SYN-ACKs of
// this TTL are compared with: the distance has to be known for that.
func ackHops(h *whorl.Host, accepted uint8) (hops int, ok bool) {
	bare := *h
	bare.Boxes = nil
	seen, _, _ := seenBy(&bare)
	initial := func(test string) (int, bool) {
		l, _ := find(seen, test)
		v, _ := l.Value("T")
		n, err := strconv.ParseUint(v, 16, 16)
		return int(n), err == nil
	}
	t1, ok1 := initial("T1")
	t4, ok4 := initial("T4")
	ttl := int(accepted) - t1 + t4
	if !ok1 || !ok4 || ttl < 1 || ttl > math.MaxUint8 {
		return 0, false
	}
	return int(method.GuessTTL(uint8(ttl))) - ttl, true
}
