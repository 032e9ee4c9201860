package gen2

import (
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// absent is what a test says of an attribute that it leaves out.
const absent = "(absent)"

// attr reads one attribute of the measured tests.
func attr(e *Exchange, test, name string) string {
	l, ok := Fingerprint{Tests: e.Measure()}.Test(test)
	if !ok {
		return "(no test)"
	}
	v, ok := l.Value(name)
	if !ok {
		return absent
	}
	return v
}

// change is one difference from the exchange with linux.
type change struct {
	name string
	do   func(*Exchange)
	want string // test, attribute and value, for each that matters
}

func (c change) check(t *testing.T) {
	t.Helper()
	e := linuxExchange(t)
	c.do(e)
	for w := range strings.FieldsSeq(c.want) {
		name, want, _ := strings.Cut(w, "=")
		test, a, _ := strings.Cut(name, ".")
		if got := attr(e, test, a); got != want {
			t.Errorf("%s: %s.%s=%s, want %s", c.name, test, a, got, want)
		}
	}
}

func none(ps ...Probe) func(*Exchange) {
	return func(e *Exchange) {
		for _, p := range ps {
			e.Slots[p].Reply = nil
		}
	}
}

func tcp(p Probe, f func(*Reply)) func(*Exchange) {
	return func(e *Exchange) { f(e.Slots[p].Reply) }
}

func TestTCPAttributes(t *testing.T) {
	const k, q = 0x0a000000, 0x0b000000
	numbers := func(seq, ack uint32) func(*Exchange) {
		return func(e *Exchange) {
			e.Numbers.Ack, e.Numbers.Seq = k, q
			r := e.Slots[T5].Reply
			r.Seq, r.Ack = seq, ack
		}
	}
	rst := func(data string) func(*Exchange) {
		return tcp(T5, func(r *Reply) { r.DataCRC = crc32.ChecksumIEEE([]byte(data)) })
	}
	for _, c := range []change{
		{"zero numbers", numbers(0, 0), "T5.S=Z T5.A=Z"},
		{"same numbers", numbers(k, q), "T5.S=A T5.A=S"},
		{"one more", numbers(k+1, q+1), "T5.S=A+ T5.A=S+"},
		{"two more", numbers(k+2, q+2), "T5.S=O T5.A=O"},
		{"one less", numbers(k-1, q-1), "T5.S=O T5.A=O"},
		{"crossed", numbers(q, k), "T5.S=O T5.A=O"},

		{"all flags", tcp(T5, func(r *Reply) { r.Flags = 0xff }), "T5.F=EUAPRSF"},
		{"no flags", tcp(T5, func(r *Reply) { r.Flags = 0 }), "T5.F="},
		{"CWR is not shown", tcp(T5, func(r *Reply) { r.Flags = packet.CWR | packet.ECE | packet.ACK }), "T5.F=EA"},

		{"window", tcp(T5, func(r *Reply) { r.Window = 0xf }), "T5.W=F"},
		{"full window", tcp(T5, func(r *Reply) { r.Window = 0xffff }), "T5.W=FFFF"},
		{"T1 has no W and no O", func(*Exchange) {}, "T1.W=" + absent + " T1.O=" + absent},

		{"reset with data", rst("reset by peer"), "T5.RD=" + hex(crc32.ChecksumIEEE([]byte("reset by peer")))},
		{"checksum with a leading zero", tcp(T5, func(r *Reply) { r.DataCRC = 0x0abc }), "T5.RD=ABC"},
		{"data without a reset", tcp(S1, func(r *Reply) { r.DataCRC = 0xabc }), "T1.RD=0"},

		{"reserved bit", tcp(T5, func(r *Reply) { r.Reserved = 1 }), "T5.Q=R"},
		{"urgent pointer", tcp(T5, func(r *Reply) { r.Urgent = 1 }), "T5.Q=U"},
		{"both", tcp(T5, func(r *Reply) { r.Urgent, r.Reserved = 1, 8 }), "T5.Q=RU"},
		{"urgent pointer with URG", tcp(T5, func(r *Reply) { r.Urgent = 1; r.Flags |= packet.URG }), "T5.Q="},

		{"ECN refused", tcp(ECN, func(r *Reply) { r.Flags &^= packet.ECE }), "ECN.CC=N"},
		{"ECN echoed", tcp(ECN, func(r *Reply) { r.Flags |= packet.ECE | packet.CWR }), "ECN.CC=S"},
		{"only CWR", tcp(ECN, func(r *Reply) { r.Flags = r.Flags&^packet.ECE | packet.CWR }), "ECN.CC=O"},
		{"ECN quirks", tcp(ECN, func(r *Reply) { r.Reserved, r.Urgent = 8, 0xf7f5 }), "ECN.Q=RU"},

		{"fragments allowed", tcp(ECN, func(r *Reply) { r.DF = false }), "ECN.DF=N"},
	} {
		c.check(t)
	}
}

// When there is no answer the test says so, but only if a port was there to answer.
func TestSilence(t *testing.T) {
	noOpen := func(e *Exchange) {
		e.Target.OpenTCP = 0
		none(S1, S2, S3, S4, S5, S6, ECN, T2, T3, T4)(e)
	}
	guessed := func(f func(*Exchange)) func(*Exchange) {
		return func(e *Exchange) { e.Target.ClosedKnown = false; f(e) }
	}
	for _, c := range []struct {
		name string
		do   func(*Exchange)
		want string // tests printed, those with R=N in brackets
	}{
		{"all", func(*Exchange) {}, "SEQ OPS WIN ECN T1 (T2) (T3) T4 T5 T6 T7 U1 IE"},
		{"ECN and T4", none(ECN, T4), "SEQ OPS WIN (ECN) T1 (T2) (T3) (T4) T5 T6 T7 U1 IE"},
		{"one of six", none(S3), "SEQ ECN T1 (T2) (T3) T4 T5 T6 T7 U1 IE"},
		{"S1", none(S1), "SEQ ECN (T1) (T2) (T3) T4 T5 T6 T7 U1 IE"},
		{"all SYNs", none(S1, S2, S3, S4, S5, S6), "SEQ ECN (T1) (T2) (T3) T4 T5 T6 T7 U1 IE"}, // CI and II are left
		{"no open port", noOpen, "SEQ T5 T6 T7 U1 IE"},
		{"closed port silent", none(T5, T6, T7), "SEQ OPS WIN ECN T1 (T2) (T3) T4 (T5) (T6) (T7) U1 IE"},
		{"guessed port silent", guessed(none(T5, T6, T7)), "SEQ OPS WIN ECN T1 (T2) (T3) T4 U1 IE"},
		{"guessed port proved by T6", guessed(none(T5, T7)), "SEQ OPS WIN ECN T1 (T2) (T3) T4 (T5) T6 (T7) U1 IE"},
		{"guessed port proves to be open", guessed(func(e *Exchange) {
			none(T5, T7)(e)
			e.Slots[T6].Reply.Flags = packet.SYN | packet.ACK
		}), "SEQ OPS WIN ECN T1 (T2) (T3) T4 T6 U1 IE"},
		{"UDP and ICMP", none(U1, IE1), "SEQ OPS WIN ECN T1 (T2) (T3) T4 T5 T6 T7 (U1) (IE)"},
		{"second echo", none(IE2), "SEQ OPS WIN ECN T1 (T2) (T3) T4 T5 T6 T7 U1 (IE)"},
		{"dead", func(e *Exchange) { guessed(noOpen)(e); none(T5, T6, T7, U1, IE1, IE2)(e) }, "(U1) (IE)"},
	} {
		e := linuxExchange(t)
		c.do(e)
		var got []string
		for _, l := range e.Measure() {
			name := l.Test
			if r, _ := l.Value("R"); r == "N" {
				name = "(" + name + ")"
				if len(l.Attrs) != 1 {
					t.Errorf("%s: %v", c.name, l)
				}
			}
			got = append(got, name)
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// The repeats O1-O6 stand in for S1-S6 in OPS, WIN and T1, but not in SEQ.
func TestRepeatsStandIn(t *testing.T) {
	change{"O1", func(e *Exchange) {
		r := *e.Slots[S1].Reply
		r.Window, r.Options, r.Flags = 7, RawOptions{}, packet.RST
		e.Slots[S1].Reply, e.Slots[O1].Reply = nil, &r
	}, "OPS.O1= WIN.W1=7 T1.F=R SEQ.TI=Z SEQ.SP=1E"}.check(t)
}

func TestOptionString(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"", ""},
		{"\x00", "L"},
		{"\x00\x00\x00\x00", "LLLL"},
		{"\x01\x01\x00\x01", "NNLN"}, // parsing goes on after the end of the list
		{"\x02\x04\x05\xb4", "M5B4"},
		{"\x02\x04\x00\x00", "M0"},
		{"\x03\x03\x00", "W0"},
		{"\x03\x03\x0e", "WE"},
		{"\x04\x02", "S"},
		{string(stamp(0, 0)), "T00"},
		{string(stamp(1, 0)), "T10"},
		{string(stamp(0, 1<<31)), "T01"},
		{string(stamp(1<<8, 1<<16)), "T11"},
		{string(opts1), "WANM5B4T10S"},
		{string(opts3), "T10NNW5NM280"},
		{"\x05\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x01", "N"}, // SACK blocks are passed over
		{"\xfd\x06\x01\x02\x03\x04\x02\x04\x05\xb4", "M5B4"},  // and kinds that nobody knows
		{"\xfd\x02\x01", "N"},
		{"\x02\x06\x05\xb4\xff\xff\x01", "M5B4N"}, // too long for its kind: the length counts
		{"\x02\x03\x05", ""},
		{"\x03\x02", ""},
		{"\x08\x09\x01\x01\x01\x01\x01\x01\x01", ""},
		{"\x01\x02", ""},         // ends before its length
		{"\x01\x02\x00", ""},     // a length of zero
		{"\x01\x02\x01", ""},     // a length of one
		{"\x01\x02\x05\x05", ""}, // runs past the end
		{"\x02\x04\x05\xb4\x08\x0a", ""},
	} {
		if got := OptionString([]byte(c.raw)); got != c.want {
			t.Errorf("%x: %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestU1Attributes(t *testing.T) {
	quote := func(f func(*Quote)) func(*Exchange) {
		return func(e *Exchange) { f(&e.Quote) }
	}
	u1 := func(f func(*Reply)) func(*Exchange) { return tcp(U1, f) }
	for _, c := range []change{
		{"IPL", u1(func(r *Reply) { r.IPLen = 0x38 }), "U1.IPL=38"},
		{"UN", u1(func(r *Reply) { r.Rest = 0xdeadbeef }), "U1.UN=DEADBEEF"},
		{"DF", u1(func(r *Reply) { r.DF = true }), "U1.DF=Y"},
		{"RIPL short", quote(func(q *Quote) { q.IPLen = 327 }), "U1.RIPL=147"},
		{"RIPL swapped", quote(func(q *Quote) { q.IPLen = 0x4801 }), "U1.RIPL=4801"},
		{"RIPL zero", quote(func(q *Quote) { q.IPLen = 0 }), "U1.RIPL=0"},
		{"RID swapped", quote(func(q *Quote) { q.IPID = 0x4210 }), "U1.RID=4210"},
		{"RID zero", quote(func(q *Quote) { q.IPID = 0 }), "U1.RID=0"},
		{"RIPCK zero", quote(func(q *Quote) { q.IPSum, q.IPSumGood = 0, true }), "U1.RIPCK=Z"},
		{"RIPCK wrong", quote(func(q *Quote) { q.IPSumGood = false }), "U1.RIPCK=I"},
		{"RUCK zero", quote(func(q *Quote) { q.UDPSum, q.UDPSumGood = 0, false }), "U1.RUCK=0"},
		{"RUCK other", quote(func(q *Quote) { q.UDPSum, q.UDPSumGood = 0xabc, false }), "U1.RUCK=ABC"},
		{"RUD", quote(func(q *Quote) { q.DataGood = false }), "U1.RUD=I"},
	} {
		c.check(t)
	}
}

// What is read off the quote, byte for byte.
func TestQuote(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(quote []byte) []byte
		want string
	}{
		{"as sent", func(b []byte) []byte { return b }, "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"},
		{"no data", func(b []byte) []byte { return b[:28] }, "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"},
		{"length changed, checksum too", func(b []byte) []byte { b[3] -= 20; sumIP(b); return b }, "RIPL=134%RID=G%RIPCK=G%RUCK=G%RUD=G"},
		{"TTL lowered, checksum not", func(b []byte) []byte { b[8]--; return b }, "RIPL=G%RID=G%RIPCK=I%RUCK=G%RUD=G"},
		{"IP checksum zero", func(b []byte) []byte { b[10], b[11] = 0, 0; return b }, "RIPL=G%RID=G%RIPCK=Z%RUCK=G%RUD=G"},
		{"ID swapped", func(b []byte) []byte { b[4], b[5] = b[5], b[4]; sumIP(b); return b }, "RIPL=G%RID=4210%RIPCK=G%RUCK=G%RUD=G"},
		{"UDP checksum zero", func(b []byte) []byte { b[26], b[27] = 0, 0; return b }, "RIPL=G%RID=G%RIPCK=G%RUCK=0%RUD=G"},
		{"last byte of data", func(b []byte) []byte { b[327] = 'D'; return b }, "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=I"},
		{"padding after the data", func(b []byte) []byte { return append(b, 0, 0) }, "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"},
		{"UDP length changed", func(b []byte) []byte { b[25] = 8; return b }, "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"},
	} {
		w := newWire(target, func(w *wire, which Probe, n int, q *packet.Packet) {
			r := linuxAnswer(w, which, q)
			if which == U1 {
				r.Payload = c.edit(r.Payload)
			}
			if r != nil {
				w.reply(ms, q, r)
			}
		}, Options{})
		w.run(t)
		l, _ := Fingerprint{Tests: w.m.Measure()}.Test("U1")
		if got := l.String(); !strings.HasSuffix(got, "UN=0%"+c.want+")") {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// sumIP puts the right checksum into a header of 20 bytes.
func sumIP(b []byte) {
	b[10], b[11] = 0, 0
	sum := packet.Checksum(b[:20])
	b[10], b[11] = byte(sum>>8), byte(sum)
}

func TestIEAttributes(t *testing.T) {
	both := func(f func(r1, r2 *Reply)) func(*Exchange) {
		return func(e *Exchange) { f(e.Slots[IE1].Reply, e.Slots[IE2].Reply) }
	}
	df := func(a, b bool) func(*Exchange) { return both(func(r1, r2 *Reply) { r1.DF, r2.DF = a, b }) }
	cd := func(a, b uint8) func(*Exchange) { return both(func(r1, r2 *Reply) { r1.Code, r2.Code = a, b }) }
	for _, c := range []change{
		{"no DF", df(false, false), "IE.DFI=N"},
		{"DF as sent", df(true, false), "IE.DFI=S"},
		{"DF always", df(true, true), "IE.DFI=Y"},
		{"DF the other way", df(false, true), "IE.DFI=O"},
		{"codes as sent", cd(9, 0), "IE.CD=S"},
		{"codes zero", cd(0, 0), "IE.CD=Z"},
		{"codes nine", cd(9, 9), "IE.CD=9"},
		{"codes 255", cd(255, 255), "IE.CD=FF"},
		{"codes the other way", cd(0, 9), "IE.CD=O"},
		{"T of the later reply", both(func(r1, r2 *Reply) { r1.TTL, r2.TTL = 255, 128 }), "IE.T=80"},
	} {
		c.check(t)
	}
}

// T is the received TTL and the hops that U1 tells; TG a guess when U1 tells nothing.
func TestTTL(t *testing.T) {
	quoted := func(hops int) func(*Exchange) {
		return func(e *Exchange) { e.Quote.TTL = uint8(int(e.Numbers.UDPTTL) - hops + 1) }
	}
	noU1 := func(ttl uint8) func(*Exchange) {
		return func(e *Exchange) { e.Slots[U1].Reply = nil; e.Slots[T5].Reply.TTL = ttl }
	}
	for _, c := range []change{
		{"same segment", func(*Exchange) {}, "T5.T=40 T5.TG=" + absent + " U1.T=40"},
		{"ten hops", quoted(10), "T5.T=49 ECN.T=49 IE.T=49"},
		{"more than a byte", func(e *Exchange) { quoted(6)(e); e.Slots[T5].Reply.TTL = 255 }, "T5.T=104"},
		{"quote above what was sent", quoted(-100), "T5.T=0"},
		{"32", noU1(32), "T5.TG=20 T5.T=" + absent},
		{"33", noU1(33), "T5.TG=40"},
		{"65", noU1(65), "T5.TG=80"},
		{"129", noU1(129), "T5.TG=FF ECN.TG=40"},
	} {
		c.check(t)
	}
	e := linuxExchange(t)
	quoted(10)(e)
	if hops, ok := e.Distance(); hops != 10 || !ok {
		t.Errorf("distance %d, %v", hops, ok)
	}
	e.Slots[U1].Reply = nil
	if hops, ok := e.Distance(); hops != 0 || ok {
		t.Errorf("distance %d, %v without U1", hops, ok)
	}
}

func TestClosedTCP(t *testing.T) {
	e := linuxExchange(t)
	for _, c := range []struct {
		name  string
		known bool
		flags packet.Flags // of the answer to T6, the only one
		want  bool
	}{{"seen before", true, packet.SYN, true}, {"proved", false, packet.RST, true}, {"not proved", false, packet.SYN | packet.ACK, false}} {
		none(T5, T7)(e)
		e.Target.ClosedKnown, e.Slots[T6].Reply.Flags = c.known, c.flags
		port, ok := e.ClosedTCP()
		if ok != c.want || ok != (port == 81) {
			t.Errorf("%s: %d, %v", c.name, port, ok)
		}
	}
}

func TestCadence(t *testing.T) {
	for _, c := range []struct {
		shift map[Probe]time.Duration // of when probes left
		worst time.Duration
		ratio float64
		good  bool
	}{
		{nil, 0, 1, true},
		{map[Probe]time.Duration{S3: 3 * ms}, 3 * ms, 1, true},
		{map[Probe]time.Duration{S6: 200 * ms}, 200 * ms, 1.4, true},
		{map[Probe]time.Duration{S6: 201 * ms}, 201 * ms, 1.402, false},
		{map[Probe]time.Duration{S6: -99 * ms}, 99 * ms, 0.802, true},
		{map[Probe]time.Duration{S1: 101 * ms}, 101 * ms, 0.798, false},
	} {
		e := linuxExchange(t)
		for p, d := range c.shift {
			e.Slots[p].Sent += d
		}
		worst, ratio := e.Cadence()
		if worst != c.worst || ratio != c.ratio || e.CadenceGood() != c.good {
			t.Errorf("%v: worst %v, ratio %v, good %v", c.shift, worst, ratio, e.CadenceGood())
		}
	}
	if worst, ratio := new(Exchange).Cadence(); worst != 0 || ratio != 0 || !new(Exchange).CadenceGood() {
		t.Errorf("nothing sent: %v, %v", worst, ratio)
	}
}

func ExampleExchange_Measure() {
	e := Exchange{Target: Target{OpenTCP: 22, ClosedTCP: 1, ClosedKnown: true}, Numbers: Numbers{Seq: 100, Ack: 200}}
	e.Slots[T5].Reply = &Reply{TTL: 60, DF: true, Ack: 101, Flags: packet.RST | packet.ACK}
	for _, l := range e.Measure() {
		if l.Test >= "T4" && l.Test <= "T6" {
			fmt.Println(l)
		}
	}
	// Output:
	// T4(R=N)
	// T5(R=Y%DF=Y%TG=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
	// T6(R=N)
}
