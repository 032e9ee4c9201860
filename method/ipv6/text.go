package ipv6

import (
	"slices"
	"strconv"
	"time"

	"whorl/method"
	"whorl/packet"
)

// measure computes the tests from the answers in a text. It does not tell the numbers of
// the probes: relations to Q are read off the SYN-ACKs, and those to K are left out.
func (p *Print) measure() method.Lines { return p.view().measure() }

// view is what the text tells of the exchange.
func (p *Print) view() *view {
	v := &view{hops: p.hops()}
	v.target.OpenTCP, v.target.ClosedTCP = p.port("OT"), p.port("CT")
	how, _ := p.Scan.Value("DC")
	v.target.Direct = how == "D"
	last := time.Duration(maxSeconds * time.Second)
	for i := len(p.Responses) - 1; i >= 0; i-- {
		r := &p.Responses[i]
		which := r.Probe
		if which <= S6 && r.Sent > last { // an answer to a repeat is none of the train
			which += O1
		} else if which <= S6 {
			last = r.Sent
		}
		v.heard(which, r)
	}
	v.target.ClosedKnown = v.target.ClosedTCP != 0
	if p.Scan.Test == "" || p.FlowLabel == "" { // a part of a text: an answer may stand in the rest
		return v
	}
	for which := range O1 {
		if v.mustAsk(which) && !p.has(which) {
			v.asked[which] = true
		}
	}
	return v
}

// has reports whether there is an answer to the probe.
func (p *Print) has(which Probe) bool {
	return slices.ContainsFunc(p.Responses, func(r Response) bool { return r.Probe == which })
}

// heard notes an answer, and what it tells of the probe.
func (v *view) heard(which Probe, r *Response) {
	q, s := new(packet.Packet), &Probes[which]
	q.Decode(packet.IPv6Only, r.Packet.Bytes())
	v.asked[which], v.sent[which] = true, r.Sent
	v.take(which, q)
	if s.Proto != packet.TCP || q.Transport != packet.TCP {
		return
	}
	h := &q.TCP
	switch {
	case s.To == method.ToOpenTCP && v.target.OpenTCP == 0:
		v.target.OpenTCP = h.SrcPort
	case s.To == method.ToClosedTCP && v.target.ClosedTCP == 0 && h.Flags.Has(packet.RST):
		v.target.ClosedTCP = h.SrcPort
	}
	if s.Flags.Has(packet.SYN) && h.Flags.Has(packet.SYN|packet.ACK) {
		v.seq = h.Ack - 1 - s.SeqPlus // that of the earliest counts, which comes last
	}
}

// mustAsk reports whether silence of a probe can be told: its port is known.
func (v *view) mustAsk(which Probe) bool {
	switch {
	case which == NS:
		return v.target.Direct
	case which >= T5 && which <= T7:
		return v.target.ClosedKnown
	case which >= IE1 && which <= U1:
		return true
	}
	return v.target.OpenTCP != 0
}

// port is one that the SCAN line tells; 0 if none.
func (p *Print) port(attr string) uint16 {
	s, _ := p.Scan.Value(attr)
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}

// hops is the distance that the SCAN line tells; 0 if none or if it is this machine.
func (p *Print) hops() int {
	s, _ := p.Scan.Value("DS")
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return 0
	}
	return int(n)
}
