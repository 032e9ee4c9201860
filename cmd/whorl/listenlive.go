package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/net/bpf"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/listen"
	"whorl/packet"
)

// Of listening to an interface.
const (
	listenHold = 10 * time.Millisecond // how long the kernel may keep a frame
	listenRing = 64 << 20              // bytes
	listenSnap = 768                   // bytes of a frame: headers, and what is said at the head of a payload
	vlanTag    = 4                     // bytes that the link puts back
	newsEvery  = time.Second
)

// listenLive hears an interface until an interrupt.
func (a *app) listenLive(ctx context.Context, o *listenOptions, l *listen.Listener, out *listenOutput) error {
	if err := link.Capable(link.NetRaw); err != nil {
		return err
	}
	all, err := link.Interfaces()
	if err != nil {
		return explainFailure(err)
	}
	n := slices.IndexFunc(all, func(i link.Interface) bool { return i.Name == o.iface })
	if n < 0 {
		return usage(fmt.Errorf("there is no interface %q", o.iface), "a name that ip link shows")
	}
	conn, err := afpacket.Open(afpacket.Options{Route: all[n].Route(), Filter: listenFilter(all[n].Link), Snap: listenSnap,
		Ring: listenRing, Hold: listenHold, Promiscuous: o.promiscuous, Outgoing: !all[n].Loopback})
	if err != nil {
		return explainFailure(err)
	}
	defer conn.Close()
	fmt.Fprintf(a.people, "whorl: listening to %s; interrupt to stop\n", o.iface)
	defer func() {
		out.dropped = conn.Drops()
		for h := range l.News() {
			out.host(h)
		}
		for h := range l.Sayers() {
			out.host(h)
		}
	}()
	buf := make([]byte, listenSnap+vlanTag)
	next := conn.Now().Add(newsEvery)
	for ctx.Err() == nil && !out.dead() {
		n, at, err := conn.Recv(buf, next)
		switch {
		case err == nil:
			l.Frame(conn.LinkType(), buf[:n], at)
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, link.ErrTimeout):
			return partial(err, "whorl listen again when the interface is up")
		}
		if !at.Before(next) {
			for h := range l.News() {
				out.host(h)
			}
			out.flush()
			next = conn.Now().Add(newsEvery)
		}
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.people, "whorl: "+stopping)
	}
	return nil
}

// listenFilter passes TCP, UDP in which hosts say what they are, IPv6 packets with other
// headers before either, and frames that still have a VLAN tag.
func listenFilter(t packet.LinkType) []bpf.Instruction {
	ip4 := []uint32{packet.ProtoTCP}
	ip6 := []uint32{packet.ProtoTCP, 0, 43, 44, 60} // hop-by-hop, routing, fragment, destination options
	var f []bpf.Instruction
	var at uint32
	v4, v6 := uint32(4), uint32(6)
	if t == packet.Ethernet {
		at, v4, v6 = 14, packet.EtherTypeIPv4, packet.EtherTypeIPv6
		f = append(f, bpf.LoadAbsolute{Off: 12, Size: 2})
		for _, tagged := range []uint32{packet.EtherTypeVLAN, packet.EtherTypeQinQ} {
			f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: tagged, SkipTrue: 1}, passFrame)
		}
	} else {
		f = append(f, bpf.LoadAbsolute{Off: 0, Size: 1}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4})
	}
	f = append(f, protocols(v4, at+9, ip4, ports(bpf.LoadMemShift{Off: at}, at))...)
	return append(append(f, protocols(v6, at+6, ip6, ports(bpf.LoadConstant{Dst: bpf.RegX, Val: 40}, at))...), dropFrame)
}

var (
	passFrame = bpf.RetConstant{Val: listenSnap}
	dropFrame = bpf.RetConstant{Val: 0}
)

// protocols passes what has one of the protocols at an offset, if it is of that version,
// and drops the rest of that version, but for UDP, which goes on.
func protocols(version, off uint32, list []uint32, udp []bpf.Instruction) []bpf.Instruction {
	body := []bpf.Instruction{bpf.LoadAbsolute{Off: off, Size: 1}}
	for _, proto := range list {
		body = append(body, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: proto, SkipTrue: 1}, passFrame)
	}
	body = append(body, bpf.JumpIf{Cond: bpf.JumpEqual, Val: packet.ProtoUDP, SkipTrue: 1}, dropFrame)
	body = append(body, udp...)
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: version, SkipTrue: uint8(len(body))}}, body...)
}

// ports passes UDP from or to a port at which hosts say what they are: DHCP, NetBIOS, SSDP
// and mDNS. header loads the length of the IP header into X.
func ports(header bpf.Instruction, at uint32) []bpf.Instruction {
	f := []bpf.Instruction{header}
	for _, off := range []uint32{at, at + 2} {
		f = append(f, bpf.LoadIndirect{Off: off, Size: 2})
		for _, port := range []uint32{67, 138, 1900, 5353} {
			f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: port, SkipTrue: 1}, passFrame)
		}
	}
	return append(f, dropFrame)
}
