package watch

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
)

// udp is a packet from the attacker to the victim.
func udp(sport, dport uint16, data []byte) *packet.Packet {
	return &packet.Packet{Network: packet.IPv4, Transport: packet.UDP, Src: attacker, Dst: victim, TTL: 64, IPv4: packet.IPv4Header{ID: 9},
		UDP: packet.UDPHeader{SrcPort: sport, DstPort: dport}, Payload: data}
}

// counting is the data of ping: bytes that count.
func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// What comes near fingerprinting and is none.
var benign = []struct {
	name string
	send func(s *sensor)
}{
	{"ping -s 120 and -s 150", func(s *sensor) {
		for i := range uint16(10) {
			s.after(time.Second).sees(ping(0, 77, i, counting(120)))
			s.sees(ping(0, 78, i, counting(150)))
		}
	}},
	{"zeros in a ping", func(s *sensor) {
		for i := range uint16(10) {
			s.after(time.Second).sees(ping(0, 77, i, make([]byte, 120)))
		}
	}},
	{"UDP of C", func(s *sensor) {
		s.sees(udp(5353, 5353, bytes.Repeat([]byte("C"), 299)))
		s.sees(udp(5353, 5353, bytes.Repeat([]byte("C"), 300)))
		s.sees(udp(5353, 5353, bytes.Repeat([]byte("C"), 200)))
	}},
	{"ECN client", func(s *sensor) {
		for i := range uint16(30) {
			p := tcp(40000+i, 443, packet.SYN|packet.ECE|packet.CWR, 64240, linuxOptions)
			s.after(time.Second).sees(p)
			s.sees(back(p, synAck|packet.ECE))
			s.sees(tcp(40000+i, 443, packet.ACK, 502, ""))
		}
	}},
	{"small windows", func(s *sensor) {
		for i, w := range []uint16{1, 4, 16, 63, 128, 256, 512, 1024} {
			p := tcp(40000+uint16(i), 80, packet.SYN, w, linuxOptions)
			s.after(time.Second).sees(p)
			s.sees(back(p, synAck))
			s.sees(tcp(40000+uint16(i), 80, packet.ACK, w, ""))
			s.sees(tcp(40000+uint16(i), 80, packet.ACK, w, "\x01\x01\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02"))
		}
	}},
	{"a client that loses packets", func(s *sensor) {
		for i := range uint16(5) {
			p := tcp(40000+i, 80, packet.SYN, 64240, linuxOptions)
			for _, gap := range []time.Duration{0, 1, 2, 4, 8} {
				s.after(gap * time.Second).sees(p)
				s.sees(back(p, synAck))
			}
			s.sees(tcp(40000+i, 80, packet.ACK, 502, ""))
		}
	}},
	{"a client that gets the SYN-ACK late", func(s *sensor) {
		p := tcp(40000, 80, packet.SYN, 64240, linuxOptions)
		s.leave(p, 1, 2)
		s.after(time.Second).sees(tcp(40000, 80, packet.ACK, 502, ""))
		s.leave(tcp(40001, 80, packet.SYN, 64240, linuxOptions), 1, 2)
	}},
	{"SYN flood from made-up addresses", func(s *sensor) {
		rng := rand.New(rand.NewPCG(1, 2))
		var answers []*packet.Packet
		for range 2000 {
			p := tcp(uint16(rng.IntN(65536)), 80, packet.SYN, 512, "\x02\x04\x05\xb4")
			p.Src, p.TCP.Seq = netip.AddrFrom4([4]byte{10, byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256))}), rng.Uint32()
			s.after(time.Millisecond).sees(p)
			answers = append(answers, back(p, synAck))
			s.sees(answers[len(answers)-1])
		}
		for _, gap := range []time.Duration{1, 2, 4, 8} {
			s.after(gap * time.Second)
			for _, a := range answers {
				s.sees(a)
			}
		}
	}},
	{"SYN flood from one made-up address", func(s *sensor) {
		var answers []*packet.Packet
		for i := range uint16(200) {
			p := tcp(1000+i, 80, packet.SYN, 512, "\x02\x04\x05\xb4")
			s.after(time.Millisecond).sees(p)
			answers = append(answers, back(p, synAck))
			s.sees(answers[i])
		}
		for _, gap := range []time.Duration{1, 2, 4, 8} {
			s.after(gap * time.Second)
			for _, a := range answers {
				s.sees(a)
			}
		}
	}},
	{"a client that died", func(s *sensor) {
		p := tcp(40000, 80, packet.SYN, 64240, linuxOptions)
		s.sees(p)
		s.sees(back(p, synAck))
		s.sees(tcp(40000, 80, packet.ACK, 502, ""))
		for _, gap := range []time.Duration{0, 200, 400, 800, 1600, 3200, 6400} {
			s.after(gap * time.Millisecond).sees(back(p, packet.FIN|packet.ACK))
		}
	}},
	{"a client that wakes up", func(s *sensor) {
		p := tcp(40000, 80, packet.SYN, 64240, linuxOptions)
		s.sees(p)
		s.sees(back(p, synAck))
		s.sees(tcp(40000, 80, packet.ACK, 502, ""))
		for _, gap := range []time.Duration{0, 200, 400, 800, 1600} {
			s.after(gap * time.Millisecond).sees(back(p, packet.FIN|packet.ACK))
		}
		s.after(50 * time.Millisecond).sees(tcp(40000, 80, packet.RST, 0, ""))
	}},
	{"clients behind one address, some without network", func(s *sensor) {
		for i := range uint16(3) {
			s.leave(tcp(40000+i, 80+i, packet.SYN, 64240, linuxOptions), 1, 2)
			s.sees(tcp(50000, 443, packet.ACK, 502, ""))
			s.leave(tcp(41000+i, 8080+i, packet.SYN, 64240, linuxOptions), 1, 2, 4, 8)
			s.sees(tcp(50000, 443, packet.ACK, 502, ""))
		}
	}},
	{"nmap's SYN with its resets filtered", func(s *sensor) {
		for i := range uint16(3) {
			p := tcp(50000, 80+i, packet.SYN, 1024, "\x02\x04\x05\xb4")
			p.TTL = 50
			s.leave(p, 1, 2, 4, 8)
			s.sees(tcp(50001, 443, packet.ACK, 502, ""))
		}
	}},
	{"RST cookies", func(s *sensor) {
		for i := range uint16(20) {
			p := tcp(40000+i, 80, packet.SYN, 64240, linuxOptions)
			s.after(time.Second).sees(p)
			wrong := back(p, synAck)
			wrong.TCP.Ack += 99
			s.sees(wrong)
			s.sees(tcp(40000+i, 80, packet.RST, 0, ""))
			s.after(time.Second).sees(p)
			s.sees(back(p, synAck))
			s.sees(tcp(40000+i, 80, packet.ACK, 502, ""))
		}
	}},
	{"a router that asks its neighbours whether they are still there", func(s *sensor) { s.asksARP(attacker, packet.MAC{2, 0, 0, 0, 0, 2}, hosts(200)...) }},
	{"hosts that ask for their gateway, and one another", func(s *sensor) {
		for i := range byte(200) {
			s.asksARP(netip.AddrFrom4([4]byte{192, 0, 2, i}), packet.Broadcast, victim, netip.AddrFrom4([4]byte{192, 0, 2, i + 1}))
		}
	}},
	{"a few closed ports", func(s *sensor) {
		for i := range uint16(6) {
			p := tcp(40000+i, 8000+i, packet.SYN, 64240, linuxOptions)
			s.after(time.Second).sees(p)
			s.sees(back(p, packet.RST|packet.ACK))
		}
	}},
	{"one port unreachable for many requests", func(s *sensor) {
		for i := range uint16(100) {
			p := tcp(40000+i, 8000, packet.SYN, 64240, linuxOptions)
			s.after(time.Second).sees(p)
			s.sees(back(p, packet.RST|packet.ACK))
		}
	}},
	{"requests of programs", func(s *sensor) {
		for i, q := range []string{"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HELP\r\n", "SSH-2.0-OpenSSH_10.0\r\n"} {
			p := tcp(40000+uint16(i), 80, packet.PSH|packet.ACK, 502, "")
			p.Payload = []byte(q)
			s.after(time.Second).sees(p)
		}
	}},
}

