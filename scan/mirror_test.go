package scan

import (
	"encoding/binary"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/packet"
)

// mirror is a link in virtual time behind which every address is the same host: port
// 80 open, the others closed, echo and port unreachable answered after a millisecond.
// It answers by turning the frame round, so that it costs little beside the engine.
type mirror struct {
	now     time.Time
	waiting []reflection
	spare   [][]byte // frames that have been taken
	isn     uint32
	silent  bool   // over TCP
	look    func() // called once when it is lookAt
	lookAt  time.Time
}

type reflection struct {
	frame []byte
	at    time.Time
}

const mirrorRTT = time.Millisecond

func (m *mirror) LinkType() packet.LinkType { return packet.Raw }
func (m *mirror) Now() time.Time            { return m.now }
func (m *mirror) Close() error              { return nil }

func (m *mirror) Send(frame []byte) (time.Time, error) {
	var b []byte
	if n := len(m.spare); n > 0 {
		b, m.spare = m.spare[n-1][:0], m.spare[:n-1]
	}
	if b = m.answer(b, frame); b != nil {
		m.waiting = append(m.waiting, reflection{b, m.now.Add(mirrorRTT)})
	}
	return m.now, nil
}

func (m *mirror) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if m.look != nil && !m.now.Before(m.lookAt) {
		m.look()
		m.look = nil
	}
	if len(m.waiting) == 0 || m.waiting[0].at.After(deadline) && m.waiting[0].at.After(m.now) {
		if deadline.After(m.now) {
			m.now = deadline
		}
		return 0, m.now, link.ErrTimeout
	}
	r := m.waiting[0]
	m.waiting = m.waiting[1:]
	m.spare = append(m.spare, r.frame)
	if r.at.After(m.now) {
		m.now = r.at
	}
	return copy(buf, r.frame), r.at, nil
}

// synAckOptions are those of Linux: MSS 1460, SACK permitted, timestamps, window scale 7.
var synAckOptions = []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7}

// answer writes what the host says to a frame; nil: nothing.
func (m *mirror) answer(b, q []byte) []byte {
	b = append(b, q[:20]...)
	copy(b[12:], q[16:20])
	copy(b[16:], q[12:16])
	b[1], b[8] = 0, 64
	binary.BigEndian.PutUint16(b[4:], 0)
	ports := [4]byte{}
	copy(ports[:2], q[22:24])
	copy(ports[2:], q[20:22])
	switch q[9] {
	case packet.ProtoICMP:
		b = append(append(b, 0, q[21], 0, 0), q[24:]...)
	case packet.ProtoUDP:
		b[9] = packet.ProtoICMP
		b = append(append(b, packet.ICMPUnreachable, packet.CodePortUnreachable, 0, 0, 0, 0, 0, 0), q...)
	default:
		flags, open := packet.Flags(q[33]), binary.BigEndian.Uint16(q[22:]) == 80
		seq, ack := uint32(0), binary.BigEndian.Uint32(q[24:])+1
		answer, options := packet.RST|packet.ACK, []byte(nil)
		switch {
		case m.silent, flags.Has(packet.RST), open && !flags.Has(packet.ACK) && (!flags.Has(packet.SYN) || flags.Has(packet.FIN)):
			return nil
		case flags.Has(packet.ACK):
			seq, ack, answer = binary.BigEndian.Uint32(q[28:]), 0, packet.RST
		case open:
			m.isn += 1_000_003
			seq, answer, options = m.isn, packet.SYN|packet.ACK, synAckOptions
		}
		b = append(b, ports[:]...)
		b = binary.BigEndian.AppendUint32(b, seq)
		b = binary.BigEndian.AppendUint32(b, ack)
		b = append(b, byte(5+len(options)/4)<<4, byte(answer), 0xfa, 0xf0, 0, 0, 0, 0)
		b = append(b, options...)
	}
	return withSums(b)
}

// withSums sets the length and checksums of a raw IPv4 frame.
func withSums(b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[10:], 0)
	binary.BigEndian.PutUint16(b[10:], packet.Checksum(b[:20]))
	at, sum := 22, uint16(0)
	if b[9] == packet.ProtoTCP {
		at = 36
		sum = packet.TransportChecksum(netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20])), packet.ProtoTCP, b[20:])
	} else {
		binary.BigEndian.PutUint16(b[at:], 0)
		sum = packet.Checksum(b[20:])
	}
	binary.BigEndian.PutUint16(b[at:], sum)
	return b
}

// crowd is an engine over a mirror that scans hosts from 10.0.0.0 on, at most parallel
// at once, without a limit of packets.
func crowd(m *mirror, hosts, parallel int, done func(*flow)) *engine {
	m.now = epoch
	e := newEngine(&Job{TCP: []uint16{80, 81}, Timing: Timing{Parallel: parallel, Tries: 2}}, m)
	e.budget.rate = fastest
	next := uint32(10 << 24)
	last := next + uint32(hosts)
	e.feed = func() (h held, ok, more bool) {
		if next == last {
			return h, false, false
		}
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], next)
		next++
		h.Addr = netip.AddrFrom4(a)
		h.route = link.Route{Interface: "mirror", Index: 1, MTU: 1500, Link: packet.Raw, Src: us, NextHop: h.Addr}
		return h, true, true
	}
	e.backlog = func() int { return 0 }
	e.done = done
	return e
}
