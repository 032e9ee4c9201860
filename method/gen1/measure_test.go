package gen1

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

func TestMeasure(t *testing.T) {
	if d := cmp.Diff(windowsPrint, exchange(t, windows).Measure().String()); d != "" {
		t.Error(d)
	}
	// Section 2.3: without an open port T1-T4 and TSeq are absent, not Resp=N.
	noOpen := target
	noOpen.OpenTCP = 0
	w, m := newWire(noOpen, windows)
	w.Run(t)
	if p := m.Measure(); len(p) != 4 || p[0].Test != "T5" {
		t.Errorf("without an open port:\n%s", p)
	}
	// Silence of a port that is only believed to be closed says nothing; a reset proves it.
	guess := target
	guess.ClosedKnown = false
	for _, c := range []struct {
		host node
		want int
	}{{without(T5, T6, T7), 6}, {without(T5, T6), 9}} {
		w, m := newWire(guess, c.host)
		w.Run(t)
		if p := m.Measure(); len(p) != c.want {
			t.Errorf("%d tests, want %d:\n%s", len(p), c.want, p)
		}
	}
}

// Section 3.1: "RST without ACK flag has ack field 0, hence normally O"; letters "in
// fixed order B U A P R S F; B = bit 0x40; bit 0x80 has no letter".
func TestFlags(t *testing.T) {
	const all = packet.CWR | packet.ECE | packet.URG | packet.ACK | packet.PSH | packet.RST | packet.SYN | packet.FIN
	if got := FlagString(all); got != "BUAPRSF" {
		t.Error(got)
	}
	for _, s := range []string{"", "AS", "BAS", "R", "UAPRSF"} {
		if f, err := ParseFlags(s); err != nil || FlagString(f) != s {
			t.Errorf("%q: %v, %v", s, f, err)
		}
	}
	if _, err := ParseFlags("AX"); err == nil {
		t.Error("X is no flag")
	}
}

// Section 3.1: "unknown kinds are not skipped by length, only their kind byte is. A
// volunteered SACK-permitted option (04 02) is therefore read as kind 4 (no letter) and
// then kind 2, i.e. a spurious M that also swallows the next 3 bytes."
func TestOptionString(t *testing.T) {
	for raw, want := range map[string]string{
		"": "",
		"\x03\x03\x0a\x01\x02\x04\x01\x09\x08\x0a\x3f\x3f\x3f\x3f\x00\x00\x00\x00\x00\x00": "WNMETL", // an exact echo, section 2.1
		"\x02\x04\x05\xb4\x01\x03\x03\x00\x01\x01\x08\x0a12345678\x01\x01\x04\x02":         "MNWNNTNNM",
		"\x04\x02\x01\x01\x01\x03\x03\x00":                                                 "MW",
		"\x04\x02\x02\x04":                                                                 "M",
		"\x02\x04\x05\xb4\x00\x01":                                                         "ML",
		"\x02":                                                                             "M",
		"\x02\x04\x01":                                                                     "M",
		"\xfe\xff\x01\x01":                                                                 "NN",
		"\x05\x0a\x08":                                                                     "T",
	} {
		if got := OptionString([]byte(raw)); got != want {
			t.Errorf("%x: %q, want %q", raw, got, want)
		}
	}
}

// Section 3.2, one attribute after the other.
func TestUnreachable(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r *packet.Packet, quote []byte)
		want   string
	}{
		"headers": {func(r *packet.Packet, q []byte) { r.TOS, r.IPv4.DF, r.Payload = 0xc0, true, q },
			"PU(Resp=Y%DF=Y%TOS=C0%IPLEN=164%RIPTL=148%RID=E%RIPCK=E%UCK=E%ULEN=134%DAT=E)"},
		"all zero": {func(r *packet.Packet, q []byte) {
			r.Payload = q
			q[4], q[5], q[10], q[11], q[26], q[27] = 0, 0, 0, 0, 0, 0
		}, "PU(Resp=Y%DF=N%TOS=0%IPLEN=164%RIPTL=148%RID=0%RIPCK=0%UCK=0%ULEN=134%DAT=E)"},
		"all other": {func(r *packet.Packet, q []byte) {
			r.Payload = q
			q[2], q[3] = 0x34, 0x15 // swapped, and 20 bytes too few
			q[4], q[26], q[25], q[40] = q[4]^1, q[26]^1, q[25]^0x14, q[40]^1
		}, "PU(Resp=Y%DF=N%TOS=0%IPLEN=164%RIPTL=3415%RID=F%RIPCK=F%UCK=F%ULEN=120%DAT=F)"},
		// "the check is against the quoted header itself (so a TTL decremented with its
		// checksum updated is E)"
		"a hop later": {func(r *packet.Packet, q []byte) {
			r.Payload = q[:28]
			q[8], q[10], q[11] = q[8]-1, 0, 0
			sum := packet.Checksum(q[:20])
			q[10], q[11] = byte(sum>>8), byte(sum)
		}, "PU(Resp=Y%DF=N%TOS=0%IPLEN=38%RIPTL=148%RID=E%RIPCK=E%UCK=E%ULEN=134%DAT=E)"},
		"another code":   {func(r *packet.Packet, _ []byte) { r.ICMP.Code = 13 }, "PU(Resp=N)"},
		"another port":   {func(r *packet.Packet, q []byte) { r.Payload = q[:28]; q[23]++ }, "PU(Resp=N)"},
		"from elsewhere": {func(r *packet.Packet, _ []byte) { r.Src, r.Dst = methodtest.Us.Next().Next(), methodtest.Us }, "PU(Resp=N)"},
	} {
		e := exchange(t, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			r := windows(which, n, at, q)
			if which == PU {
				c.change(r, methodtest.Frame(q))
			}
			return r
		})
		if l, _ := e.Measure().Test("PU"); l.String() != c.want {
			t.Errorf("%s: %v, want %s", name, l, c.want)
		}
	}
}