// Nothing is said of what is benign.
func TestBenign(t *testing.T) {
	for _, c := range benign {
		s := newSensor(t, Options{})
		c.send(s)
		s.End()
		if len(s.records) > 0 {
			t.Errorf("%s: %+v", c.name, s.records[0])
		}
	}
}

// No SYN and no SYN-ACK of a system that we know is taken for a probe.
func TestSystemsAreNoProbes(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	c := newClassifier()
	seen := 0
	for _, e := range set.Entries() {
		for _, f := range e.Passive() {
			sig := f.Example()
			p := fromSignature(&sig)
			seen++
			if m, ok := c.classify(p, epoch); ok && m.kind.family.fingerprints() && m.kind.points > 1 {
				t.Errorf("%s: %s is taken for %s of %s", e.Name, sig.String(), m.kind.name, m.kind.tool)
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d signatures", seen)
	}
}

// fromSignature is a packet that has a signature.
func fromSignature(s *syn.Signature) *packet.Packet {
	p := tcp(40000, 443, packet.SYN, s.Window, "")
	if s.Answer {
		p.TCP.Flags, p.TCP.Ack = synAck, 99
	}
	p.TTL = s.TTL
	var o []byte
	for i := range s.Layout.Len() {
		switch kind := s.Layout.Kind(i); kind {
		case packet.OptMSS:
			o = append(o, kind, 4, byte(s.MSS>>8), byte(s.MSS))
		case packet.OptWScale:
			o = append(o, kind, 3, s.Scale)
		case packet.OptSACKOK:
			o = append(o, kind, 2)
		case packet.OptTimestamp:
			o = append(o, kind, 10, 1, 2, 3, 4, 0, 0, 0, 0)
		default:
			o = append(o, kind)
		}
	}
	for len(o)%4 != 0 {
		o = append(o, 0)
	}
	p.TCP.Options = o
	return p
}

// A flood of random packets and of probes from random addresses neither grows the tables
// nor fills a log.
func TestFlood(t *testing.T) {
	const sessions = 500
	s := newSensor(t, Options{Sessions: sessions})
	rng := rand.New(rand.NewPCG(3, 4))
	probe := tcp(40000, 80, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	for range 30_000 {
		p := *probe
		p.Src = netip.AddrFrom4([4]byte{10, byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256))})
		p.TCP.Seq, p.TCP.SrcPort = rng.Uint32(), uint16(rng.IntN(65536))
		s.after(100 * time.Microsecond).sees(&p)
		junk := make([]byte, 20+rng.IntN(60))
		for i := range junk {
			junk[i] = byte(rng.IntN(256))
		}
		junk[0] = byte(4+2*rng.IntN(2))<<4 | junk[0]&15
		s.Frame(packet.Raw, junk, s.at)
	}
	if n := s.Len(); n > sessions {
		t.Errorf("%d contacts", n)
	}
	if s.kept > maxKept {
		t.Errorf("%d packets kept", s.kept)
	}
	if most := burstAll + int(s.at.Sub(epoch)/everyAll) + 1; len(s.records) > most || s.Counts().Held == 0 {
		t.Errorf("%d records, %d held back; want at most %d", len(s.records), s.Counts().Held, most)
	}
	for _, r := range s.records {
		if r.State == whorl.Confirmed {
			t.Errorf("confirmed: %+v", r)
			break
		}
	}
	s.End()
	if n := len(s.contacts.sources) + len(s.contacts.targets) + s.kept; n != 0 || s.Len() != 0 {
		t.Errorf("%d entries are left", n)
	}
}
