package persona

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/method/ipv6"
	"whorl/osdb"
	"whorl/packet"
)

// over6 is how a host answers over IPv6: segments by tables of their own, and messages that
// have no counterpart over IPv4. Clock, sequence numbers and connections are those of the
// host.
type over6 struct {
	*replies
	addr      netip.Addr
	salt      uint64 // of flow labels
	errors    errors6
	echoes    echoes
	disorder  disorder
	care      care
	neighbors neighbors
}

// headersMore is how much longer the header of IPv6 is than that of IPv4, bytes; as much is
// an MSS less on the same link.
const headersMore = 20

// Over6 reports whether a record tells how its stack answers over IPv6.
func Over6(e *osdb.Entry) bool {
	for _, l := range e.Extra {
		if ipv6.Has(l.Test) {
			return true
		}
	}
	return false
}

// addresses checks those of the options and gives that of IPv6; the zero Addr if there is
// none.
func (o *Options) addresses() (addr6 netip.Addr, err error) {
	if a := o.Addr; !a.Is6() && (!a.Is4() || a.IsUnspecified() || a.IsMulticast() || a == broadcast) {
		return addr6, fmt.Errorf("%v is not the address of a host", a)
	}
	if addr6 = o.Addr6; o.Addr.Is6() {
		if addr6.IsValid() {
			return addr6, fmt.Errorf("%v and %v are both of IPv6", o.Addr, addr6)
		}
		addr6 = o.Addr
	}
	if addr6.IsValid() && (!host6(addr6) || addr6.Zone() != "") {
		return addr6, fmt.Errorf("%v is not the IPv6 address of a host", addr6)
	}
	return addr6, nil
}

// host6 reports whether an address can be that of one host on a network (RFC 4291 section
// 2.4; those of IPv4 in IPv6 never leave a host).
func host6(a netip.Addr) bool {
	return a.Is6() && !a.Is4In6() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast()
}

// over is how segments are answered over the version of IP that one came by.
func (p *Persona) over(in *packet.Packet) *replies {
	if in.Network == packet.IPv6 {
		return p.six.replies
	}
	return &p.replies
}

// receive6 answers a packet over IPv6, or not. Of a fragment nothing is answered but what is
// wrong with it.
func (p *Persona) receive6(now time.Time, in *packet.Packet, out link.Outlet) {
	if p.six == nil || !p.mine6(in) {
		return
	}
	p.wake(now)
	if !p.unfold(now, in, out) || in.Odd.Has(packet.OddFragment) {
		return
	}
	switch in.Transport {
	case packet.TCP:
		p.tcp(now, in, out)
	case packet.UDP:
		p.udp6(now, in, out)
	case packet.ICMPv6:
		p.icmp6(now, in, out)
	}
}

// mine6 reports whether the packet was sent to this host alone, from an address that can be
// answered, and can be read. A fragment has its transport header elsewhere.
func (p *Persona) mine6(in *packet.Packet) bool {
	unread := damaged&^packet.OddFragment | packet.OddExtension
	if in.Odd.Has(packet.OddFragment) {
		unread = packet.OddIPLength | packet.OddIPHeader
	}
	return in.Odd&unread == 0 && in.Dst == p.six.addr && host6(in.Src) && in.Src != p.six.addr &&
		(in.Link != packet.Ethernet || in.DstMAC[0]&1 == 0)
}

// labelling is how a flow label is chosen (RFC 6437).
type labelling uint8

const (
	labelNone labelling = iota // zero
	labelSame                  // that of the packet answered
	labelFlow                  // one for each connection
	labelHost                  // one for all
)

// label is the flow label of an answer.
func (p *Persona) label(h *ipHeader, f flow, in *packet.Packet) uint32 {
	switch {
	case in.Network != packet.IPv6 || h.label == labelNone:
		return 0
	case h.label == labelSame:
		return in.IPv6.FlowLabel
	case h.label == labelHost:
		f = flow{}
	}
	const most = 1<<20 - 1
	a := f.addr.As16()
	x := p.six.salt
	for _, part := range [...]uint64{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:]), uint64(f.theirs)<<16 | uint64(f.ours)} {
		x = (x ^ part) * 0x9e3779b97f4a7c15
		x ^= x >> 29
	}
	return max(uint32(x&most), 1)
}
