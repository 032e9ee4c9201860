package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"whorl"
	"whorl/method/gen1"
	"whorl/packet"
)

// Gens says which of Nmap's two generations of probes go to a host. The zero value is
// the second alone. Both share the search, its ports and the round trip time, and no
// answer: their probes differ in options and numbers, and there are stacks whose answers
// follow these. The second goes first, and all other methods need it.
type Gens uint8

// The generations.
const (
	Gen1 Gens = 1 << iota
	Gen2
)

// Has reports whether g has that generation.
func (g Gens) Has(one Gens) bool { return g&one != 0 || g == 0 && one == Gen2 }

// planGen1 is the plan of the first generation: its probes, and resets to the answers of
// T1, T3 and the six SYNs.
const planGen1 = 22

// gen2Due reports whether the probes of the second generation have yet to be sent.
func (f *flow) gen2Due(j *Job) bool { return f.gen2 == nil && f.Addr.Is4() && j.Gens.Has(Gen2) }

// gen1Due is the same for the first.
func (f *flow) gen1Due(j *Job) bool { return f.gen1 == nil && f.Addr.Is4() && j.Gens.Has(Gen1) }

// probed reports whether the probes of either, or those over IPv6, have begun.
func (f *flow) probed() bool { return f.gen1 != nil || f.gen2 != nil || f.ipv6 != nil }

// timed reports whether probes are under way whose times count.
func (f *flow) timed() bool { return f.stage == probing || f.stage == probing1 }

func (f *flow) beginGen1(j *Job) {
	f.stage = probing1
	r := f.found
	known, rtt := r.ClosedKnown, r.RTT
	if f.gen2 != nil {
		_, known = f.gen2.ClosedTCP()
		rtt = f.gen2.RTT
	}
	f.gen1 = gen1.NewMachine(gen1.Target{
		Addr: f.Addr, OpenTCP: r.OpenTCP, ClosedTCP: r.ClosedTCP, ClosedUDP: r.ClosedUDP, ClosedKnown: known, Local: f.route.Local,
	}, j.Key.Stream(f.Addr, "gen1"))
	f.gen1.RTT = rtt
	f.machine = f.gen1
}

// recordGen1 adds what the first generation found: the observation, ports and, if the
// second was not sent, distance and series. direct is that the host has answered ARP.
func recordGen1(h *whorl.Host, e *gen1.Exchange, direct bool, version string) {
	if len(h.Observations) == 0 {
		h.Distance = knownDistance(e.Target.Local, direct)
		sequencesGen1(h, e)
	}
	portsOfGen1(h, e)
	ObserveGen1(h, e, version)
}

// portsOfGen1 adds the closed ports that answers have shown.
func portsOfGen1(h *whorl.Host, e *gen1.Exchange) {
	add := func(p whorl.Port) {
		if !slices.ContainsFunc(h.Ports, func(o whorl.Port) bool { return o.Proto == p.Proto && o.Number == p.Number }) {
			h.Ports = append(h.Ports, p)
		}
	}
	if port, closed := e.ClosedTCP(); closed {
		add(whorl.Port{Proto: "tcp", Number: port, State: whorl.Closed, Reason: "reset", Used: true})
	}
	if e.Slots[gen1.PU].Reply != nil {
		add(whorl.Port{Proto: "udp", Number: e.Target.ClosedUDP, State: whorl.Closed, Reason: "port-unreach", Used: true})
	}
}

