package main

import (
	"fmt"
	"net/netip"

	"whorl"
	"whorl/link"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/packet"
	"whorl/verdict"
)

// slirpMAC is how libslirp begins the hardware addresses of its machines; the IPv4 address
// follows (measured: libslirp 4.7).
var slirpMAC = [2]byte{0x52, 0x55}

// ownNAT tells what of ours stands between us and a host behind a gateway: a user-mode
// network, or the bridge of the container that this interface leads out of. answerer is set
// if the gateway, which a program serves, answers in the name of every host.
func ownNAT(r link.Route, next packet.MAC, answerer bool, container string) (b whorl.Box, ok bool) {
	b.Kind = whorl.BoxOwnNAT
	switch {
	case slirpAt(r.NextHop, next):
		b.Evidence = []string{fmt.Sprintf("the gateway %v is libslirp (%v), as of qemu and rootless containers: it ends connections and answers pings itself", r.NextHop, next)}
		b.LeftOut = verdict.EveryTest()
	case answerer:
		b.Evidence = []string{fmt.Sprintf("a program serves %s, and what comes through the gateway %v has passed no router and is one stack, whatever the host: it answers itself", r.Interface, r.NextHop)}
		b.LeftOut = verdict.EveryTest()
	case container != "" && r.Src.IsPrivate():
		b.Evidence = []string{fmt.Sprintf("%v is the address of a %s container, behind the NAT of its bridge, which drops what is no valid connection", r.Src, container)}
	default:
		return b, false
	}
	return b, true
}

// slirpAt reports whether a gateway has the hardware address that libslirp gives it.
func slirpAt(gateway netip.Addr, mac packet.MAC) bool {
	ip := gateway.Unmap().AsSlice()
	return len(ip) == 4 && mac == packet.MAC{slirpMAC[0], slirpMAC[1], ip[0], ip[1], ip[2], ip[3]}
}

// gateway is what the hosts behind one next hop have shown.
type gateway struct {
	stack  string // of the first: the tests that tell of its options and windows
	hosts  int    // that came as they were sent, all with that stack
	others bool   // a host was another stack, or behind a router
}

// fewestAnswered is how many hosts a gateway has to answer for before it is said to answer
// for all. Of its own addresses it may well answer for two.
const fewestAnswered = 3

// add takes one more host. One that shows too little tells nothing.
func (g *gateway) add(h *whorl.Host) {
	routed, told := routed(h)
	if !told {
		return
	}
	stack := acceptance(h)
	switch {
	case routed || g.hosts > 0 && stack != g.stack:
		g.others = true
	default:
		g.stack = stack
		g.hosts++
	}
}

// answers reports whether the gateway answers in the name of every host.
func (g *gateway) answers() bool { return g.hosts >= fewestAnswered && !g.others }

// routed reports whether the answers of a host have passed a router: then one has less than
// the TTL that it began with. told is false if there are too few.
func routed(h *whorl.Host) (routed, told bool) {
	answers := 0
	for _, p := range h.Ports {
		if p.TTL == 0 {
			continue
		}
		answers++
		routed = routed || p.TTL != method.GuessTTL(p.TTL)
	}
	return routed, answers > 1
}

// acceptance is how a host accepts connections, as text; empty if it does not.
func acceptance(h *whorl.Host) string {
	for _, o := range h.Observations {
		switch o.Method {
		case "gen2":
			f, _ := gen2.Parse(o.Print)
			ops, _ := f.Test("OPS")
			win, _ := f.Test("WIN")
			return ops.String() + win.String()
		case "ipv6":
			p, _ := ipv6.Parse(o.Print)
			ops, _ := p.Tests.Test("OPS6")
			win, _ := p.Tests.Test("WIN6")
			return ops.String() + win.String()
		}
	}
	return ""
}

// warnOfOwn tells people once what of their own network stands in the way, and what to do.
func (r *scanning) warnOfOwn(h *whorl.Host) {
	if r.warned {
		return
	}
	for _, b := range h.Boxes {
		if b.Kind != whorl.BoxOwnNAT {
			continue
		}
		r.warned = true
		what, then := "its NAT may keep T2, T3 and T7 from hosts; their silence is not counted", "scan from outside, or give the container the host's network (--network host)"
		if len(b.LeftOut) == len(verdict.EveryTest()) {
			what, then = "what answers is that network, and no host behind it can be named", "scan from outside, or from a network namespace with an interface of its own"
		}
		r.status.without(func() { fmt.Fprintf(r.people, "whorl: %s; %s\ntry: %s\n", b.Evidence[0], what, then) })
	}
}
