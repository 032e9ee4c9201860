package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

// Tools that no package has, played from published descriptions of their packets and from
// captures of them.

// nmap1 is nmap before 4.20: T1 to T7, PU, then the six SYNs.
func nmap1(w *wire) error {
	options := []byte{3, 3, 10, 1, 2, 4, 1, 9, 8, 10, 0x3f, 0x3f, 0x3f, 0x3f, 0, 0, 0, 0, 0, 0}
	const base, seq = 41000, 0x5b3ac0de
	test := func(i, port uint16, flags packet.Flags) packet.Packet {
		p := w.tcp(base+i, port, flags, uint16(1024*(1+w.rng.IntN(4))), options...)
		p.TTL, p.IPv4.DF, p.TCP.Seq = uint8(37+w.rng.IntN(23)), false, seq
		return p
	}
	const xmas = packet.FIN | packet.PSH | packet.URG
	all := []packet.Packet{
		test(7, w.open, packet.SYN|packet.ECE), test(8, w.open, 0), test(9, w.open, packet.SYN|xmas), test(10, w.open, packet.ACK),
		test(11, w.closed, packet.SYN), test(12, w.closed, packet.ACK), test(13, w.closed, xmas),
		w.udp(base-1, w.closed, fill('f', 300)),
	}
	for i := range uint16(6) {
		p := w.tcp(base+1+i, w.open, packet.SYN, 1024)
		p.TTL, p.IPv4.DF, p.TCP.Seq = uint8(37+w.rng.IntN(23)), false, seq+1+uint32(i)
		all = append(all, p)
	}
	return w.each(110*time.Millisecond, all...)
}

// queso sends seven segments with a window of 0x1234 to an open port.
func queso(w *wire) error {
	var all []packet.Packet
	const f, s, p, a = packet.FIN, packet.SYN, packet.PSH, packet.ACK
	for i, flags := range []packet.Flags{s, s | a, f, f | a, s | f, p, s | packet.ECE | packet.CWR} {
		q := w.tcp(uint16(13000+i), w.open, flags, 0x1234)
		q.TTL, q.IPv4.DF, q.TCP.Seq = 255, false, 0x2f1a3b4c
		all = append(all, q)
	}
	return w.each(50*time.Millisecond, all...)
}

// xprobe2 is version 0.3 with the modules that look at ICMP, UDP, SYN and RST.
func xprobe2(w *wire) error {
	pattern := make([]byte, 56)
	for i := range pattern {
		pattern[i] = byte(i + 8)
	}
	ping := w.icmp(8, 123, 0x4f21, 1, pattern)
	ping.TOS, ping.IPv4.DF = 6, true
	dns := []byte("\x13\x37\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x0dsecurityfocus\x03com\x00\x00\x01\x00\x01" +
		"\xc0\x0c\x00\x01\x00\x01\x00\x00\x03\x84\x00\x04\xcd\xce\xe7\x0c")
	u := w.udp(53, w.closed, dns)
	u.TTL, u.IPv4.DF, u.IPv4.ID = 255, true, 1
	syn := w.tcp(27000, w.open, packet.SYN, 5840, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 1, 2, 3, 0, 0, 0, 0, 1, 3, 3, 0)
	syn.TOS = 0x10
	reset := w.tcp(27001, w.closed, packet.SYN, 6840)
	reset.TOS = 0x10
	again := reset
	again.TCP.SrcPort++
	return w.each(500*time.Millisecond, ping, w.icmp(13, 0, 0x4f21, 1, make([]byte, 12)), w.icmp(17, 0, 0x4f21, 1, make([]byte, 4)), u, syn, reset, again)
}

// sinfp sends SYN, SYN with options, and SYN and ACK to an open port.
func sinfp(w *wire) error {
	options := []byte{2, 4, 5, 0xb4, 8, 10, 'D', 'E', 'A', 'D', 0, 0, 0, 0, 3, 3, 1, 4, 2, 0}
	return w.each(200*time.Millisecond, w.tcp(31337, w.open, packet.SYN, 5840), w.tcp(31338, w.open, packet.SYN, 5840, options...),
		w.tcp(31339, w.open, packet.SYN|packet.ACK, 5840, options...))
}

// sendsyn is p0f-sendsyn: eight SYNs with all combinations of three options.
func sendsyn(w *wire) error {
	var all []packet.Packet
	for i := range 8 {
		options := []byte{2, 4, 1331 >> 8, 1331 & 255}
		if i&1 != 0 {
			options = append(options, 4, 2)
		}
		if i&2 != 0 {
			options = append(options, 3, 3, 5)
		}
		if i&4 != 0 {
			options = append(options, 8, 10, 0, 0, 1337>>8, 1337&255, 0, 0, 0, 0)
		}
		p := w.tcp(uint16(65535-i), w.open, packet.SYN, 1337, append(options, make([]byte, 24-len(options))...)...)
		p.TTL, p.IPv4.ID, p.IPv4.DF, p.TCP.Seq = 192, 0, false, 0x12345678
		all = append(all, p)
	}
	return w.each(100*time.Millisecond, all...)
}

// shuffled is one round of nmap's second generation in a random order, with random gaps
// and source ports.
func shuffled(w *wire) error { return w.gen2(func(*packet.Packet) {}) }

// altered is the same with other windows, timestamps and data than nmap's.
func altered(w *wire) error {
	return w.gen2(func(p *packet.Packet) {
		p.TCP.Window += 7
		if i := bytes.Index(p.TCP.Options, []byte{8, 10, 0xff, 0xff}); i >= 0 {
			p.TCP.Options = slices.Clone(p.TCP.Options)
			binary.BigEndian.PutUint32(p.TCP.Options[i+2:], 0x00c0ffee)
		}
		if p.Transport == packet.UDP {
			p.Payload = fill('x', len(p.Payload))
		}
	})
}

// gen2 sends each probe once, changed.
func (w *wire) gen2(change func(*packet.Packet)) error {
	const seq, ack = 0x71e50a11, 0x11e5a071
	order := w.rng.Perm(int(gen2.NumProbes))
	for _, i := range order {
		s := &gen2.Probes[i]
		if p := gen2.Probe(i); p >= gen2.O1 && p <= gen2.O6 {
			continue
		}
		p := packet.Packet{TTL: uint8(37 + w.rng.IntN(23)), TOS: s.TOS, Transport: s.Proto, Payload: fill(s.Fill, s.DataLen)}
		p.IPv4.DF, p.IPv4.ID = s.DF, s.IPID
		if s.IPID == 0 {
			p.IPv4.ID = uint16(1 + w.rng.IntN(65535))
		}
		from := uint16(1024 + w.rng.IntN(60000))
		to := w.open
		if s.To != method.ToOpenTCP {
			to = w.closed
		}
		switch s.Proto {
		case packet.TCP:
			p.TCP = packet.TCPHeader{SrcPort: from, DstPort: to, Seq: seq + s.SeqPlus, Ack: ack, Flags: s.Flags, Reserved: s.Reserved,
				Window: s.Window, Urgent: s.Urgent, Options: s.Options}
			if s.NoAck {
				p.TCP.Ack = 0
			}
		case packet.UDP:
			p.UDP.SrcPort, p.UDP.DstPort = from, to
		case packet.ICMP:
			p.ICMP.Type, p.ICMP.Code, p.ICMP.Rest = 8, s.Code, packet.Echo(0x2a2a+s.PortPlus, s.Seq)
		}
		change(&p)
		if err := w.each(time.Duration(200+w.rng.IntN(800))*time.Millisecond, p); err != nil {
			return err
		}
	}
	return nil
}
