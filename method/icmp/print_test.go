package icmp

import (
	"strings"
	"testing"

	"whorl/method/methodtest"
	"whorl/packet"
)

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "Heard is missing",
		"U1(R=Y)\n":                       "Heard is missing",
		"Heard(N=0%TTL=40)":               "want Heard(N=1%TTL=40)",
		"Heard(N=1%TTL=41-40)":            "want Heard",
		"Heard(N=01%TTL=40)":              "want Heard",
		"Heard(N=1%TTL=140)":              "want Heard",
		"Heard(N=1)":                      "want Heard",
		"Heard(N=1%TTL=40)\nU1(R=Y)\n":    "U1: stands behind Heard",
		"T1(R=Y)\nHeard(N=1%TTL=40)\n":    "T1: no such test",
		"U1(IPL=5-)\nHeard(N=1%TTL=40)\n": "U1: IPL",
		"QU(TOS=0)\nQU(TOS=0)\nHeard(N=1%TTL=40)": "QU stands twice",
		"nonsense":                               "nonsense",
		"Heard(N=1%TTL=40)\nHeard(N=1%TTL=40)\n": "stands behind",
	} {
		if p, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) || len(p.Tests) > 0 {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("U1(R=Y%IPL=80-164)\nQU(TOS=C0)\nHeard(N=1%TTL=40)\n")
	f.Add("IE(DFI=Y|S%TG=40)\nHeard(N=FF%TTL=3D-3E)\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q: %q %v", text, again.String(), err)
		}
		linuxRecord(t).Compare(&p)
		linuxRecord(t).Holds(&p)
	})
}

// Whatever comes from the network, what is told can be parsed, and stays so.
func FuzzHear(f *testing.F) {
	q, r := datagram(false, 100, nil), datagram(true, 100, nil)
	asked, asked6 := ping(false, nil), ping(true, nil)
	for _, p := range []*packet.Packet{linux.refuse(f, q), linux.refuse(f, r), bsd4.refuse(f, q), pong(f, asked, nil), pong(f, asked6, nil)} {
		f.Add(frame(f, &q), frame(f, p))
	}
	f.Add(frame(f, &asked), frame(f, pong(f, asked, nil)))
	f.Add(frame(f, &asked6), frame(f, pong(f, asked6, nil)))
	f.Fuzz(func(t *testing.T, cause, message []byte) {
		p := decoded(message)
		c, ok := CauseOf(decoded(cause))
		causes := []*Cause{nil}
		if ok {
			causes = append(causes, &c)
		}
		var u Unreach
		var e Echo
		for _, c := range causes {
			if mine, _ := u.Add(p, c); mine {
				proper(t, u.Print(p.Network == packet.IPv6))
			}
			if mine, _ := e.Add(p, c); mine {
				proper(t, e.Print(p.Network == packet.IPv6))
			}
		}
	})
}

func proper(t *testing.T, p Print) {
	t.Helper()
	again, err := Parse(p.String())
	if err != nil || again.String() != p.String() {
		t.Errorf("%s: %s %v", p.String(), again.String(), err)
	}
	if d := NewReference(p.Tests).Compare(&p); len(d) > 0 {
		for _, d := range d {
			if !d.Agrees {
				t.Errorf("%s: %+v differs from itself", p.String(), d)
			}
		}
	}
}

// A message that is heard costs no memory.
func TestAddDoesNotAllocate(t *testing.T) {
	q, asked := datagram(false, 100, nil), ping(false, nil)
	p, c, reply, request := linux.refuse(t, q), heard(t, q), pong(t, asked, nil), heard(t, asked)
	var u Unreach
	var e Echo
	if n := testing.AllocsPerRun(100, func() { u.Add(p, c); e.Add(reply, request) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if u.N == 0 || e.N == 0 || p.Src != methodtest.Them {
		t.Error("not heard")
	}
}
