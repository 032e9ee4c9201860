package decoy

import (
	"net/netip"
	"time"

	"whorl/packet"
)

// Switches that look into multicast pass solicitations only to who has said that he listens
// to their group (RFC 3810 multicast listener discovery; RFC 4541 switches). So decoys say it
// as every host does.

// Types of ICMPv6, and of the records of a report (RFC 3810 sections 5 and 5.2.12).
const (
	listenerQuery   = 130
	listenerReport  = 143
	modeIsExclude   = 2
	changeToExclude = 4
)

// listenerRouters are all that speak version 2; reports go to them (RFC 3810 section 5.2.14).
var listenerRouters = netip.AddrFrom16([16]byte{0: 0xff, 1: 2, 15: 0x16})

// routerAlert are hop-by-hop options that have routers look at a message (RFC 2711).
var routerAlert = []byte{packet.ProtoICMPv6, 0, 5, 2, 0, 0, 1, 0}

const (
	longestReports   = 10 * time.Second // over which few are spread at most, whatever a query allows
	reportsPerSecond = asksPerSecond
	reportsPause     = time.Second // before the next query is looked at
)

// listeners answers a query for groups with all of ours, or the one that is asked for. As
// long as that takes others are passed over.
func (n *Network) listeners(p *packet.Packet) {
	if n.members || p.TTL != 1 || !p.Src.IsLinkLocalUnicast() || len(p.Payload) < 16 || !station(p.SrcMAC) {
		return
	}
	asked := netip.AddrFrom16([16]byte(p.Payload))
	type member struct {
		mac   packet.MAC
		group netip.Addr
	}
	var ours []member
	known := map[member]bool{}
	for _, addr := range n.wanted() {
		group := packet.SolicitedNode(addr)
		if !addr.Is6() || !n.claims.open(addr) || !asked.IsUnspecified() && asked != group {
			continue
		}
		if m := (member{n.macOf(addr), group}); !known[m] {
			known[m] = true
			ours = append(ours, m)
		}
	}
	n.members = true
	within := min(time.Duration(p.ICMP.Rest>>16)*time.Millisecond, longestReports)
	within = max(within, time.Duration(len(ours))*time.Second/reportsPerSecond)
	for i, m := range ours {
		due := n.now.Add(within * time.Duration(i) / time.Duration(len(ours)))
		n.queue.must(event{due: due, do: func(time.Time) { n.report(m.mac, modeIsExclude, m.group) }})
	}
	n.queue.must(event{due: n.now.Add(within + reportsPause), do: func(time.Time) { n.members = false }})
}

// report says that a station hears a group. Its source is that of a host without an address
// of the link (RFC 3590).
func (n *Network) report(mac packet.MAC, kind byte, group netip.Addr) {
	q := packet.Packet{Link: packet.Ethernet, DstMAC: packet.GroupMAC(listenerRouters), SrcMAC: mac, Network: packet.IPv6,
		Transport: packet.ICMPv6, Src: netip.IPv6Unspecified(), Dst: listenerRouters, TTL: 1}
	q.IPv6.Extensions = routerAlert
	q.ICMP = packet.ICMPHeader{Type: listenerReport, Rest: 1} // one record
	a := group.As16()
	q.Payload = append([]byte{kind, 0, 0, 0}, a[:]...)
	n.emit(&q)
}
