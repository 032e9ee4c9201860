package scan

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// Hosts over several links are scanned at once; what has no route or no link is given
// as down with the reason, and takes nothing from the rest.
func TestSeveralLinks(t *testing.T) {
	for name, links := range map[string][]link.Conn{
		"the first cannot be opened": {nil, hosts(8), hosts(8)},
		"the last cannot be opened":  {hosts(8), hosts(8), nil},
	} {
		p := &paths{links: links}
		o := scan(context.Background(), t, p, Job{Timing: Timings[3]}, nil, "198.18.0-3.0-15")
		if len(o.hosts) != 64 || o.full() != 16 {
			t.Errorf("%s: %d hosts, %d whole", name, len(o.hosts), o.full())
		}
		if n := o.warned("no route"); n != 16 {
			t.Errorf("%s: %d without a route", name, n)
		}
		if n := o.warned("no cable"); n != 16 || !errors.Is(o.err, errCable) {
			t.Errorf("%s: %d without a link, %v", name, n, o.err)
		}
		if n := p.opened.Load(); n != 3 {
			t.Errorf("%s: links were opened %d times", name, n)
		}
		g := &o.progress
		got := []int64{g.Started.Load(), g.Finished.Load(), g.Up.Load()}
		if d := cmp.Diff([]int64{64, 64, 16}, got); d != "" {
			t.Errorf("%s: started, finished, up: %s", name, d)
		}
		for _, c := range links {
			if c != nil {
				if _, err := c.Send(nil); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("%s: a link is still open", name)
				}
			}
		}
	}
}

func TestNothingToReach(t *testing.T) {
	for name, c := range map[string]struct {
		links []link.Conn
		err   error
	}{"no route": {nil, nil}, "no link": {[]link.Conn{nil}, errCable}} {
		o := scan(context.Background(), t, &paths{links: c.links}, Job{}, nil, "198.18.0.0/22", "2001:db8::1")
		if len(o.hosts) != 1025 || o.warned("2001:db8::1") != 1 || !errors.Is(o.err, c.err) {
			t.Errorf("%s: %d hosts, %v", name, len(o.hosts), o.err)
		}
	}
	if o := scan(context.Background(), t, &paths{}, Job{}, nil); len(o.hosts) != 0 || o.err != nil {
		t.Errorf("no targets: %d hosts, %v", len(o.hosts), o.err)
	}
}

// An error of sending costs one packet, one host or the link, as it says.
func TestSendErrors(t *testing.T) {
	every := func(n int, err error) func(int) error {
		return func(nth int) error {
			if nth%n == 0 {
				return err
			}
			return nil
		}
	}
	after := func(n int, err error) func(int) error {
		return func(nth int) error {
			if nth > n {
				return err
			}
			return nil
		}
	}
	for _, c := range []struct {
		name   string
		send   func(int) error
		full   int // hosts with a whole fingerprint, at least
		warned int // hosts with a warning
		fatal  bool
	}{
		{"full queue", every(7, syscall.ENOBUFS), 5, 0, false},
		{"try again", every(9, syscall.EAGAIN), 5, 0, false},
		{"host unreachable", after(250, syscall.EHOSTUNREACH), 0, 15, false},
		{"prohibited", after(0, syscall.EPERM), 0, 16, false},
		{"interface down", after(250, syscall.ENETDOWN), 0, 16, true},
		{"closed", after(0, io.ErrClosedPipe), 0, 16, true},
	} {
		f := &faulty{Net: hosts(16), send: c.send}
		o := scan(context.Background(), t, &paths{links: []link.Conn{f}}, Job{Timing: Timings[5]}, nil, "198.18.0.0/28")
		if len(o.hosts) != 16 || o.full() < c.full {
			t.Errorf("%s: %d hosts, %d whole", c.name, len(o.hosts), o.full())
		}
		if n := o.warned(";"); n < c.warned || c.warned == 0 && n > 0 {
			t.Errorf("%s: %d hosts with a warning", c.name, n)
		}
		if (o.err != nil) != c.fatal || c.fatal && !strings.HasPrefix(o.err.Error(), "scan: sending over sim0: ") {
			t.Errorf("%s: %v", c.name, o.err)
		}
	}
}

