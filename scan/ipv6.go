package scan

import (
	"fmt"
	"net/netip"
	"time"

	"whorl"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/method/seek"
	"whorl/packet"
)

// planIPv6 is the plan of the probes over IPv6: seventeen, and resets of our own kernel to
// SYN-ACKs.
const planIPv6 = 24

// ipv6Due reports whether the probes over IPv6 have yet to be sent: they are the ones of a
// host with such an address, whatever the generation.
func (f *flow) ipv6Due() bool { return f.ipv6 == nil && f.Addr.Is6() }

func (f *flow) beginIPv6(j *Job) {
	f.stage = probing
	r := f.found
	f.ipv6 = ipv6.NewMachine(ipv6.Target{
		Addr: f.Addr, OpenTCP: r.OpenTCP, ClosedTCP: r.ClosedTCP, ClosedUDP: r.ClosedUDP, ClosedKnown: r.ClosedKnown,
		Direct: f.direct, Local: f.route.Local,
	}, j.Key.Stream(f.Addr, "ipv6"), ipv6.Options{Tries: j.Tries})
	f.ipv6.RTT = r.RTT
	f.machine = f.ipv6
}

// key is the address by which packets of a host are known. All hosts of an engine are
// behind one interface, so that zones are alike.
func (f *flow) key() netip.Addr { return f.Addr.WithZone("") }

// about is the host that a packet over IPv6 comes from or is about: an error that somebody
// else sends is about the address that it quotes.
func about(p *packet.Packet) netip.Addr {
	var q packet.Packet
	switch {
	case p.Transport != packet.ICMPv6:
	case p.ICMP.Type != packet.ICMPv6Unreachable && p.ICMP.Type != packet.ICMPv6TimeExceed && p.ICMP.Type != packet.ICMPv6ParamProblem:
	case p.Quoted(&q):
		return q.Dst
	}
	return p.Src
}

// recordIPv6 adds what the probes over IPv6 found: distance, series, ports and the
// observation. direct is that the host has answered a neighbour solicitation.
func recordIPv6(h *whorl.Host, e *ipv6.Exchange, r *seek.Result, direct bool, version string) {
	h.Distance = knownDistance(e.Target.Local, direct)
	if n, ok := e.Distance(); ok && h.Distance == nil {
		h.Distance = &whorl.Hops{Count: n, Method: whorl.DistanceICMP}
	}
	sequences(h, e.Gen2())
	if h.Sequences != nil {
		h.Sequences.IPID, h.Sequences.IPIDClass = nil, "" // a header without one
	}
	if port, closed := e.ClosedTCP(); closed && !r.ClosedKnown {
		h.Ports = append(h.Ports, whorl.Port{Proto: "tcp", Number: port, State: whorl.Closed, Reason: "reset", Used: true})
	}
	if port, closed := e.ClosedUDP(); closed {
		var p packet.Packet
		p.Decode(packet.Raw, e.Slots[ipv6.U1].Reply.Packet)
		h.Ports = append(h.Ports, whorl.Port{Proto: "udp", Number: port, State: whorl.Closed, Reason: "port-unreach", TTL: p.TTL, Used: true})
	}
	ObserveIPv6(h, e, version)
}

// ObserveIPv6 measures an exchange and adds the observation to the host; h.Distance has to
// be known already.
func ObserveIPv6(h *whorl.Host, e *ipv6.Exchange, version string) {
	worst, ratio := e.Cadence()
	port, closed := e.ClosedTCP()
	o := whorl.Observation{Method: "ipv6", Conditions: whorl.Conditions{
		At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed, WorstGap: worst,
	}}
	switch {
	case e.Target.OpenTCP == 0 && !closed:
		o.Conditions.NotIdeal = "Missing a closed or open TCP port so results incomplete"
	case offBeat(ratio):
		o.Conditions.NotIdeal = fmt.Sprintf("SEQ probes took %.2f of their time", ratio)
	}
	if e.Target.OpenTCP == 0 {
		o.Conditions.Unsettled = append(o.Conditions.Unsettled, "SEQ6, OPS6, WIN6, ECN6, T1_6-T4_6: no open TCP port found")
	}
	if !closed {
		o.Conditions.Unsettled = append(o.Conditions.Unsettled, "T5_6-T7_6: no closed TCP port found")
	}
	info := gen2.ScanInfo{
		Version: version, Platform: platform, OpenTCP: e.Target.OpenTCP, Private: private(h.Addr),
		Distance: -1, Good: o.Conditions.NotIdeal == "", Time: e.Last.Truncate(time.Second).UTC(), MAC: vendorOf(h.MAC),
	}
	if closed {
		info.ClosedTCP = port
	}
	if port, closed := e.ClosedUDP(); closed {
		info.ClosedUDP = port
	}
	if h.Distance != nil {
		info.Distance, info.DistanceMethod = h.Distance.Count, string(h.Distance.Method)
	}
	print := e.Print()
	print.Scan = ipv6.Scan(info)
	o.Print = print.String()
	h.Observations = append(h.Observations, o)
}

// offBeat reports whether a SEQ train took so much or so little of its time that rates
// would be wrong. Nothing was timed if the ratio is zero.
func offBeat(ratio float64) bool { return ratio != 0 && (ratio > 1.4 || ratio < 0.8) }
