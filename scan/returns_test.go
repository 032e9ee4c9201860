package scan

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method/deep"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// perfect is a judge that names the records that agree in everything, and is undecided
// among several.
type perfect struct {
	records []*osdb.Entry
	calls   *atomic.Int32
}

func (p perfect) Judge(h *whorl.Host) {
	p.calls.Add(1)
	for _, e := range p.records {
		if agrees(e, h) {
			h.Verdicts = append(h.Verdicts, whorl.Verdict{Name: e.Extra[0].String()})
		}
	}
}

func (p perfect) Undecided(h *whorl.Host) bool {
	return len(h.Verdicts) > 1 && len(h.Observations) == 1
}

func agrees(e *osdb.Entry, h *whorl.Host) bool {
	for _, o := range h.Observations {
		switch o.Method {
		case "gen2":
			f, _ := gen2.Parse(o.Print)
			if s := e.Gen2.Score(f.Tests, gen2.DefaultPoints(), expr.Whorl); s.Num != s.Den {
				return false
			}
		case "deep":
			seen, _ := deep.Parse(o.Print)
			r, _ := deep.NewReference(e.Extra)
			if slices.ContainsFunc(r.Score(seen), func(ev whorl.Evidence) bool { return !ev.Agrees }) {
				return false
			}
		}
	}
	return true
}

// methods are the methods of a host's observations.
func methods(h *whorl.Host) (out []string) {
	for _, o := range h.Observations {
		out = append(out, o.Method)
	}
	return out
}

// Two records alike in all of gen2: our own probes are sent by themselves where they
// can tell the one from the other, once, and to no host that is known already.
func TestTies(t *testing.T) {
	on, off, hour := exampleOf(t, "A", "164", "AE(B=1)"), exampleOf(t, "A", "164", "AE(B=0)"), exampleOf(t, "A", "164", "CLK(HZ=3E8)")
	for _, c := range []struct {
		name     string
		records  []*osdb.Entry
		deep     When
		verdicts string
		methods  []string
		calls    int32
	}{
		{"broken", []*osdb.Entry{on, off}, IfNeeded, "AE(B=0)", []string{"gen2", "deep"}, 2},
		{"not broken", []*osdb.Entry{hour, off}, IfNeeded, "CLK(HZ=3E8) AE(B=0)", []string{"gen2", "deep"}, 2},
		{"no tie", []*osdb.Entry{off}, IfNeeded, "AE(B=0)", []string{"gen2"}, 1},
		{"never", []*osdb.Entry{on, off}, Never, "AE(B=1) AE(B=0)", []string{"gen2"}, 1},
		{"always", []*osdb.Entry{on, off}, Always, "AE(B=0)", []string{"gen2", "deep"}, 1},
	} {
		p, err := persona.New(off, persona.Options{Addr: themAddr, OpenTCP: []uint16{80}, Delay: 300 * time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		n := sim.New(sim.Options{Resets: true})
		n.Add(themAddr, p)
		judge := perfect{c.records, new(atomic.Int32)}
		o := judged(context.Background(), t, network{n}, Job{Deep: c.deep, Timing: Timings[3]}, judge, nil, themAddr.String())
		if o.err != nil || len(o.hosts[themAddr.String()]) != 1 {
			t.Fatalf("%s: %v, %v", c.name, o.err, o.hosts)
		}
		h := o.hosts[themAddr.String()][0]
		var names []string
		for _, v := range h.Verdicts {
			names = append(names, v.Name)
		}
		if got := strings.Join(names, " "); got != c.verdicts || !slices.Equal(methods(h), c.methods) || judge.calls.Load() != c.calls {
			t.Errorf("%s: %q by %v, judged %d times; want %q by %v, %d times", c.name, got, methods(h), judge.calls.Load(), c.verdicts, c.methods, c.calls)
		}
		sent := 0
		for _, obs := range h.Observations {
			sent += obs.Conditions.Sent
		}
		if got := o.progress.Packets.Load(); got < int64(sent) || got > int64(sent)+planSeek {
			t.Errorf("%s: %d packets counted, %d in the observations", c.name, got, sent)
		}
	}
}

// torn is undecided about every host that has not been asked in depth.
type torn struct {
	slow time.Duration // in real time
	ask  func()
}

func (torn) Judge(*whorl.Host) {}

func (j torn) Undecided(h *whorl.Host) bool {
	if j.ask != nil {
		j.ask()
	}
	time.Sleep(j.slow)
	return len(h.Observations) == 1
}

// once fails if a host was not given out as often as it was asked for.
func once(t *testing.T, name string, o *outcome, want int) (deepened int) {
	t.Helper()
	if len(o.hosts) != want {
		t.Errorf("%s: %d hosts, want %d", name, len(o.hosts), want)
	}
	for addr, hs := range o.hosts {
		if len(hs) != 1 {
			t.Errorf("%s: %s was given %d times", name, addr, len(hs))
		}
		if len(methods(hs[0])) == 2 {
			deepened++
		}
	}
	if s, f := o.progress.Started.Load(), o.progress.Finished.Load(); s != f {
		t.Errorf("%s: %d started, %d finished", name, s, f)
	}
	return deepened
}

// Far more hosts than queues hold, all of which come back, over two links, to judges
// and to a consumer that are slow.
func TestAllComeBack(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	given := 0
	o := judged(context.Background(), t, network{n}, Job{Timing: Timing{Parallel: 4096, Tries: 2}}, torn{}, func(*whorl.Host) {
		if given++; given%64 == 0 {
			time.Sleep(time.Millisecond)
		}
	}, "10.0.0.0/20")
	if deepened := once(t, "one link", o, 4096); deepened != 4096 || o.err != nil {
		t.Errorf("%d of 4096 asked in depth, %v", deepened, o.err)
	}

	two := &paths{links: []link.Conn{hosts(128), hosts(128)}}
	o = judged(context.Background(), t, two, Job{Timing: Timing{Parallel: 3, Rate: 2000, Tries: 2}}, torn{slow: 100 * time.Microsecond}, nil, "198.18.0-1.0-127")
	if deepened := once(t, "two links", o, 256); deepened != 256 || o.err != nil {
		t.Errorf("%d of 256 asked in depth, %v", deepened, o.err)
	}
}

// The same address again waits until the first is back and done.
func TestTwiceWithTies(t *testing.T) {
	o := judged(context.Background(), t, &paths{links: []link.Conn{hosts(4)}}, Job{Timing: Timings[3]}, torn{slow: time.Millisecond}, nil, "198.18.0.1", "198.18.0.1")
	hs := inTime(o.hosts["198.18.0.1"])
	if len(hs) != 2 || hs[1].Seen.First.Before(hs[0].Seen.Last) || hs[0].Seen.Last.Sub(hs[0].Seen.First) > time.Minute || len(methods(hs[0])) != 2 || len(methods(hs[1])) != 2 {
		for _, h := range hs {
			t.Errorf("%v to %v by %v", h.Seen.First, h.Seen.Last, methods(h))
		}
	}
}

// An interrupt finds hosts with the judges, on their way back and deep in probes. Each
// is given once, at the latest when its judge is done.
func TestInterruptOnTheWayBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		slow  time.Duration // of the judge, after it has interrupted the scan
		probe bool          // the interrupt comes with the first probe in depth instead
	}{
		{"judged", 2 * ctxCheck, false},
		{"on its way", 0, false},
		{"probed", 0, true},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		n := sim.New(sim.Options{})
		n.Otherwise(func(netip.Addr) link.Node {
			host := &plain{rtt: time.Millisecond}
			return nodeFunc(func(now time.Time, p *packet.Packet, out link.Outlet) {
				if c.probe && p.TOS == 0xba {
					cancel()
				}
				host.Receive(now, p, out)
			})
		})
		judge := torn{slow: c.slow, ask: cancel}
		if c.probe {
			judge.ask = nil
		}
		o := judged(ctx, t, network{n}, Job{Timing: Timing{Parallel: 8, Tries: 2}}, judge, nil, "10.0.0.0/29")
		deepened := once(t, c.name, o, len(o.hosts))
		if o.err != nil || len(o.hosts) == 0 || c.name == "judged" && deepened > 0 {
			t.Errorf("%s: %d hosts, %d asked in depth, %v", c.name, len(o.hosts), deepened, o.err)
		}
		if cut := o.warned("scan it again"); cut == 0 {
			t.Errorf("%s: nobody is told that something is missing", c.name)
		}
		cancel()
	}
}