// A link that fails loses its own hosts and no others: those under way, those that
// wait for it and those that come later. The scan ends.
func TestLinkFails(t *testing.T) {
	down := func(nth int) error {
		if nth > 300 {
			return syscall.ENETDOWN
		}
		return nil
	}
	for name, f := range map[string]*faulty{
		"sending":   {Net: hosts(0), send: down},
		"receiving": {Net: hosts(0), recv: down},
	} {
		for _, first := range []string{"10.0.0.0", "198.18.1.0"} { // which link is opened first
			p := &paths{links: []link.Conn{f, hosts(128)}}
			o := scan(context.Background(), t, p, Job{Timing: Timing{Parallel: 16, Tries: 2}}, nil,
				first, "198.18.1.0-63", "10.0-31.0.*", "198.18.1.64-127")
			if !errors.Is(o.err, syscall.ENETDOWN) {
				t.Errorf("%s: %v", name, o.err)
			}
			lost, whole := 0, 0
			for addr, hs := range o.hosts {
				if want := 1 + strings.Count(first+" ", addr+" "); len(hs) != want {
					t.Errorf("%s: %s was given %d times, want %d", name, addr, len(hs), want)
				}
				if h := hs[0]; len(h.Observations) == 1 {
					whole++
				} else if !h.Status.Up {
					lost++
				}
			}
			if g := &o.progress; lost != 32*256 || whole != 128 || g.Started.Load() != 32*256+128+1 || g.Finished.Load() != g.Started.Load() {
				t.Errorf("%s: %d hosts lost, %d whole, %d started, %d finished", name, lost, whole, g.Started.Load(), g.Finished.Load())
			}
			f.Net, f.sends, f.recvs = hosts(0), 0, 0
		}
	}
}

// An address that is named twice is scanned twice, one scan after the other.
func TestSameAddressTwice(t *testing.T) {
	o := scan(context.Background(), t, &paths{links: []link.Conn{hosts(4)}}, Job{Timing: Timings[3]}, nil, "198.18.0.1", "198.18.0.1", "198.18.0.0/30")
	want := map[string]int{"198.18.0.0": 1, "198.18.0.1": 3, "198.18.0.2": 1, "198.18.0.3": 1}
	for addr, n := range want {
		if len(o.hosts[addr]) != n {
			t.Errorf("%s was given %d times, want %d", addr, len(o.hosts[addr]), n)
		}
	}
	if o.full() != 6 || o.err != nil {
		t.Errorf("%d whole, %v", o.full(), o.err)
	}
	spans := inTime(o.hosts["198.18.0.1"])
	for i := 1; i < len(spans); i++ {
		if !spans[i].Seen.First.After(spans[i-1].Seen.Last) {
			t.Errorf("scan %d begins at %v, the one before ends at %v", i, spans[i].Seen.First, spans[i-1].Seen.Last)
		}
	}
}

// A consumer that is slow delays the scan and loses nothing; probes keep their time.
func TestSlowConsumer(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	count, worst := 0, time.Duration(0)
	o := scan(context.Background(), t, network{n}, Job{Timing: Timing{Parallel: 4096, Tries: 2}}, func(h *whorl.Host) {
		if count++; count%16 == 0 {
			time.Sleep(3 * time.Millisecond)
		}
		if len(h.Observations) == 1 {
			worst = max(worst, h.Observations[0].Conditions.WorstGap)
		}
	}, "10.0.0.0/20")
	if len(o.hosts) != 4096 || o.full() != 4096 || o.err != nil || worst > 5*time.Millisecond {
		t.Errorf("%d hosts, %d whole, worst gap %v, %v", len(o.hosts), o.full(), worst, o.err)
	}
}

// An interrupt gives all hosts under way with what is known of them, at once.
func TestInterrupt(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	ctx, cancel := context.WithCancel(context.Background())
	o := scan(ctx, t, network{n}, Job{Timing: Timing{Rate: 1000, Parallel: 64, Tries: 2}}, func(*whorl.Host) { cancel() }, "10.0.0.0/8")
	if g := &o.progress; o.err != nil || g.Finished.Load() != int64(len(o.hosts)) || len(o.hosts) < 10 || len(o.hosts) > 200 {
		t.Errorf("%d hosts, %d finished, %v", len(o.hosts), g.Finished.Load(), o.err)
	}
	if o.warned("interrupted") < 10 {
		t.Errorf("%d hosts say that they were interrupted", o.warned("interrupted"))
	}
	partial := 0
	for _, hs := range o.hosts {
		if h := hs[0]; len(h.Warnings) > 0 && h.Status.Up {
			partial++
		}
	}
	if partial == 0 {
		t.Error("nothing is known of any interrupted host")
	}
}

// An interrupt is noticed even while the scan waits for something far off.
func TestInterruptWhileWaiting(t *testing.T) {
	n := sim.New(sim.Options{RealTime: true})
	ctx, cancel := context.WithCancel(context.Background())
	start := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	j := Job{Timing: Timings[0]} // five minutes between hosts
	j.Tries, j.SkipUp, j.HostTimeout = 1, true, 10*time.Millisecond
	o := scan(ctx, t, network{n}, j, nil, "10.0.0.0/30")
	if took := time.Since(start); took > 2*time.Second || o.err != nil {
		t.Errorf("took %v, %v", took, o.err)
	}
}

