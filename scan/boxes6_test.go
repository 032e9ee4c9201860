package scan

import (
	"cmp"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/packet"
	"whorl/persona"
)

var themAddr6 = netip.MustParseAddr("2001:db8::100")

// Boxes are found over IPv6 by several stacks behind one address and by hop limits, and a
// recording tells of them again.
func TestBoxesIPv6(t *testing.T) {
	set, judge := embedded(t)
	const linux, gvisor, lwip = "Linux 6.1 - 7.3", "gVisor", "lwIP 2.1"
	second := netip.MustParseAddr("fd00::3")
	at := func(name string, addr netip.Addr, open ...uint16) link.Node {
		return stack(t, set, name, persona.Options{Addr: addr, Key: method.Key{byte(len(name))}, OpenTCP: open, Delay: time.Millisecond})
	}
	inside := func(name string, port uint16) sim.Inside {
		return sim.Inside{Node: at(name, second, port), Addr: second, Port: port}
	}
	pass := map[uint16]bool{80: true}
	for _, c := range []struct {
		name    string
		node    link.Node
		ports   []uint16
		boxes   string
		leftOut string
		os      string // what the name of the headline begins with
	}{
		{"nothing", at(linux, themAddr6, 80, 443), []uint16{80, 443, 81}, "", "", "Linux"},
		{"routers", &sim.Hops{N: 9, Node: at(gvisor, themAddr6, 80, 443)}, []uint16{80, 443, 81}, "", "", "gVisor"},
		{"NAT", &sim.NAT{Public: themAddr6, Box: at(linux, themAddr6), TCP: map[uint16]sim.Inside{80: inside(gvisor, 80), 8080: inside(lwip, 8080)}},
			[]uint16{80, 8080, 81}, "nat[][80 8080] [] unknown [80] gVisor [8080] unknown", "T5_6", "gVisor"},
		{"forged resets", &sim.Hops{N: 2, Node: &sim.Forger{TTL: 255, Pass: pass, Node: &sim.Hops{N: 5, Node: at(linux, themAddr6, 80)}}},
			[]uint16{80, 81}, "reset-forger[][81]", "T5_6", "Linux"},
		{"SYN proxy", &sim.Relay{Ports: pass, TTL: 64, Options: []byte{2, 4, 5, 0xa0}, Node: &sim.Hops{N: 1, Node: at(linux, themAddr6, 80)}},
			[]uint16{80, 81}, "syn-proxy[][80]", "OPS6", ""},
	} {
		n := sim.New(sim.Options{Link: packet.Ethernet})
		n.Add(gateway6, &plain{rtt: time.Millisecond})
		n.Add(themAddr6, c.node)
		o, again := retold(t, dual{network{n}}, Job{TCP: c.ports, SkipUp: true, Timing: Timings[3]}, judge, themAddr6.String())
		if o.err != nil || len(o.hosts[themAddr6.String()]) != 1 || len(again) != 1 {
			t.Fatalf("%s: %v, %d recorded", c.name, o.err, len(again))
		}
		for i, h := range []*whorl.Host{o.hosts[themAddr6.String()][0], again[0]} {
			if got := brief(h.Boxes); got != c.boxes {
				t.Errorf("%s, recorded %d: %s, want %s\n%+v\n%s", c.name, i, cmp.Or(got, "no box"), cmp.Or(c.boxes, "none"), h.Boxes, printOf(h, "survey"))
			}
			if got := h.Verdicts[0].Name; c.os != "" && !strings.HasPrefix(got, c.os) {
				t.Errorf("%s, recorded %d: named %q", c.name, i, got)
			}
			for _, b := range h.Boxes {
				if left := strings.Join(b.LeftOut, " "); !strings.Contains(left, c.leftOut) {
					t.Errorf("%s, recorded %d: left out %s", c.name, i, left)
				}
			}
		}
	}
}
