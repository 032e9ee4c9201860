package main

import (
	"bytes"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/pcapfile"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/scan"
	"whorl/verdict"
)

// A hardware address with several addresses of one version is joined with none of the
// other, and takes no more memory the more it has.
func TestManyOfOneMAC(t *testing.T) {
	for _, others := range []int{0, 3} {
		m := machines{mixed: true, Siblings: verdict.Siblings{Others: others}}
		host := func(addr string) *whorl.Host {
			h := &whorl.Host{Addr: netip.MustParseAddr(addr), MAC: "02:00:00:00:00:01", Observations: []whorl.Observation{{Method: "syn"}}}
			m.join(h)
			return h
		}
		for _, a := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3"} {
			host(a)
		}
		if h := host("192.0.2.1"); len(h.Also) > 0 || h.Sibling != nil {
			t.Errorf("%d others: %v is joined with %v, %+v", others, h.Addr, h.Also, h.Sibling)
		}
		if n := len(m.known); n != 1 {
			t.Errorf("%d others: %d things are remembered, want the hardware address", others, n)
		}
	}
}

// behind is a network without hardware addresses, as all hosts are behind a router.
type behind struct {
	net  *sim.Net
	tape *pcapfile.Writer
}

func (b behind) Route(addr netip.Addr) (link.Route, error) {
	src := netip.MustParseAddr("198.51.100.1")
	if addr.Is6() {
		src = netip.MustParseAddr("2001:db8:1::1")
	}
	return link.Route{Interface: "sim0", Index: 1, MTU: 1500, Link: packet.Raw, Src: src, NextHop: addr}, nil
}

func (b behind) Open(link.Route) (link.Conn, error) { return pcapfile.Record(b.net, b.tape), nil }

// played is a machine of a simulation: a record at one address or two.
type played struct {
	record string
	addrs  []string
	boot   time.Duration // before the epoch; 0: by chance
	open   uint16        // 0: 80
}

var twinsEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// overBoth scans targets with the machines there and gives the hosts by address, live and as
// a recording tells of them.
func overBoth(t *testing.T, there []played, names map[string][]string, targets ...string) (live, again map[string]*whorl.Host) {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judges := verdict.NewJudges(set, verdict.Options{})
	memo := func() *verdict.Memo { return verdict.NewMemo(judges.New(), 3, true) }
	net := sim.New(sim.Options{Resets: true, Start: twinsEpoch})
	for _, p := range there {
		o := persona.Options{Addr: netip.MustParseAddr(p.addrs[0]), Key: method.Key{7}, OpenTCP: []uint16{max(p.open, 80)}, Delay: time.Millisecond}
		if len(p.addrs) > 1 {
			o.Addr6 = netip.MustParseAddr(p.addrs[1])
		}
		if p.boot > 0 {
			o.Boot = twinsEpoch.Add(-p.boot)
		}
		node := &sim.Hops{N: 3, Node: personaOf(t, set, p.record, o)}
		for _, a := range p.addrs {
			net.Add(netip.MustParseAddr(a), &sim.Impair{Node: node, Delay: 8 * time.Millisecond, Jitter: 2 * time.Millisecond, Rand: net.Rand()})
		}
	}
	var file bytes.Buffer
	tape, err := pcapfile.NewWriter(&file, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	job := scan.Job{TCP: []uint16{80, 81}, SkipUp: true, NoSweep: true, Boxes: scan.Never, Timing: scan.Timings[3], Targets: &scan.Targets{Family: scan.BothVersions}}
	for _, s := range targets {
		err := job.Targets.Add(s, func(name string) (addrs []netip.Addr, _ error) {
			for _, a := range names[name] {
				addrs = append(addrs, netip.MustParseAddr(a))
			}
			return addrs, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	r := &scanning{job: job, app: &app{}, o: &scanOptions{}}
	m := r.siblings(job.Targets.Count())
	m.memo = memo
	live, again = map[string]*whorl.Host{}, map[string]*whorl.Host{}
	err = scan.Run(t.Context(), job, scan.Config{Network: behind{net, tape}, Version: "test", NewJudge: func() scan.Judge { return memo() },
		Host: func(h *whorl.Host) {
			m.join(h)
			live[h.Addr.String()] = h
		}})
	if err := tape.Flush(); err != nil {
		t.Fatal(err)
	}
	recorded, unread := (&app{people: io.Discard}).replay("recording", &file)
	if err != nil || unread != nil {
		t.Fatal(err, unread)
	}
	back := machines{memo: memo, mixed: ofBoth(recorded), Siblings: verdict.Siblings{Others: few(uint64(len(recorded)))}}
	for _, h := range recorded {
		memo().Judge(h.Host)
		back.join(h.Host)
		again[h.Addr.String()] = h.Host
	}
	return live, again
}

func personaOf(t *testing.T, set osdb.Set, record string, o persona.Options) *persona.Persona {
	t.Helper()
	for _, e := range set.Entries() {
		if e.Gen2 != nil && strings.HasPrefix(e.Name, record) {
			p, err := persona.New(e, o)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatalf("there is no record %q", record)
	return nil
}

// Two addresses are one machine or two, by names, clocks and answers; behind routers, where
// no hardware address shows.
func TestSiblings(t *testing.T) {
	const (
		four, six = "203.0.113.7", "2001:db8::7"
		name      = "www.example"
		old       = "Oracle Solaris 11" // one clock for all
		now       = "Linux 6.1 - 7.3"   // an offset for each connection
		windows   = "Microsoft Windows 10 1703"
		day       = 24 * time.Hour
	)
	both := []string{four, six}
	for _, c := range []struct {
		what     string
		there    []played
		targets  []string
		names    []string // of name
		kinship  whorl.Kinship
		evidence string
		recorded whorl.Kinship // without names
	}{
		{"one machine with a name", []played{{now, both, 0, 0}}, []string{name}, both, whorl.KinshipSame, "one name (www.example)", ""},
		{"the same, by its addresses", []played{{now, both, 0, 0}}, both, nil, "", "", ""},
		{"one clock", []played{{old, both, day, 0}}, both, nil, whorl.KinshipSame, "timestamps of one clock (", whorl.KinshipSame},
		{"one clock and a name of many", []played{{old, both, day, 0}}, []string{name}, []string{six, four, "203.0.113.8"}, whorl.KinshipSame, "of several addresses", whorl.KinshipSame},
		{"a name of many", []played{{now, both, 0, 0}}, []string{name}, []string{six, four, "203.0.113.8"}, whorl.KinshipUnknown, "of several addresses", ""},
		{"two systems with a name", []played{{now, both[:1], 0, 0}, {windows, both[1:], 0, 0}}, []string{name}, both, whorl.KinshipOther, "layout of options", ""},
		{"two clocks", []played{{old, both[:1], day, 0}, {old, both[1:], 2 * day, 0}}, []string{name}, both, whorl.KinshipUnknown, "timestamps of two clocks", ""},
		{"two machines of a system that draws its clocks", []played{{now, both[:1], day, 0}, {windows, both[1:], 2 * day, 0}}, both, nil, "", "", ""},
		{"other ports", []played{{now, both[:1], 0, 81}, {now, both[1:], 0, 0}}, []string{name}, both, whorl.KinshipUnknown, "is open over IPv4 and closed over IPv6", ""},
		{"NAT64", []played{{old, []string{four, "64:ff9b::cb00:7107"}, day, 0}}, []string{name}, []string{four, "64:ff9b::cb00:7107"}, whorl.KinshipTranslated, "RFC 6052", whorl.KinshipTranslated},
		{"NAT64 of a network", []played{{windows, []string{four, "2001:db8:64::cb00:7107"}, 0, 0}}, []string{name}, []string{four, "2001:db8:64::cb00:7107"}, whorl.KinshipUnknown, "as a translator (NAT64) writes it", ""},
		{"the same, with flow labels of its own", []played{{now, []string{four, "2001:db8:64::cb00:7107"}, 0, 0}}, []string{name}, []string{four, "2001:db8:64::cb00:7107"}, whorl.KinshipSame, "one name", ""},
	} {
		live, again := overBoth(t, c.there, map[string][]string{name: c.names}, c.targets...)
		for recorded, hosts := range map[bool]map[string]*whorl.Host{false: live, true: again} {
			want, evidence := c.kinship, c.evidence
			if recorded {
				want, evidence = c.recorded, ""
			}
			h := oneWithSibling(hosts)
			if h == nil {
				if want != "" || len(hosts) != 2 {
					t.Errorf("%s, recorded %t: %d hosts, no sibling, want %s", c.what, recorded, len(hosts), want)
				}
				continue
			}
			s := h.Sibling
			if s.Kinship != want || !strings.Contains(strings.Join(s.Evidence, "; "), evidence) {
				t.Errorf("%s, recorded %t: %s %.2f, want %s: %q", c.what, recorded, s.Kinship, s.Confidence, want, s.Evidence)
			}
			joined := slices.Equal(h.Also, []netip.Addr{s.Addr})
			if joined != (want == whorl.KinshipSame) || !joined && len(h.Also) > 0 {
				t.Errorf("%s, recorded %t: also %v", c.what, recorded, h.Also)
			}
			if joined && (!strings.Contains(methodsOf(h), "gen2") || h.Verdicts[0].Name == whorl.Unknown) {
				t.Errorf("%s, recorded %t: %s by %s", c.what, recorded, h.Verdicts[0].Name, methodsOf(h))
			}
		}
	}
}

// oneWithSibling is the host that has been compared, the second of two; nil: none was.
func oneWithSibling(hosts map[string]*whorl.Host) (found *whorl.Host) {
	for _, h := range hosts {
		if h.Sibling != nil {
			found = h
		}
	}
	return found
}

// methodsOf are those of the evidence of a headline.
func methodsOf(h *whorl.Host) string {
	var methods []string
	for _, e := range h.Verdicts[0].Evidence {
		if !slices.Contains(methods, e.Method) {
			methods = append(methods, e.Method)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, " ")
}