// A link that fails gives out every host once, wherever it is.
func TestLinkFailsWithTies(t *testing.T) {
	for after := 100; after < 1600; after += 130 {
		f := &faulty{Net: hosts(32), send: func(nth int) error {
			if nth > after {
				return syscall.ENETDOWN
			}
			return nil
		}}
		o := judged(context.Background(), t, &paths{links: []link.Conn{f}}, Job{Timing: Timing{Parallel: 16, Tries: 2}}, torn{}, nil, "198.18.0.0/27")
		once(t, "broken", o, 32)
	}
}

// A host whose time is up while it is asked in depth is given with what is known.
func TestTimeoutInDepth(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Add(themAddr, &plain{rtt: time.Millisecond})
	timing := Timings[3]
	timing.HostTimeout = 1200 * time.Millisecond
	o := judged(context.Background(), t, network{n}, Job{Timing: timing}, torn{}, nil, themAddr.String())
	if once(t, "timeout", o, 1); o.warned("host timeout") != 1 || len(o.hosts[themAddr.String()][0].Observations) == 0 {
		t.Errorf("%+v", o.hosts)
	}
}

// A judge that is never undecided costs neither packets nor virtual time.
func TestDecidedCostNothing(t *testing.T) {
	var took [2]time.Duration
	var packets [2]int64
	for i, d := range []When{Never, IfNeeded} {
		n := sim.New(sim.Options{})
		n.Add(themAddr, &plain{rtt: time.Millisecond})
		start := n.Now()
		o := judged(context.Background(), t, network{n}, Job{Deep: d, Timing: Timings[3]}, decided{}, nil, themAddr.String())
		once(t, "decided", o, 1)
		took[i], packets[i] = n.Now().Sub(start), o.progress.Packets.Load()
	}
	if took[0] != took[1] || packets[0] != packets[1] {
		t.Errorf("%v and %d packets without, %v and %d with ties", took[0], packets[0], took[1], packets[1])
	}
}

// decided is a judge that has no doubts.
type decided struct{}

func (decided) Judge(*whorl.Host) {}
