package main

import (
	"golang.org/x/net/bpf"

	"whorl/packet"
)

// listenFilter passes what tells of a host: of TCP what [segments] do, UDP in which hosts say
// what they are, ICMP, IPv6 packets with other headers before these, and frames that still
// have a VLAN tag. The datagrams that cause ICMP messages stay in the kernel: the messages
// quote most of what is compared with them.
func listenFilter(t packet.LinkType) []bpf.Instruction {
	ip4 := []uint32{packet.ProtoICMP}
	ip6 := []uint32{packet.ProtoICMPv6, 0, 43, 44, 60} // hop-by-hop, routing, fragment, destination options
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
	header4, header6 := bpf.LoadMemShift{Off: at}, bpf.LoadConstant{Dst: bpf.RegX, Val: 40}
	// A fragment is passed, to be counted.
	tcp4 := []bpf.Instruction{bpf.LoadAbsolute{Off: at + 6, Size: 2}, bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: 0x3fff, SkipTrue: 1}, passFrame}
	tcp4 = append(tcp4, segments(header4, at, bpf.LoadAbsolute{Off: at + 2, Size: 2})...)
	tcp6 := segments(header6, at, bpf.LoadAbsolute{Off: at + 4, Size: 2}, bpf.ALUOpConstant{Op: bpf.ALUOpAdd, Val: 40})
	f = append(f, protocols(v4, at+9, ip4, tcp4, ports(header4, at))...)
	return append(append(f, protocols(v6, at+6, ip6, tcp6, ports(header6, at))...), dropFrame)
}

var (
	passFrame = bpf.RetConstant{Val: hearSnap}
	dropFrame = bpf.RetConstant{Val: 0}
)

// protocols sorts packets of one version by the protocol at an offset: those of the list are
// passed, TCP and UDP go on, all others of that version are dropped.
func protocols(version, off uint32, list []uint32, tcp, udp []bpf.Instruction) []bpf.Instruction {
	body := []bpf.Instruction{bpf.LoadAbsolute{Off: off, Size: 1}}
	for _, proto := range list {
		body = append(body, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: proto, SkipTrue: 1}, passFrame)
	}
	body = append(body, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: packet.ProtoTCP, SkipTrue: uint8(len(tcp))})
	body = append(body, tcp...)
	body = append(body, bpf.JumpIf{Cond: bpf.JumpEqual, Val: packet.ProtoUDP, SkipTrue: 1}, dropFrame)
	body = append(body, udp...)
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: version, SkipTrue: uint8(len(body))}}, body...)
}

// segments passes SYNs, FINs and resets, segments without data, whose timestamps tell of a
// clock, and data that may begin with what a host says of itself (package claim): a capital
// letter, or a header of SMB or DCE/RPC. All other data, most of what a network carries, stays
// in the kernel. header loads the length of the IP header into X, length that of the whole
// packet into A.
func segments(header bpf.Instruction, at uint32, length ...bpf.Instruction) []bpf.Instruction {
	const flagsOff, dataOff = 13, 12 // of a TCP header, RFC 9293 section 3.1
	f := []bpf.Instruction{header,
		bpf.LoadIndirect{Off: at + flagsOff, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: uint32(packet.SYN | packet.FIN | packet.RST), SkipTrue: 1}, passFrame,
		bpf.LoadIndirect{Off: at + dataOff, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0}, bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 2},
		bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{}, // where the data begins
	}
	f = append(f, length...)
	f = append(f, bpf.JumpIfX{Cond: bpf.JumpGreaterThan, SkipTrue: 1}, passFrame,
		bpf.LoadIndirect{Off: at, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: 'Z' + 1, SkipTrue: 4},
		bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: 'A', SkipTrue: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 5, SkipTrue: 1},
		passFrame)
	return append(f, dropFrame)
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
