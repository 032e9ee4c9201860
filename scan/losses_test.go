package scan

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
)

func TestLosses(t *testing.T) {
	for _, c := range []struct {
		asked, shown int
		want         bool
	}{
		{0, 0, false}, {1, 1, false}, {2, 2, false}, {3, 3, true}, {60, 3, true}, {61, 3, false}, {4000, 199, false}, {4000, 200, true},
	} {
		if l := (losses{c.asked, c.shown}); l.expected() != c.want {
			t.Errorf("%d of %d hosts show loss: expected %v", c.shown, c.asked, !c.want)
		}
	}
	// A line that is mended is believed again.
	l, f := losses{asked: maxAsked - 1, shown: maxAsked / 2}, &flow{stage: probing, gen2: &gen2.Machine{}}
	for range 4 * maxAsked {
		l.ask(f)
	}
	if l.expected() {
		t.Errorf("long after: %+v", l)
	}
}

// Where other hosts show loss, a host that answers a probe only the fourth time is not taken
// for one that does not answer it. Alone it is.
func TestLossOfOthers(t *testing.T) {
	const host = "198.18.0.200"
	deaf := func(others int) string {
		n := sim.New(sim.Options{Seed: 1})
		n.Add(netip.MustParseAddr(host), &lateT5{Node: &plain{rtt: 50 * time.Millisecond}})
		targets := []string{host}
		r := rand.New(rand.NewPCG(1, 2))
		for i := range others {
			a := netip.AddrFrom4([4]byte{198, 18, 0, byte(i + 1)})
			n.Add(a, &sim.Impair{Node: &plain{}, Delay: 25 * time.Millisecond, Loss: 0.05, Rand: r})
			targets = append(targets, a.String())
		}
		h := run(t, n, Job{TCP: []uint16{80, 81}, Timing: Timings[5], Key: method.Key{9}}, targets...)[host]
		if h == nil || len(h.Observations) != 1 {
			t.Fatalf("host %+v", h)
		}
		return h.Observations[0].Print
	}
	if got := deaf(0); !strings.Contains(got, "T5(R=N)") {
		t.Errorf("alone:\n%s", got)
	}
	if got := deaf(60); !strings.Contains(got, "T5(R=Y") {
		t.Errorf("among others that show loss:\n%s", got)
	}
}

// lateT5 answers the fourth T5, and the first of all others.
type lateT5 struct {
	link.Node
	heard int
}

func (l *lateT5) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	if isT5 := p.Transport == packet.TCP && p.TCP.Flags == packet.SYN && p.TCP.Window == 31337; isT5 {
		if l.heard++; l.heard < 4 {
			return
		}
	}
	l.Node.Receive(now, p, out)
}
