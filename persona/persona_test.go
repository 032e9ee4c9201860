package persona_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/link/sim"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// stack is an entry of a made-up system that answers everything.
const stack = `Fingerprint Example
Class Example | Example | 1.X | general purpose
SEQ(SP=100-108%GCD=1-6%ISR=106-10C%TI=I%CI=I%II=I%SS=S%TS=A)
OPS(O1=M5B4NW7NNSNNT11%O2=M578NW7NNSNNT11%O3=M280NW7NNT11%O4=M5B4NW7NNSNNT11%O5=M218NW7NNSNNT11%O6=M109NNSNNT11)
WIN(W1=FFFF%W2=FFCB%W3=FFDC%W4=FFFF%W5=FFF7%W6=FFFF)
ECN(R=Y%DF=Y%T=3B-45%TG=40%W=FFFF%O=M5B4NW7NNS%CC=Y%Q=)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T3(R=Y%DF=Y%T=3B-45%TG=40%W=FFDC%S=O%A=S+%F=AS%O=M109NW7NNSNNT11%RD=0%Q=)
T4(R=Y%DF=N%T=3B-45%TG=40%W=0%S=A%A=Z%F=R%O=%RD=BD1AB510%Q=)
T5(R=Y%DF=N%T=3B-45%TG=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=RU)
T6(R=Y%DF=N%T=3B-45%TG=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T7(R=Y%DF=N%T=3B-45%TG=40%W=0%S=Z%A=S%F=AR%O=%RD=0%Q=)
U1(DF=N%T=FA-104%TG=FF%IPL=70%UN=0%RIPL=15C%RID=4210%RIPCK=I%RUCK=0%RUD=I)
IE(DFI=S%T=FA-104%TG=FF%CD=S)
`

func entry(tb testing.TB, text string) *osdb.Entry {
	db, problems := osdb.Read(strings.NewReader(text), osdb.User, "test")
	if len(problems) > 0 || len(db.Entries) != 1 {
		tb.Fatalf("%d entries, %v", len(db.Entries), problems)
	}
	return db.Entries[0]
}