// ObserveGen1 measures an exchange and adds the observation to the host. Its print
// begins with the line SInfo.
func ObserveGen1(h *whorl.Host, e *gen1.Exchange, version string) {
	o := whorl.Observation{Method: "gen1", Conditions: whorl.Conditions{
		At: e.First, Sent: e.Packets, Answered: e.Answered(), Probes: e.Asked(), RTT: e.RTT.Smoothed, WorstGap: worstGap(e),
		Unsettled: unsettledGen1(e),
	}}
	info := gen1.Info{Version: version, Platform: platform, OpenTCP: e.Target.OpenTCP, MAC: vendorOf(h.MAC), Time: e.Last.Truncate(time.Second).UTC()}
	port, closed := e.ClosedTCP()
	switch {
	case e.Target.OpenTCP == 0:
		o.Conditions.NotIdeal = "Missing an open TCP port so results incomplete"
	case !closed:
		o.Conditions.NotIdeal = "Missing a closed TCP port so results incomplete"
	}
	if closed {
		info.ClosedTCP = port
	}
	o.Print = append(gen1.Print{info.Line()}, e.Measure()...).String()
	h.Observations = append(h.Observations, o)
}

// vendorOf is the first three bytes of a hardware address as six hex digits.
func vendorOf(mac string) string {
	digits := strings.ToUpper(strings.ReplaceAll(mac, ":", ""))
	return digits[:min(6, len(digits))]
}

// worstGap is how far the gaps between S1-S6 are from what they should be, at most.
func worstGap(e *gen1.Exchange) (worst time.Duration) {
	for p := gen1.S2; p <= gen1.S6; p++ {
		if a, b := &e.Slots[p-1], &e.Slots[p]; a.Sends > 0 && b.Sends > 0 {
			worst = max(worst, (b.Sent.Sub(a.Sent) - gen1.Gap).Abs())
		}
	}
	return worst
}

// unsettledGen1 names what could not be measured, and why, in Nmap's words of the time
// where there are any.
func unsettledGen1(e *gen1.Exchange) (out []string) {
	switch s, ok := e.Sequence(); {
	case e.Target.OpenTCP == 0:
		out = append(out, "TSeq, T1-T4: no open TCP port found")
	case e.Resets() > 0:
		out = append(out, fmt.Sprintf("TSeq: RST from port %d -- is this port really open?", e.Target.OpenTCP))
	case !ok:
		out = append(out, fmt.Sprintf("TSeq: Insufficient responses for TCP sequencing (%d), OS detection may be less accurate", s.Responses))
	}
	if _, ok := e.ClosedTCP(); !ok {
		out = append(out, "T5-T7: no closed TCP port found")
	}
	return out
}

// sequencesGen1 keeps the raw series of S1-S6, and the uptime if the clock allows one.
func sequencesGen1(h *whorl.Host, e *gen1.Exchange) {
	var q whorl.Sequences
	for p := gen1.S1; p <= gen1.S6; p++ {
		slot := &e.Slots[p]
		r := slot.Reply
		if r == nil || !r.Flags.Has(packet.SYN|packet.ACK) {
			continue
		}
		q.ISN, q.IPID = append(q.ISN, r.Seq), append(q.IPID, r.IPID)
		q.Sent = append(q.Sent, slot.Sent.Sub(e.Slots[gen1.S1].Sent))
		tcp := packet.TCPHeader{Options: r.Options}
		if val, _, ok := tcp.Timestamp(); ok {
			q.Timestamps = append(q.Timestamps, val)
		}
	}
	if len(q.ISN) == 0 {
		return
	}
	h.Sequences = &q
	s, ok := e.Sequence()
	if !ok {
		return
	}
	q.IPIDClass, q.ClockClass = cmp.Or(asTI[s.IPID], s.IPID), cmp.Or(asClock[s.TS], s.TS)
	if s.IPID == "C" {
		q.IPIDClass = fmt.Sprintf("%X", q.IPID[0])
	}
	if !s.Boot.IsZero() {
		h.Uptime = &whorl.Uptime{Seconds: h.Seen.Last.Sub(s.Boot).Seconds(), LastBoot: s.Boot}
	}
}

// Classes of TSeq as the second generation names them, where that is another name.
var (
	asTI    = map[string]string{"RPI": "RI"}
	asClock = map[string]string{"U": "none returned (unsupported)", "0": "zero timestamp", "": "other"}
)
