package scan

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/survey"
	"whorl/osdb"
	"whorl/persona"
	"whorl/verdict"
)

// embedded are the databases of this project, and a judge by them.
func embedded(t *testing.T) (osdb.Set, Judge) {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	return set, verdict.NewJudges(set, verdict.Options{}).New()
}

// stack is a persona of the record whose name begins so.
func stack(t *testing.T, set osdb.Set, name string, o persona.Options) *persona.Persona {
	t.Helper()
	for _, e := range set.Entries() {
		if !strings.HasPrefix(e.Name, name) || e.Gen2 == nil {
			continue
		}
		p, err := persona.New(e, o)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatalf("there is no record %q", name)
	return nil
}

// compared is the host at themAddr, whose ports were compared.
func compared(t *testing.T, judge Judge, node link.Node, ports ...uint16) *whorl.Host {
	t.Helper()
	n := sim.New(sim.Options{Resets: true})
	n.Add(themAddr, node)
	o := judged(context.Background(), t, network{n}, Job{TCP: ports, SkipUp: true, Deep: Never, Timing: Timings[3]}, judge, nil, themAddr.String())
	if o.err != nil || len(o.hosts[themAddr.String()]) != 1 {
		t.Fatal(o.err)
	}
	return o.hosts[themAddr.String()][0]
}

// brief is what boxes are: kinds, ports, machines behind.
func brief(boxes []whorl.Box) string {
	var out []string
	for _, b := range boxes {
		s := fmt.Sprintf("%s%v%v", b.Kind, b.Or, b.Ports)
		for _, m := range b.Behind {
			family, _, _ := strings.Cut(m.Name, " ")
			s += fmt.Sprintf(" %v %s", m.Ports, family)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// Each kind of box is found on its ports, and the verdict is that of what is behind.
func TestBoxes(t *testing.T) {
	set, judge := embedded(t)
	const linux, windows = "Linux 6.1 - 7.3", "Microsoft Windows 10"
	at := func(name string, addr netip.Addr, open ...uint16) link.Node {
		return stack(t, set, name, persona.Options{Addr: addr, OpenTCP: open, Delay: time.Millisecond})
	}
	// The same system with another configuration than inside.
	other := stack(t, set, linux, persona.Options{Addr: themAddr, Key: method.Key{4}, OpenTCP: []uint16{22}, Delay: time.Millisecond})
	second := netip.MustParseAddr("10.0.0.3")
	inside := func(name string, port uint16) sim.Inside {
		return sim.Inside{Node: at(name, second, port), Addr: second, Port: port}
	}
	pass := map[uint16]bool{80: true}
	mss := []byte{2, 4, 5, 0xb4}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name  string
		node  link.Node
		ports []uint16
		boxes string
		os    string // what the name of the headline begins with
	}{
		{"nothing", at(linux, themAddr, 80, 443), []uint16{80, 443, 81}, "", "Linux"},
		{"routers", &sim.Hops{N: 9, Node: at(windows, themAddr, 135, 445)}, []uint16{135, 445, 81}, "", "Microsoft Windows"},
		{"NAT", &sim.NAT{Public: themAddr, Box: at("FreeBSD", themAddr), TCP: map[uint16]sim.Inside{80: inside(linux, 80), 8080: inside(windows, 8080)}},
			[]uint16{80, 8080, 81}, "nat[][80 8080] [] unknown [80] Linux [8080] Microsoft", "Linux"},
		{"NAT with a port of its own", &sim.NAT{Public: themAddr, Box: other, TCP: map[uint16]sim.Inside{443: inside(linux, 443)}},
			[]uint16{22, 443, 81}, "nat[][443] [] Linux [22] Linux [443] Linux", "Linux"},
		{"NAT without pings", &sim.NAT{Public: themAddr, Box: at("OpenBSD", themAddr), TCP: map[uint16]sim.Inside{80: inside(linux, 80), 8080: inside(windows, 8080)}},
			[]uint16{80, 8080, 81}, "nat[][80 8080] [80] Linux [8080] Microsoft", "Linux"},
		{"NAT that answers nothing itself", &sim.NAT{Public: themAddr, TCP: map[uint16]sim.Inside{80: inside(linux, 80), 135: inside(windows, 135)}},
			[]uint16{80, 135}, "nat[proxy][80 135] [80] Linux [135] Microsoft", "Linux"},
		{"forged resets", &sim.Hops{N: 2, Node: &sim.Forger{TTL: 255, Pass: pass, Node: &sim.Hops{N: 5, Node: at(linux, themAddr, 80)}}},
			[]uint16{80, 81}, "reset-forger[][81]", "Linux"},
		{"forged resets, no pings", &sim.Forger{TTL: 64, Pass: pass, Node: &sim.Hops{N: 1, Node: &sim.Silent{Pass: pass, Node: at(linux, themAddr, 80)}}},
			[]uint16{80, 81}, "reset-forger[nat][81]", "Linux"},
		{"SYN proxy", &sim.Relay{Ports: pass, TTL: 64, Options: mss, DF: true, Node: &sim.Hops{N: 1, Node: at(windows, themAddr, 80)}},
			[]uint16{80, 81}, "syn-proxy[][80]", ""},
		{"SYN relay with a window", &sim.Relay{Ports: pass, TTL: 255, Window: 8192, Options: mss, Node: &sim.Hops{N: 3, Node: at(linux, themAddr, 80)}},
			[]uint16{80, 81}, "syn-proxy[][80]", ""},
		{"proxy", &sim.Relay{Ports: pass, TTL: 255, Window: 8192, Options: mss, Ends: true, Node: &sim.Hops{N: 3, Node: at(linux, themAddr, 80)}},
			[]uint16{80, 81}, "syn-proxy[proxy][80]", ""},
		{"relay at one hop", &sim.Relay{Ports: pass, TTL: 64, Window: 64240, Options: mss, DF: true, Node: at(linux, themAddr, 80)},
			[]uint16{80, 81, 82}, "", ""},
		{"load balancer", &sim.Balancer{Ports: map[uint16]bool{80: true, 443: true}, Nodes: []link.Node{at(linux, themAddr, 80, 443), at(windows, themAddr, 80, 443)}},
			[]uint16{80, 443, 81}, "load-balancer[][80]; load-balancer[][443]", ""},
		{"scrub", &sim.Scrub{NoDF: true, RandomID: true, TTL: 255, MSS: 1400, Modulate: true, Rand: rng, Node: &sim.Hops{N: 3, Node: at(windows, themAddr, 80, 443)}},
			[]uint16{80, 443, 81}, "scrubber[][]", "Microsoft Windows"},
		{"DF off alone", &sim.Scrub{NoDF: true, Node: at(linux, themAddr, 80, 443)}, []uint16{80, 443, 81}, "", "Linux"},
		{"IP IDs zero, DF set, as it does itself", &sim.Scrub{SetDF: true, ZeroID: true, Node: at("FreeBSD", themAddr, 80, 443)}, []uint16{80, 443, 81}, "", ""},
	} {
		h := compared(t, judge, c.node, c.ports...)
		if got := brief(h.Boxes); got != c.boxes {
			t.Errorf("%s: %s, want %s\n%+v\n%s", c.name, cmp.Or(got, "no box"), cmp.Or(c.boxes, "none"), h.Boxes, printOf(h, "survey"))
		}
		if got := h.Verdicts[0].Name; c.os != "" && !strings.HasPrefix(got, c.os) {
			t.Errorf("%s: named %q", c.name, got)
		}
	}
}

func printOf(h *whorl.Host, method string) string {
	for _, o := range h.Observations {
		if o.Method == method {
			return o.Print
		}
	}
	return "no " + method
}

var singles = flag.Int("singles", 1000, "hosts without a box that none may be found at")

// No box is found where there is none: single stacks of all records behind paths of 0 to
// 300 ms with jitter and up to 5 % loss, near and far.
func TestNoBoxes(t *testing.T) {
	set, judge := embedded(t)
	rng := rand.New(rand.NewPCG(4, 2))
	n := sim.New(sim.Options{Resets: true})
	names := map[string]string{}
	var records []*osdb.Entry
	for _, e := range set.Entries() {
		if _, err := persona.New(e, persona.Options{Addr: themAddr}); err == nil {
			records = append(records, e)
		}
	}
	for i := range *singles {
		addr := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		e := records[i%len(records)]
		open := []uint16{22, 80, 443, 8080}[:2+i%3]
		p, err := persona.New(e, persona.Options{Addr: addr, OpenTCP: open, Delay: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		delay := time.Duration(rng.Int64N(int64(150 * time.Millisecond)))
		n.Add(addr, &sim.Impair{Delay: delay, Jitter: delay / 4, Loss: rng.Float64() * 0.05, Double: 0.01, Rand: rng,
			Node: &sim.Hops{N: uint8(rng.IntN(20)), Node: p}})
		names[addr.String()] = e.Name
	}
	o := judged(context.Background(), t, network{n}, Job{TCP: []uint16{22, 80, 443, 8080, 81}, SkipUp: true, Boxes: Always, Deep: Never, Timing: Timings[3]},
		judge, nil, fmt.Sprintf("198.18.0.0/%d", 32-bitsFor(*singles)))
	if o.err != nil {
		t.Fatal(o.err)
	}
	surveyed, found := 0, 0
	for addr, name := range names {
		h := o.hosts[addr][0]
		if strings.Contains(printOf(h, "survey"), "T=") {
			surveyed++
		}
		if len(h.Boxes) > 0 {
			found++
			t.Errorf("%s %s: %s\n%+v\n%s", addr, name, brief(h.Boxes), h.Boxes, printOf(h, "survey"))
		}
	}
	t.Logf("%d hosts, %d of them answered a survey, %d with a box", *singles, surveyed, found)
	if surveyed < *singles*9/10 {
		t.Errorf("only %d of %d were surveyed", surveyed, *singles)
	}
}

// bitsFor is how many bits n addresses need.
func bitsFor(n int) (bits int) {
	for 1<<bits < n {
		bits++
	}
	return bits
}

// A survey is sent where there is reason, within its bounds, and to nobody who did not ask.
func TestWhenSurveyed(t *testing.T) {
	for _, c := range []struct {
		name  string
		ports []uint16
		open  int // of the host, from port 80 on
		when  When
		sent  int // packets of the survey
	}{
		{"one open port", []uint16{80, 70}, 1, IfNeeded, 0},
		{"one open port, always", []uint16{80, 70}, 1, Always, 18},
		{"two", []uint16{80, 81, 70}, 2, IfNeeded, 24},
		{"two, never", []uint16{80, 81, 70}, 2, Never, 0},
		{"twenty", []uint16{80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 70}, 20, IfNeeded, survey.MaxPackets},
	} {
		set, _ := embedded(t)
		var open []uint16
		for i := range c.open {
			open = append(open, 80+uint16(i))
		}
		n := sim.New(sim.Options{Resets: true})
		n.Add(themAddr, stack(t, set, "Linux 6.1 - 7.3", persona.Options{Addr: themAddr, OpenTCP: open, Delay: time.Millisecond}))
		o := scan(context.Background(), t, network{n}, Job{TCP: c.ports, SkipUp: true, Boxes: c.when, Deep: Never, Timing: Timings[3]}, nil, themAddr.String())
		h := o.hosts[themAddr.String()][0]
		sent := 0
		if i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "survey" }); i >= 0 {
			sent = h.Observations[i].Conditions.Sent
			if _, err := survey.Parse(h.Observations[i].Print); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if sent != c.sent {
			t.Errorf("%s: %d packets, want %d", c.name, sent, c.sent)
		}
	}
}