// A host that takes too long is given with what is known, and says so.
func TestHostTimeout(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Add(netip.MustParseAddr("192.0.2.7"), &plain{rtt: 200 * time.Millisecond})
	n.Add(netip.MustParseAddr("192.0.2.8"), &plain{rtt: time.Millisecond})
	j := Job{Timing: Timing{Parallel: 10, Tries: 2, HostTimeout: 1200 * time.Millisecond}}
	start := n.Now()
	o := scan(context.Background(), t, network{n}, j, nil, "192.0.2.7-9")
	if took := n.Now().Sub(start); took > 1300*time.Millisecond {
		t.Errorf("took %v", took)
	}
	slow, quick, dead := o.hosts["192.0.2.7"][0], o.hosts["192.0.2.8"][0], o.hosts["192.0.2.9"][0]
	if !slow.Status.Up || len(slow.Ports) < 2 || len(slow.Observations) != 1 || o.warned("host timeout of 1.2s reached") != 2 {
		t.Errorf("slow host: %+v", slow)
	}
	if len(quick.Warnings) > 0 || !strings.Contains(quick.Observations[0].Print, "IE(R=Y") || dead.Status.Up {
		t.Errorf("quick host: %v, dead host: %+v", quick.Warnings, dead.Status)
	}
}

// The rate holds for all that is sent, seeking included.
func TestRate(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Otherwise(func(netip.Addr) link.Node { return &plain{rtt: time.Millisecond} })
	f := &faulty{Net: n}
	start := n.Now()
	o := scan(context.Background(), t, &paths{links: []link.Conn{f}}, Job{Timing: Timing{Rate: 500, Parallel: 1000, Tries: 2}}, nil, "10.0.0.0/24")
	took := n.Now().Sub(start).Seconds()
	if rate := float64(f.sends) / took; rate > 500 || rate < 300 || o.full() != 256 {
		t.Errorf("%d packets in %v s are %v a second; %d whole", f.sends, took, rate, o.full())
	}
}

// Frames that the link loses are told of the hosts that were under way, once.
func TestLostFrames(t *testing.T) {
	f := &faulty{Net: hosts(32)}
	f.lost = func() uint64 {
		if f.sends > 300 && f.sends < 1000 { // it is cumulative, so there is no going back
			return 5
		}
		return 5 * min(uint64(f.sends/1000), 1)
	}
	o := scan(context.Background(), t, &paths{links: []link.Conn{f}}, Job{Timing: Timing{Parallel: 1, Tries: 2}}, nil, "198.18.0.0/27")
	if n := o.warned("5 frames were lost"); n != 1 {
		t.Errorf("%d hosts are told of lost frames, one was under way", n)
	}
	if n := o.progress.Lost.Load(); n != 5 {
		t.Errorf("%d frames lost in all", n)
	}
}

// What the system knows of a neighbour is not what its host answered.
func TestARP(t *testing.T) {
	n := sim.New(sim.Options{Link: packet.Ethernet})
	n.Add(netip.MustParseAddr("192.0.2.7"), &plain{rtt: time.Millisecond})
	o := scan(context.Background(), t, knowing{network{n}}, Job{Timing: Timings[3]}, nil, "192.0.2.7-8")
	up, down := o.hosts["192.0.2.7"][0], o.hosts["192.0.2.8"][0]
	if up.Status != (whorl.Status{Up: true, Reason: "arp-response"}) || up.MAC != sim.MAC.String() || up.Distance == nil || up.Distance.Count != 1 {
		t.Errorf("%+v, MAC %s, distance %v", up.Status, up.MAC, up.Distance)
	}
	if down.Status.Up || down.MAC != "" {
		t.Errorf("%+v, MAC %s", down.Status, down.MAC)
	}
	j := Job{Timing: Timings[3]}
	j.HostTimeout = 100 * time.Millisecond // before ARP has failed
	n = sim.New(sim.Options{Link: packet.Ethernet})
	o = scan(context.Background(), t, knowing{network{n}}, j, nil, "192.0.2.8")
	if h := o.hosts["192.0.2.8"][0]; h.Status.Up || h.MAC != "" {
		t.Errorf("timed out: %+v, MAC %s", h.Status, h.MAC)
	}
}

// knowing is a network whose system has a hardware address for everybody.
type knowing struct{ network }

func (k knowing) Route(addr netip.Addr) (link.Route, error) {
	r, err := k.network.Route(addr)
	r.NextMAC = packet.MAC{2, 9, 9, 9, 9, 9}
	return r, err
}

// An address of this machine is asked at a port that was opened for it, if the others
// are closed.
func TestListen(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Add(us, &plain{rtt: time.Microsecond})
	asked := 0
	var got *whorl.Host
	ts := &Targets{}
	ts.Add(us.String(), nil)
	err := Run(context.Background(), Job{Targets: ts, TCP: []uint16{81}, Timing: Timings[3]}, Config{
		Network: local{network{n}}, Host: func(h *whorl.Host) { got = h },
		Listen: func(a netip.Addr) (uint16, error) { asked++; return 80, nil },
	})
	if err != nil || asked != 1 || got.Status.Reason != "localhost-response" || got.Distance.Count != 0 || !strings.Contains(got.Observations[0].Print, "OT=80%CT=81") {
		t.Errorf("%v, asked %d times, %+v", err, asked, got)
	}
}

type local struct{ network }

func (l local) Route(addr netip.Addr) (link.Route, error) {
	r, err := l.network.Route(addr)
	r.Local = true
	return r, err
}
