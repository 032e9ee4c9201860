package deep

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

const linuxPrint = `CLK(HZ=3E8%OFF=S)
ISN4(C=T%R=BF)
AE(R=Y%B=1%O=N)
AN(R=Y%B=1%O=N)
MD5(R=N)
AO(R=N)
EC(R=Y%ID=O%TOS=S%TTL=O)
RT(R=Y%ID=Z%TOS=D)
QU(IPL=240%TOS=C0)
BU(N=5)
`

func measure(t testing.TB, host node, o Options) Print {
	t.Helper()
	w := newWire(target, host, o)
	w.Run(t)
	return w.m.Measure()
}

func TestLinux(t *testing.T) {
	if d := cmp.Diff(linuxPrint, measure(t, linux, Options{Burst: true}).String()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(strings.Replace(linuxPrint, "BU(N=5)\n", "", 1), measure(t, linux, Options{}).String()); d != "" {
		t.Errorf("without options: %s", d)
	}
}

// clocked answers SYNs with these numbers.
func clocked(isn, ts func(which Probe, at time.Duration) uint32) node {
	return but(func(which Probe, n int, at time.Duration, r *packet.Packet) *packet.Packet {
		if r.TCP.Flags.Has(packet.SYN) {
			if isn != nil {
				r.TCP.Seq = isn(which, at)
			}
			if ts != nil {
				r.TCP.Options = stamp(ts(which, at))
			}
		}
		return r
	})
}

// One line of the print, for stacks that differ from Linux in one thing.
func TestMeasure(t *testing.T) {
	var syns uint32
	random := rand.New(rand.NewPCG(1, 2))
	set := func(which Probe, do func(r *packet.Packet)) node {
		return but(func(w Probe, n int, at time.Duration, r *packet.Packet) *packet.Packet {
			if w == which {
				do(r)
			}
			return r
		})
	}
	lose := func(lost ...Probe) node {
		return but(func(w Probe, n int, _ time.Duration, r *packet.Packet) *packet.Packet {
			for _, l := range lost {
				if w == l && n == 1 {
					return nil
				}
			}
			return r
		})
	}
	for _, c := range []struct {
		name string
		host node
		want string // the line, or the name of a test that has to be absent
	}{
		{"100 Hz", clocked(nil, func(_ Probe, at time.Duration) uint32 { return 7 + uint32(at/(10*ms)) }), "CLK(HZ=64%OFF=S)"},
		{"2 Hz", clocked(nil, func(_ Probe, at time.Duration) uint32 { return 7 + uint32(at/(500*ms)) }), "CLK(HZ=2%OFF=S)"},
		{"microseconds that wrap", clocked(nil, func(_ Probe, at time.Duration) uint32 { return uint32(at/time.Microsecond) - 1000 }), "CLK(HZ=F4240%OFF=S)"},
		{"offset by SYN", clocked(nil, func(Probe, time.Duration) uint32 { return random.Uint32() }), "CLK(OFF=R)"},
		{"offset of other ports", clocked(nil, func(w Probe, at time.Duration) uint32 {
			if w > K4 {
				return uint32(w)<<24 + uint32(at/ms)
			}
			return 99 + uint32(at/ms)
		}), "CLK(HZ=3E8%OFF=P)"},
		{"zero stamps", clocked(nil, func(Probe, time.Duration) uint32 { return 0 }), "CLK(OFF=Z)"},
		{"no stamps", but(func(_ Probe, _ int, _ time.Duration, r *packet.Packet) *packet.Packet {
			r.TCP.Options = nil
			return r
		}), "CLK(OFF=U)"},
		{"two answers", lose(K2, K3), "CLK"},
		{"three answers", lose(K2), "CLK(HZ=3E8%OFF=S)"},

		{"64000 for each SYN", clocked(func(Probe, time.Duration) uint32 { syns++; return 64000 * syns }, nil), "ISN4(C=I%D=FA00)"},
		{"constant", clocked(func(Probe, time.Duration) uint32 { return 7 }, nil), "ISN4(C=K)"},
		{"uneven", clocked(func(w Probe, _ time.Duration) uint32 { return 7 + uint32(w*w*w) }, nil), "ISN4(C=G)"},
		{"random", clocked(func(Probe, time.Duration) uint32 { return random.Uint32() }, nil), "ISN4(C=R)"},
		{"too few ISNs", lose(K1, K4), "ISN4"},

		{"Accurate ECN", set(AE, func(r *packet.Packet) {
			r.TCP.Flags |= packet.CWR | packet.ECE
			r.TCP.Options = append(stamp(1), packet.OptAccECN0, 2, 1, 1)
		}), "AE(R=Y%B=3%O=Y)"},
		{"all reflected", set(AE, func(r *packet.Packet) { r.TCP.Flags |= packet.CWR | packet.ECE; r.TCP.Reserved = 1 }), "AE(R=Y%B=7%O=N)"},
		{"no ECN", set(AN, func(r *packet.Packet) { r.TCP.Flags &^= packet.ECE }), "AN(R=Y%B=0%O=N)"},
		{"an answer to a repeat", lose(AE), "AE(R=Y%B=1%O=N)"},

		{"echo as it was", set(EC, func(r *packet.Packet) { r.IPv4.ID, r.TTL, r.TOS = 0x5aa5, 98, tosMark&^3 }), "EC(R=Y%ID=S%TOS=D%TTL=S)"},
		{"echo without a mark", set(EC, func(r *packet.Packet) { r.IPv4.ID, r.TOS = 0, 0 }), "EC(R=Y%ID=Z%TOS=Z%TTL=O)"},
		{"reset as it was", set(RT, func(r *packet.Packet) { r.IPv4.ID, r.TOS = 0x3cc3, tosMark }), "RT(R=Y%ID=S%TOS=S)"},
		{"open after all", set(RT, func(r *packet.Packet) { r.TCP.Flags = packet.SYN | packet.ACK }), "RT"},
		{"eight bytes quoted", set(Q1, func(r *packet.Packet) { r.Payload = r.Payload[:28] }), "QU(IPL=38%TOS=C0)"},
		{"no error", lose(Q1, B1, B2, B3, B4), "BU"},
	} {
		print := measure(t, c.host, Options{Burst: true})
		name, _, whole := strings.Cut(c.want, "(")
		switch l, ok := print.Test(name); {
		case !whole && ok:
			t.Errorf("%s: %s, want none", c.name, l)
		case whole && l.String() != c.want:
			t.Errorf("%s: %s, want %s", c.name, l, c.want)
		}
	}
}

// Slow answers make times doubtful, not wrong.
func TestDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		trip time.Duration
		want map[string]string // by test; empty: left out
	}{
		"a little": {12 * ms, map[string]string{"CLK": "CLK(HZ=3E8%OFF=S)", "ISN4": "ISN4(C=T%R=BF)"}},
		"a lot":    {90 * ms, map[string]string{"CLK": "", "ISN4": ""}},
	} {
		w := newWire(target, nil, Options{})
		w.host = func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if w.Trip = ms; which == K2 {
				w.Trip = c.trip
			}
			return linux(which, n, at+w.Trip/2, q)
		}
		w.Run(t)
		for test, want := range c.want {
			l, ok := w.m.Measure().Test(test)
			if ok != (want != "") || ok && l.String() != want {
				t.Errorf("%s: %s, want %q", name, l, want)
			}
		}
	}
}

// What was lost once is not said to be missing.
func TestUnsettled(t *testing.T) {
	print := measure(t, silent, Options{Burst: true})
	if d := cmp.Diff("AE(R=N)\nAN(R=N)\nMD5(R=N)\n", print.String()); d != "" {
		t.Error(d) // the limit of packets leaves no second AO, EC and RT
	}
}