func mustNew(tb testing.TB, o persona.Options) *persona.Persona {
	o.Addr = victim
	if o.OpenTCP == nil {
		o.OpenTCP = []uint16{80}
	}
	p, err := persona.New(entry(tb, stack), o)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// recorder is an Outlet that keeps what leaves, as it would be read from the wire.
type recorder struct {
	sent  []*packet.Packet
	later []func(time.Time)
	gaps  []time.Duration
}

func (r *recorder) Send(after time.Duration, p *packet.Packet) {
	q := *p
	q.Link = packet.Raw
	frame, err := q.Append(nil)
	if err != nil {
		panic(err)
	}
	out := new(packet.Packet)
	out.Decode(packet.Raw, frame)
	r.sent = append(r.sent, out)
}

func (r *recorder) After(d time.Duration, f func(time.Time)) {
	r.gaps, r.later = append(r.gaps, d), append(r.later, f)
}

// ask hands the persona one packet and gives its answer, or nil.
func ask(p *persona.Persona, now time.Time, in packet.Packet) *packet.Packet {
	var r recorder
	p.Receive(now, received(in), &r)
	if len(r.sent) == 0 {
		return nil
	}
	return r.sent[0]
}

// received is a packet as read from the wire.
func received(in packet.Packet) *packet.Packet {
	frame, err := in.Append(nil)
	if err != nil {
		panic(err)
	}
	p := new(packet.Packet)
	p.Decode(packet.Raw, frame)
	return p
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func tcp(flags packet.Flags, port uint16, options string) packet.Packet {
	return packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.TCP, Src: scanners[0], Dst: victim, TTL: 57,
		TCP: packet.TCPHeader{SrcPort: 4711, DstPort: port, Seq: 1000, Ack: 2000, Flags: flags, Window: 5000, Options: []byte(options)}}
}

// Options of ordinary clients.
const (
	linux   = "\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x10\x00\x00\x00\x00\x00\x01\x03\x03\x07"
	windows = "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02"
	dialup  = "\x02\x04\x02\x18\x01\x01\x04\x02"
	scanner = "\x02\x04\x05\xb4"
)

func TestNaturalSYN(t *testing.T) {
	p := mustNew(t, persona.Options{})
	for _, c := range []struct {
		name, options string
		flags         packet.Flags
		want          string
	}{
		{"Linux", linux, packet.SYN, "AS M5B4NW7NNSNNT11"},
		{"Linux with ECN", linux, packet.SYN | packet.ECE | packet.CWR, "EAS M5B4NW7NNSNNT11"},
		{"Windows", windows, packet.SYN, "AS M5B4NW7NNS"},
		{"small MSS", dialup, packet.SYN, "AS M218NNS"},
		{"MSS only", scanner, packet.SYN, "AS M5B4"},
		{"nothing", "", packet.SYN, "AS M5B4"},
	} {
		in := tcp(c.flags, 80, c.options)
		in.TCP.SrcPort += uint16(len(c.name))
		a := ask(p, start, in)
		if a == nil {
			t.Errorf("%s: no answer", c.name)
			continue
		}
		if got := a.TCP.Flags.String() + " " + gen2.OptionString(a.TCP.Options); got != c.want || a.TCP.Ack != 1001 {
			t.Errorf("%s: got %s, acknowledging %d; want %s and 1001", c.name, got, a.TCP.Ack, c.want)
		}
		if _, echo, ok := a.TCP.Timestamp(); ok && echo != 0x1000 {
			t.Errorf("%s: timestamp echo %x", c.name, echo)
		}
	}
}

func TestAnswers(t *testing.T) {
	p := mustNew(t, persona.Options{FilteredTCP: []uint16{82}})
	type answer struct {
		Flags    string
		Seq, Ack uint32
		Data     int
	}
	none := answer{}
	for _, c := range []struct {
		name  string
		flags packet.Flags
		port  uint16
		want  answer
	}{
		{"null to open", 0, 80, none},
		{"FIN to open", packet.FIN, 80, none}, // as it is silent to null
		{"ACK to open", packet.ACK, 80, answer{"R", 2000, 0, 4}},
		{"SYN+ACK to open", packet.SYN | packet.ACK, 80, answer{"R", 2000, 0, 4}},
		{"SYN to closed", packet.SYN, 81, answer{"AR", 0, 1001, 0}},
		{"ACK to closed", packet.ACK, 81, answer{"R", 2000, 0, 0}},
		{"FIN to closed", packet.FIN, 81, answer{"AR", 0, 1000, 0}},
		{"RST to closed", packet.RST, 81, none},
		{"RST to open", packet.RST | packet.ACK, 80, none},
		{"SYN to filtered", packet.SYN, 82, none},
	} {
		got := none
		if a := ask(p, start, tcp(c.flags, c.port, "")); a != nil {
			got = answer{a.TCP.Flags.String(), a.TCP.Seq, a.TCP.Ack, len(a.Payload)}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestUnwelcome(t *testing.T) {
	p := mustNew(t, persona.Options{})
	for name, change := range map[string]func(*packet.Packet){
		"another address":   func(p *packet.Packet) { p.Dst = scanners[1] },
		"from broadcast":    func(p *packet.Packet) { p.Src = netip.MustParseAddr("255.255.255.255") },
		"from multicast":    func(p *packet.Packet) { p.Src = netip.MustParseAddr("224.0.0.1") },
		"from loopback":     func(p *packet.Packet) { p.Src = netip.MustParseAddr("127.0.0.1") },
		"from nowhere":      func(p *packet.Packet) { p.Src = netip.IPv4Unspecified() },
		"from itself":       func(p *packet.Packet) { p.Src = victim },
		"a first fragment":  func(p *packet.Packet) { p.IPv4.MF = true },
		"a later fragment":  func(p *packet.Packet) { p.IPv4.Offset = 100 },
		"another transport": func(p *packet.Packet) { p.Transport, p.Proto = packet.OtherTransport, 132 },
	} {
		in := tcp(packet.SYN, 80, "")
		change(&in)
		if a := ask(p, start, in); a != nil {
			t.Errorf("%s: answered by %v", name, a.TCP)
		}
	}
	var r recorder
	in := received(tcp(packet.SYN, 80, ""))
	in.Odd |= packet.OddChecksum
	p.Receive(start, in, &r)
	in.Odd, in.Link, in.DstMAC = 0, packet.Ethernet, packet.Broadcast
	p.Receive(start, in, &r)
	if len(r.sent) > 0 {
		t.Error("a damaged packet or one to everybody is answered")
	}
}

func TestHandshake(t *testing.T) {
	p := mustNew(t, persona.Options{Resend: []time.Duration{time.Second, 2 * time.Second}})
	var r recorder
	p.Receive(start, received(tcp(packet.SYN, 80, linux)), &r)
	p.Receive(start, received(tcp(packet.SYN, 80, linux)), &r) // the client repeats itself
	if len(r.sent) != 2 || r.sent[0].TCP.Seq != r.sent[1].TCP.Seq {
		t.Fatalf("a repeated SYN gets another answer: %d", len(r.sent))
	}
	r.later[0](start.Add(time.Second))
	if len(r.sent) != 3 || r.sent[2].TCP.Seq != r.sent[0].TCP.Seq {
		t.Fatal("the SYN-ACK is not sent again")
	}
	if d := cmp.Diff([]time.Duration{time.Second, 2 * time.Second}, r.gaps); d != "" {
		t.Error(d)
	}
	ack := tcp(packet.ACK, 80, "")
	ack.TCP.Seq, ack.TCP.Ack = 1001, r.sent[0].TCP.Seq+1
	if a := ask(p, start.Add(2*time.Second), ack); a != nil {
		t.Errorf("the end of the handshake is answered by %v", a.TCP.Flags)
	}
	r.later[1](start.Add(3 * time.Second))
	if len(r.sent) != 3 {
		t.Error("the SYN-ACK is sent again after the handshake")
	}
	end := tcp(packet.RST, 80, "")
	end.TCP.Seq = 1001
	ask(p, start.Add(3*time.Second), end)
	if a := ask(p, start.Add(3*time.Second), ack); a == nil || a.TCP.Flags != packet.RST {
		t.Error("a segment without connection is not reset")
	}

	p.Receive(start, received(tcp(packet.SYN, 80, linux)), &r)
	p.Receive(start, received(tcp(packet.RST, 80, "")), &r)
	n := len(r.sent)
	r.later[2](start.Add(time.Second))
	if len(r.sent) != n {
		t.Error("the SYN-ACK is sent again after a reset")
	}
}

func TestUnreachable(t *testing.T) {
	p := mustNew(t, persona.Options{ClosedUDP: []uint16{40000}})
	in := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.UDP, Src: scanners[0], Dst: victim, TTL: 57,
		UDP: packet.UDPHeader{SrcPort: 4711, DstPort: 40000}, Payload: []byte(strings.Repeat("C", 300))}
	in.IPv4.ID = 0x1234
	a := ask(p, start, in)
	if a == nil {
		t.Fatal("no answer")
	}
	var q packet.Packet
	if !a.Quoted(&q) {
		t.Fatal("no quote")
	}
	type quote struct {
		Total, IPLen, ID, UDPSum uint16
		TTL                      uint8
		SumRight                 bool
		Data                     string
	}
	got := quote{a.IPv4.TotalLen, q.IPv4.TotalLen, q.IPv4.ID, q.UDP.Checksum, q.TTL, packet.Checksum(a.Payload[:20]) == 0, string(q.Payload[:3])}
	if d := cmp.Diff(quote{Total: 0x70, IPLen: 348, ID: 0x3412, TTL: 57, Data: "cCC"}, got); d != "" {
		t.Error(d)
	}
	in.UDP.DstPort++
	if ask(p, start, in) != nil {
		t.Error("a filtered port answers")
	}
	in.UDP.DstPort, in.Payload = 40000, nil
	if a := ask(p, start, in); a == nil || a.IPv4.TotalLen > 56 {
		t.Error("a small datagram gets more than its own size and 28 bytes")
	}
}

func TestSilent(t *testing.T) {
	p := mustNew(t, persona.Options{Silent: []gen2.Probe{gen2.T5, gen2.U1}})
	if ask(p, start, tcp(packet.SYN, 81, "")) != nil {
		t.Error("T5 is answered")
	}
	if ask(p, start, tcp(packet.ACK, 81, "")) == nil {
		t.Error("T6 is not answered")
	}
}

func TestSameHost(t *testing.T) {
	var seqs []uint32
	for range 2 {
		p := mustNew(t, persona.Options{Key: method.Key{1}})
		seqs = append(seqs, ask(p, start, tcp(packet.SYN, 80, linux)).TCP.Seq)
	}
	p := mustNew(t, persona.Options{Key: method.Key{2}})
	seqs = append(seqs, ask(p, start, tcp(packet.SYN, 80, linux)).TCP.Seq)
	if seqs[0] != seqs[1] || seqs[1] == seqs[2] {
		t.Errorf("same key, same key, other key: %x", seqs)
	}
}

func TestRefused(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(stack, old, new, 1) }
	for _, c := range []struct{ text, want string }{
		{replace("O3=M280NW7NNT11", "O3=M280NW7NT11"), "OPS: O3: \"M280NW7NT11\": text cannot be encoded in a multiple of 4 bytes, it takes 19"},
		{replace("O1=M5B4NW7NNSNNT11", "O1=M5B4X"), "OPS: O1: \"M5B4X\": no option is written 'X'"},
		{replace("IPL=70", "IPL=240"), "U1: IPL: no number up to 164"},
		{replace("S=A%A=Z%F=R%O=%RD=BD1AB510", "S=A%A=Z%F=A%O=%RD=BD1AB510"), "T4: RD: BD1AB510: only data of a reset"},
		{replace("ISR=106-10C", "ISR=0-5"), "no steps of initial sequence numbers show SP=100-108, GCD=1-6 and ISR=0-5"},
		{replace("T=3B-45", "T=FF80"), "ECN: T: no TTL from 1 to 255 shows FF80"},
		{replace("CC=Y", "CC=X"), `ECN: CC: "X" is not Y, N, S or O`},
		{"Fingerprint Mute\nSEQ(R=N)\nOPS(R=N)\nWIN(R=N)\nECN(R=N)\nT1(R=N)\nT5(R=N)\nU1(R=N)\nIE(R=N)\n", "Mute: not reproducible: no answer to any probe"},
	} {
		_, err := persona.New(entry(t, c.text), persona.Options{Addr: victim})
		if err == nil || !strings.HasPrefix(err.Error(), "persona: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	for _, o := range []persona.Options{{}, {Addr: netip.MustParseAddr("ff02::1")}, {Addr: victim, Silent: []gen2.Probe{99}}} {
		if _, err := persona.New(entry(t, stack), o); err == nil {
			t.Errorf("options %v are taken", o)
		}
	}
}

// Numbers of a stack that draws them at random cannot be told from those that
// another address gets, nor from earlier ones.
func TestUnpredictable(t *testing.T) {
	p := mustNew(t, persona.Options{})
	var series [2][]uint32
	for i := range 21 {
		for k := range series {
			in := tcp(packet.SYN, 80, linux)
			in.Src, in.TCP.SrcPort = scanners[k], uint16(5000+i)
			series[k] = append(series[k], ask(p, start.Add(time.Duration(i)*100*time.Millisecond), in).TCP.Seq)
		}
	}
	seen := map[uint32]bool{}
	up := 0
	for _, s := range series {
		for i := 1; i < len(s); i++ {
			d := s[i] - s[i-1]
			if int32(d) > 0 {
				up++
			}
			if d = min(d, -d) >> 8; seen[d] {
				t.Errorf("a step is repeated: %x", d)
			}
			seen[d] = true
		}
	}
	if up < 8 || up > 32 {
		t.Errorf("%d of 40 steps go up", up)
	}
}

func TestBounded(t *testing.T) {
	p := mustNew(t, persona.Options{Resend: []time.Duration{time.Second}})
	later := 0
	for i := range 200_000 {
		in := tcp(packet.SYN, 80, "")
		in.Src = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		var r recorder
		p.Receive(start.Add(time.Duration(i)*time.Microsecond), received(in), &r)
		later += len(r.later)
	}
	if peers, half, _ := p.Remembered(); peers > 65536 || half > 4096 || later == 0 || later > 100 {
		t.Errorf("%d peers and %d half-open connections are remembered, %d calls ordered", peers, half, later)
	}
	p = mustNew(t, persona.Options{Resend: []time.Duration{time.Second}})
	w := newWire(t, p)
	for i := range 1000 {
		in := tcp(packet.SYN, 80, "")
		in.TCP.SrcPort = uint16(i)
		w.give(in)
	}
	w.run(10 * time.Millisecond)
	if _, half, _ := p.Remembered(); half != 64 || len(w.heard) != 1000 {
		t.Errorf("one peer has %d half-open connections and %d answers", half, len(w.heard))
	}
	if w.run(time.Hour); len(w.heard) != 1064 {
		t.Errorf("%d SYN-ACKs were sent again", len(w.heard)-1000)
	}
	if _, half, _ := p.Remembered(); half != 0 {
		t.Errorf("%d half-open connections are kept for ever", half)
	}
}

// A host is asked for a connection, as a scan's first probe does.
func ExampleNew() {
	db, _ := osdb.Read(strings.NewReader(stack), osdb.User, "example.osdb")
	p, err := persona.New(db.Entries[0], persona.Options{Addr: victim, OpenTCP: []uint16{80}})
	if err != nil {
		fmt.Println(err)
		return
	}
	syn := tcp(packet.SYN, 80, string(gen2.Probes[gen2.S1].Options))
	a := ask(p, start, syn)
	fmt.Println(a.TCP.Flags, "window", a.TCP.Window, "options", gen2.OptionString(a.TCP.Options), "TTL", a.TTL)
	// Output: AS window 65535 options M5B4NW7NNSNNT11 TTL 64
}

func FuzzReceive(f *testing.F) {
	for i := range gen2.NumProbes {
		e := gen2.Exchange{Target: gen2.Target{Addr: victim, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}}
		p := packet.Packet{Link: packet.Raw, Src: scanners[0]}
		e.Packet(i, &p, 1, 60)
		frame, err := p.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	p := mustNew(f, persona.Options{Resend: []time.Duration{time.Second}})
	f.Fuzz(func(t *testing.T, frame []byte) {
		var in packet.Packet
		in.Decode(packet.Raw, frame)
		var r recorder
		p.Receive(start, &in, &r)
		in.Odd = 0 // as from a node that does not check
		p.Receive(start, &in, &r)
		for _, a := range r.sent {
			if a.Src != victim || in.Dst != victim || a.Dst != in.Src {
				t.Errorf("%v answers %v for what %v sent to %v", a.Src, a.Dst, in.Src, in.Dst)
			}
			if most := max(len(frame)+28, 84); int(a.IPv4.TotalLen) > most {
				t.Errorf("%d bytes are answered by %d", len(frame), a.IPv4.TotalLen)
			}
		}
		if len(r.sent) > 2 {
			t.Errorf("%d answers to two packets", len(r.sent))
		}
	})
}

// Whatever a database says, it makes a persona or a reason.
func FuzzNew(f *testing.F) {
	f.Add(stack)
	f.Add("Fingerprint X\nSEQ(SP=0-5%GCD=FA00|1F400%ISR=9C-A6%TI=BI%SS=O%TS=21)\nT1(R=Y)\nU1(IPL=164)\nIE(DFI=O%CD=O)\n")
	f.Fuzz(func(t *testing.T, text string) {
		db, _ := osdb.Read(strings.NewReader(text), osdb.User, "fuzz")
		for _, e := range db.Entries[:min(len(db.Entries), 2)] {
			p, err := newPersona(e, 1)
			if err != nil {
				continue
			}
			net := sim.New(sim.Options{})
			net.Add(victim, p)
			run(net, 1, jitter{}, newMachine(1))
		}
	})
}

// discard is an Outlet that encodes and forgets.
type discard struct{ frame []byte }

func (d *discard) Send(after time.Duration, p *packet.Packet) {
	p.Link = packet.Raw
	d.frame, _ = p.Append(d.frame[:0])
}
func (d *discard) After(time.Duration, func(time.Time)) {}

func BenchmarkReceive(b *testing.B) {
	for _, c := range []struct {
		name string
		in   packet.Packet
	}{
		{"SYN", tcp(packet.SYN, 80, string(gen2.Probes[gen2.S1].Options))},
		{"closed", tcp(packet.SYN, 81, "")},
		{"UDP", packet.Packet{Link: packet.Raw, Network: packet.IPv4, Transport: packet.UDP, Src: scanners[0], Dst: victim, TTL: 57,
			UDP: packet.UDPHeader{SrcPort: 4711, DstPort: 40000}, Payload: make([]byte, 300)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := mustNew(b, persona.Options{})
			in, out, now := received(c.in), &discard{}, start
			b.ReportAllocs()
			for b.Loop() {
				in.TCP.SrcPort++
				now = now.Add(time.Millisecond)
				p.Receive(now, in, out)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	e := entry(b, stack)
	addr := victim
	b.ReportAllocs()
	for b.Loop() {
		addr = addr.Next()
		if _, err := persona.New(e, persona.Options{Addr: addr, OpenTCP: []uint16{80}}); err != nil {
			b.Fatal(err)
		}
	}
}
