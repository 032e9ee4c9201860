package main

import (
	"fmt"
	"net/netip"

	"whorl"
	"whorl/link"
	"whorl/method"
	"whorl/packet"
	"whorl/verdict"
)

// slirpMAC is how libslirp begins the hardware addresses of its machines; the IPv4 address
// follows (measured: libslirp 4.7).
var slirpMAC = [2]byte{0x52, 0x55}

// ownNAT tells what of ours stands between us and a host behind a gateway: a user-mode
// network, or the bridge of the container that this interface leads out of. tap is set if
// a program serves the interface.
func ownNAT(r link.Route, next packet.MAC, h *whorl.Host, tap bool, container string) (b whorl.Box, ok bool) {
	b.Kind = whorl.BoxOwnNAT
	switch {
	case slirpAt(r.NextHop, next):
		b.Evidence = []string{fmt.Sprintf("the gateway %v is libslirp (%v), as of qemu and rootless containers: it ends connections and answers pings itself", r.NextHop, next)}
		b.LeftOut = verdict.EveryTest()
	case tap && unrouted(h):
		b.Evidence = []string{fmt.Sprintf("a program serves %s, and what comes through the gateway %v has passed no router: it answers itself", r.Interface, r.NextHop)}
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

// unrouted reports whether several answers of a host have come with the TTL that they
// began with, which no gateway leaves as it is.
func unrouted(h *whorl.Host) bool {
	answers := 0
	for _, p := range h.Ports {
		if p.TTL == 0 {
			continue
		}
		if answers++; p.TTL != method.GuessTTL(p.TTL) {
			return false
		}
	}
	return answers > 1
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
