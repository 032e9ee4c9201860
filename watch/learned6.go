package watch

import (
	"whorl"
	"whorl/method/ipv6"
	"whorl/packet"
)

// observe6 measures the packets of a talk over IPv6. share is that of Nmap's probes that were
// answered.
func (t *talk) observe6(h *whorl.Host) (share float64) {
	if e := t.exchange6(); e != nil && e.Answered() > 0 {
		share = observeIPv6(h, e)
	}
	t.observeDeep(h)
	return share
}

// observeIPv6 adds what an exchange over IPv6 shows.
func observeIPv6(h *whorl.Host, e *ipv6.Exchange) (share float64) {
	print := e.Print()
	print.Scan = ipv6.Scan(seenFrom(h, e, e.Target.OpenTCP, e.Last))
	h.Observations = append(h.Observations, whorl.Observation{Method: "ipv6", Print: print.String(),
		Conditions: whorl.Conditions{At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed}})
	return float64(e.Answered()) / float64(e.Asked())
}

// exchange6 gives the exchange that the packets of a talk are; nil: they are none.
func (t *talk) exchange6() *ipv6.Exchange {
	var r ipv6.Replay
	for _, k := range t.kept {
		if k.p.Src == t.source {
			r.Add(labelled(k.p), k.at)
		} else {
			r.Add(k.p, k.at)
		}
	}
	for _, e := range r.Exchanges() {
		if e.Target.Addr == t.target {
			return e
		}
	}
	return nil
}

// labelled gives a probe the flow label of the method, which evasion alters.
func labelled(p *packet.Packet) *packet.Packet {
	q := *p
	q.IPv6.FlowLabel = ipv6.FlowLabel
	return &q
}
