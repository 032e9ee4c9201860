package seek

import (
	"net/netip"
	"time"

	"whorl/method"
	"whorl/packet"
)

// probe is one packet under way: to a TCP port, or the echo request.
type probe struct {
	sent  time.Duration // after the search began
	port  uint16        // 0: echo request
	sends uint16
	ack   bool // an ACK instead of a SYN
	due   bool // to be sent (again)
	done  bool // answered or given up
	heard bool // answered by the host itself, over TCP
}

func (m *Machine) send(i int, now time.Duration, out *method.Outbox) {
	pr := &m.probes[i]
	pr.sends++
	pr.sent, pr.due, m.last = now, false, now
	m.packets++
	p := out.Put(method.Tag(i))
	p.Network, p.Dst = m.network, m.addr
	p.TTL = uint8(m.rand.Between(37, 59))
	if m.network == packet.IPv4 {
		p.IPv4.ID = uint16(m.rand.Between(1, 65535))
	}
	if pr.port == 0 {
		p.Transport = icmp[m.network].transport
		p.ICMP = packet.ICMPHeader{Type: icmp[m.network].request, Rest: packet.Echo(m.echo, pr.sends)}
		return
	}
	p.Transport = packet.TCP
	p.TCP = packet.TCPHeader{SrcPort: m.base + pr.sends - 1, DstPort: pr.port, Window: 1024}
	if pr.ack {
		p.TCP.Flags, p.TCP.Ack = packet.ACK, m.seq
		return
	}
	p.TCP.Flags, p.TCP.Seq = packet.SYN, m.seq
	p.TCP.Options = mssOption
	if m.network == packet.IPv6 {
		p.TCP.Options = mssOption6
	}
}

// MSS is what the SYNs of a search offer, and all that they do: that of a path of 1500-byte
// packets, which every honest SYN carries. In bytes.
func MSS(addr netip.Addr) uint16 {
	if networkOf(addr) == packet.IPv4 {
		return mss4
	}
	return mss6
}

const mss4, mss6 = 1460, 1440

var (
	mssOption  = []byte{packet.OptMSS, 4, mss4 >> 8, mss4 & 0xff}
	mssOption6 = []byte{packet.OptMSS, 4, mss6 >> 8, mss6 & 0xff}
)
