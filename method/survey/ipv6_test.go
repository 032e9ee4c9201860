package survey

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

var near6, them6 = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")

// Over IPv6 the same is asked at the same times, and answers have neither DF nor an IP ID.
func TestIPv6(t *testing.T) {
	four, tape4, _ := taped(t, 4)
	six, tape6, times := tapedTo(t, near6, them6, 4)
	if len(tape4) != len(tape6) {
		t.Fatalf("%d packets over IPv4, %d over IPv6", len(tape4), len(tape6))
	}
	for i := range tape6 {
		a, b := &tape4[i], &tape6[i]
		if b.Network != packet.IPv6 || a.TCP.DstPort != b.TCP.DstPort && a.Src == near || (a.Transport == packet.ICMP) != (b.Transport == packet.ICMPv6) {
			t.Errorf("packet %d: %+v, over IPv6 %+v", i, a, b)
		}
	}
	print := six.Measure().String()
	without := strings.NewReplacer("%DF=N", "", "%ID=0", "")
	if d := cmp.Diff(without.Replace(seqless(four.Measure())), seqless(six.Measure())); d != "" || strings.Contains(print, "DF=") || strings.Contains(print, "ID=") {
		t.Errorf("%s", d)
	}
	again, err := Parse(print)
	if d := cmp.Diff(six.Measure(), again); d != "" || err != nil {
		t.Errorf("read again: %v, %s", err, d)
	}
	var r Replay
	for i := range tape6 {
		if !r.Add(&tape6[i], times[i]) {
			t.Errorf("packet %d is not taken: %+v", i, tape6[i])
		}
	}
	if e := r.Of(them6); e == nil || e.Measure().String() != print || e.Packets != six.Packets {
		t.Errorf("replayed %+v", e)
	}
}

// seqless is a print without the numbers that an exchange has drawn.
func seqless(p Print) string {
	for i := range p {
		for j := range p[i].Answers {
			p[i].Answers[j].Seq = 0
		}
	}
	return p.String()
}

// A line has both fields of IPv4 or none.
func TestHalfIPv6(t *testing.T) {
	for _, s := range []string{"ECHO(N=1%AT=1%T=40%DF=N%TOS=0)", "ECHO(N=1%AT=1%T=40%TOS=0%ID=0)"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%s is read", s)
		}
	}
}
