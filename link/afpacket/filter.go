package afpacket

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"golang.org/x/net/bpf"

	"whorl/packet"
)

// whole is what a filter returns to keep all bytes of a frame.
const whole = 0x40000

// Towards is a filter that passes what is sent to one of our addresses: IPv4 and
// IPv6 packets for it, ARP that asks for it or answers to it, and the neighbour
// solicitations for it (RFC 4861 section 4.3, sent to the group of RFC 4291
// section 2.7.1). t is Ethernet or Raw. Frames with a VLAN tag that the kernel
// has not taken off do not pass. Without addresses nothing passes.
func Towards(t packet.LinkType, ours ...netip.Prefix) []bpf.Instruction {
	var ip4, arp, ip6 []bpf.Instruction
	var at uint32 // where the network header begins
	if t == packet.Ethernet {
		at = 14
	}
	for _, p := range ours {
		if p.Addr().Is4() {
			ip4 = append(ip4, keep(at+16, p)...)
			arp = append(arp, keep(at+24, p)...)
			continue
		}
		ip6 = append(ip6, keep(at+24, p)...)
		ip6 = append(ip6, keep(at+24, solicited(p))...)
	}
	if t != packet.Ethernet {
		f := []bpf.Instruction{
			bpf.LoadAbsolute{Off: 0, Size: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		}
		return drop(on(6, ip6, on(4, ip4, f)))
	}
	f := []bpf.Instruction{bpf.LoadAbsolute{Off: 12, Size: 2}}
	f = on(packet.EtherTypeIPv4, ip4, f)
	f = on(packet.EtherTypeARP, arp, f)
	return drop(on(packet.EtherTypeIPv6, ip6, f))
}

// ResetsFrom is a filter that passes what f passes, and the resets that this machine sends
// from one of our addresses, which Outgoing lets be heard: the kernel has refused a segment
// that it knew nothing of. t is Ethernet or Raw.
func ResetsFrom(t packet.LinkType, f []bpf.Instruction, ours ...netip.Prefix) []bpf.Instruction {
	var ip4, ip6 []bpf.Instruction
	var at uint32
	version := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
	}
	four, six := uint32(4), uint32(6)
	if t == packet.Ethernet {
		at, four, six = 14, packet.EtherTypeIPv4, packet.EtherTypeIPv6
		version = []bpf.Instruction{bpf.LoadAbsolute{Off: 12, Size: 2}}
	}
	for _, p := range ours {
		if p.Addr().Is4() {
			ip4 = append(ip4, keep(at+12, p)...)
		} else {
			ip6 = append(ip6, keep(at+8, p)...)
		}
	}
	f = append(resets(version, six, []bpf.Instruction{bpf.LoadAbsolute{Off: at + 6, Size: 1}},
		[]bpf.Instruction{bpf.LoadAbsolute{Off: at + 40 + 13, Size: 1}}, ip6), f...)
	return append(resets(version, four, []bpf.Instruction{bpf.LoadAbsolute{Off: at + 9, Size: 1}},
		[]bpf.Instruction{bpf.LoadMemShift{Off: at}, bpf.LoadIndirect{Off: at + 13, Size: 1}}, ip4), f...)
}

// resets runs body on the resets of a version of IP, and falls through otherwise: version,
// proto and flags load what tells them.
func resets(version []bpf.Instruction, is uint32, proto, flags, body []bpf.Instruction) (f []bpf.Instruction) {
	for _, c := range []struct {
		load []bpf.Instruction
		bpf.JumpIf
	}{
		{flags, bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: uint32(packet.RST)}},
		{proto, bpf.JumpIf{Cond: bpf.JumpEqual, Val: packet.ProtoTCP}},
		{version, bpf.JumpIf{Cond: bpf.JumpEqual, Val: is}},
	} {
		c.SkipTrue = 1
		body = slices.Concat(c.load, []bpf.Instruction{c.JumpIf, bpf.Jump{Skip: uint32(len(body))}}, body)
	}
	return body
}

// WithARP is a filter that passes what f passes, and all ARP of an Ethernet segment: who
// answers for an address that the kernel does not own has to hear of others that use it.
func WithARP(f []bpf.Instruction) []bpf.Instruction {
	return append(otherwiseOn([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 12, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: packet.EtherTypeARP},
		bpf.RetConstant{Val: whole},
	}), f...)
}

// otherwiseOn makes all jumps whose condition is not met lead behind f.
func otherwiseOn(f []bpf.Instruction) []bpf.Instruction {
	for i, in := range f {
		if j, ok := in.(bpf.JumpIf); ok {
			j.SkipFalse = uint8(len(f) - 1 - i)
			f[i] = j
		}
	}
	return f
}

// on adds to f: if the accumulator is val, run body and drop what it has not kept.
func on(val uint32, body, f []bpf.Instruction) []bpf.Instruction {
	body = drop(body)
	f = append(f,
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: val, SkipTrue: 1},
		bpf.Jump{Skip: uint32(len(body))})
	return append(f, body...)
}

func drop(f []bpf.Instruction) []bpf.Instruction { return append(f, bpf.RetConstant{Val: 0}) }

// keep keeps the frame if the address at off is in p, and falls through if not.
func keep(off uint32, p netip.Prefix) []bpf.Instruction {
	var f []bpf.Instruction
	addr := p.Masked().Addr().AsSlice()
	for left := p.Bits(); left > 0; left -= 32 {
		f = append(f, bpf.LoadAbsolute{Off: off, Size: 4})
		if left < 32 {
			f = append(f, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: ^uint32(0) << (32 - left)})
		}
		f = append(f, bpf.JumpIf{Cond: bpf.JumpEqual, Val: binary.BigEndian.Uint32(addr)})
		addr, off = addr[4:], off+4
	}
	return otherwiseOn(append(f, bpf.RetConstant{Val: whole}))
}

// solicited is the solicited-node group of an IPv6 address, or all such groups
// for a prefix of many.
func solicited(p netip.Prefix) netip.Prefix {
	group := [16]byte{0: 0xff, 1: 0x02, 11: 0x01, 12: 0xff}
	if !p.IsSingleIP() {
		return netip.PrefixFrom(netip.AddrFrom16(group), 104)
	}
	a := p.Addr().As16()
	copy(group[13:], a[13:])
	return netip.PrefixFrom(netip.AddrFrom16(group), 128)
}
