package watch

import (
	"bytes"
	"net/netip"
	"testing"

	"whorl"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/packet"
)

// shapesOf are the probes of all methods, by family. What the tables say of other probes
// with the same header is not told by one packet.
func shapesOf() map[family][]method.Shape {
	out := map[family][]method.Shape{nmap: gen2.Probes[:], nmapFirst: gen1.Probes[:], nmapIPv6: ipv6.Probes[:]}
	for _, s := range deep.Probes {
		if s.Name[0] != 'B' && s.Name[0] != 'L' { // empty datagrams are anybody's
			out[nmap] = append(out[nmap], s)
		}
	}
	return out
}

// fromShape is a probe as a scanner sends it.
func fromShape(f family, s *method.Shape) *packet.Packet {
	fields := method.Fields{Dst: victim, Ports: method.Ports{OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, PortBase: 40000,
		EchoID: 7, Seq: 1000, Ack: 2000, IPID: 99, TTL: 44}
	var p packet.Packet
	if f == nmapIPv6 {
		fields.Dst = netip.MustParseAddr("2001:db8::1")
		s.Packet6(&fields, &p)
		p.Src = netip.MustParseAddr("2001:db8::66")
	} else {
		s.Packet(&fields, &p)
		p.Src = attacker
	}
	if f == nmapFirst && s.Proto == packet.TCP {
		p.TCP.Window = gen1.Window(p.TTL)
	}
	if f == nmapFirst && s.Proto == packet.UDP {
		p.Payload = bytes.Repeat([]byte("q"), s.DataLen)
	}
	p.Link = packet.Raw
	frame, err := p.Append(nil)
	if err != nil {
		panic(err)
	}
	var q packet.Packet
	q.Decode(packet.Raw, frame)
	return q.Clone()
}

// Every probe of every method is recognised exactly, and by no other family.
func TestEveryProbe(t *testing.T) {
	c := newClassifier()
	for f, shapes := range shapesOf() {
		for i := range shapes {
			s := &shapes[i]
			p := fromShape(f, s)
			m, ok := c.classify(p, epoch)
			if !ok || m.kind.family != f || m.tier != exact || m.evasion != 0 {
				t.Errorf("%s of %s: %+v", s.Name, traits[f].class, m)
			}
		}
	}
}

// What is altered in a probe is told, and what is altered too much is no probe.
func TestAltered(t *testing.T) {
	classifier := newClassifier()
	set := func(at int, v byte) func(*packet.Packet) {
		return func(p *packet.Packet) { p.TCP.Options[at] = v }
	}
	for _, c := range []struct {
		probe   gen2.Probe
		change  func(*packet.Packet)
		tier    tier
		evasion evasions
		known   bool
	}{
		{gen2.S1, func(p *packet.Packet) { p.TCP.Window = 64240 }, altered, evadesWindow, true},
		{gen2.S1, set(10, 1), altered, evadesTimestamp, true},
		{gen2.S1, set(7, 0x50), altered, evadesMSS, true},
		{gen2.S1, set(6, 0x20), 0, 0, false}, // an MSS that was raised
		{gen2.S1, set(2, 7), altered, evadesScale, true},
		{gen2.S1, func(p *packet.Packet) { p.TCP.Options[2], p.TCP.Window = 7, 64240 }, 0, 0, false},
		{gen2.T7, set(2, 14), altered, evadesScale, true},
		{gen2.T2, func(p *packet.Packet) { p.TCP.Options = []byte("\x02\x04\x05\xb4") }, shape, 0, true},
		{gen2.T3, func(p *packet.Packet) { p.TCP.Options = []byte("\x02\x04\x05\xb4") }, shape, 0, true},
		{gen2.ECN, func(p *packet.Packet) { p.TCP.Options = []byte(linuxOptions) }, shape, 0, true},
		{gen2.T4, func(p *packet.Packet) { p.TCP.Window = 1 }, altered, evadesWindow, true},
		{gen2.T5, func(p *packet.Packet) { p.TCP.Options = []byte(linuxOptions) }, 0, 0, false},
		{gen2.U1, func(p *packet.Packet) { p.IPv4.ID = 7 }, altered, 0, true},
		{gen2.U1, func(p *packet.Packet) { p.Payload[299] = 'D' }, 0, 0, false},
		{gen2.IE1, func(p *packet.Packet) { p.Payload[9] = 1 }, altered, evadesPayload, true},
		{gen2.IE2, func(p *packet.Packet) { p.TOS = 0 }, altered, 0, true},
	} {
		p := fromShape(nmap, &gen2.Probes[c.probe])
		c.change(p)
		m, ok := classifier.classify(p, epoch)
		if ok = ok && m.kind.family == nmap; ok != c.known || ok && (m.tier != c.tier || m.evasion != c.evasion) {
			t.Errorf("%s: known %v, tier %d, evasion %v", gen2.Probes[c.probe].Name, ok, m.tier, m.evasion.names())
		}
	}
}

// One exact segment is probable, one altered one is nothing, U1 alone neither.
func TestSingleProbes(t *testing.T) {
	for _, c := range []struct {
		probe  gen2.Probe
		window uint16
		want   whorl.ContactState
	}{{gen2.S3, 0, whorl.Probable}, {gen2.T7, 0, whorl.Probable}, {gen2.S3, 9, ""}, {gen2.U1, 0, ""}, {gen2.IE1, 0, ""}} {
		s := newSensor(t, Options{})
		p := fromShape(nmap, &gen2.Probes[c.probe])
		if c.window > 0 {
			p.TCP.Window = c.window
		}
		s.sees(p)
		var got whorl.ContactState
		if len(s.records) > 0 {
			got = s.records[0].State
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", gen2.Probes[c.probe].Name, got, c.want)
		}
	}
}

// Wrong checksums count only if they are asked for.
func TestChecksums(t *testing.T) {
	for _, strict := range []bool{false, true} {
		s := newSensor(t, Options{Checksums: strict})
		p := fromShape(nmap, &gen2.Probes[gen2.S1])
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		frame[36] ^= 0xff // of the checksum
		s.Frame(packet.Raw, frame, epoch)
		if strict != (len(s.records) == 0) || strict != (s.Counts().Skipped[BadSum] == 1) {
			t.Errorf("strict %v: %d records, %+v", strict, len(s.records), s.Counts())
		}
		if !strict && (len(s.records[0].Evasion) != 1 || s.records[0].Evasion[0] != "checksum") {
			t.Errorf("evasion %v", s.records[0].Evasion)
		}
	}
}
