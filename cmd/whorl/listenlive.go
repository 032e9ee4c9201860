package main

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/net/bpf"

	"whorl/listen"
	"whorl/packet"
)

// mostRings bounds the goroutines and the memory that a machine of many processors spends.
const mostRings = 8

// listenLive hears an interface until an interrupt.
func (a *app) listenLive(ctx context.Context, o *listenOptions, l *listen.Listener, out *listenOutput) error {
	filter := listenFilter
	if o.bpf != "" {
		first, err := parseBPF(o.bpf)
		if err != nil {
			return usage(fmt.Errorf("--bpf: %w", err), `--bpf "$(tcpdump -y EN10MB -ddd net 192.0.2.0/24)"`)
		}
		filter = func(t packet.LinkType) []bpf.Instruction { return passBoth(first, listenFilter(t)) }
	}
	conns, err := a.hearShared(o.iface, o.promiscuous, filter, min(runtime.GOMAXPROCS(0), mostRings))
	if err != nil {
		return err
	}
	e := &ears{conns: conns, out: out, l: l}
	err = e.listen(ctx)
	if ctx.Err() != nil {
		fmt.Fprintln(a.people, "whorl: "+stopping)
	}
	return err
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
	passFrame = bpf.RetConstant{Val: hearSnap}
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
