package scan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/packet"
)

var us = netip.MustParseAddr("192.0.2.1")

// network is one simulated link to everything.
type network struct {
	net *sim.Net
}

func (n network) Route(addr netip.Addr) (link.Route, error) {
	r := link.Route{Interface: "sim0", Index: 1, MTU: 1500, Link: n.net.LinkType(), Src: us, NextHop: addr}
	if r.Link == packet.Ethernet {
		r.SrcMAC = packet.MAC{2, 0, 0, 0, 0, 1}
	}
	return r, nil
}

func (n network) Open(link.Route) (link.Conn, error) { return n.net, nil }

// run scans the targets and gives the hosts by address.
func run(t *testing.T, n *sim.Net, j Job, targets ...string) map[string]*whorl.Host {
	t.Helper()
	j.Targets = &Targets{}
	for _, s := range targets {
		if err := j.Targets.Add(s, nil); err != nil {
			t.Fatal(err)
		}
	}
	hosts := map[string]*whorl.Host{}
	err := Run(context.Background(), j, Config{Network: network{n}, Version: "test", Host: func(h *whorl.Host) {
		if hosts[h.Addr.String()] != nil {
			t.Errorf("%v was given out twice", h.Addr)
		}
		hosts[h.Addr.String()] = h
	}})
	if err != nil {
		t.Fatal(err)
	}
	return hosts
}

func TestOneHost(t *testing.T) {
	for _, kind := range []packet.LinkType{packet.Raw, packet.Ethernet} {
		n := sim.New(sim.Options{Link: kind})
		host := &plain{rtt: 300 * time.Microsecond}
		n.Add(netip.MustParseAddr("192.0.2.7"), host)
		start := n.Now()
		h := run(t, n, Job{TCP: []uint16{80, 81}, Timing: Timings[3]}, "192.0.2.7")["192.0.2.7"]
		if h == nil || !h.Status.Up || len(h.Observations) != 1 {
			t.Fatalf("%v: host %+v", kind, h)
		}
		o := h.Observations[0]
		for _, want := range []string{"OT=80%CT=", "T2(R=N)", "T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)", "O1=M5B4%", "IE(R=Y%DFI=N%T=40%CD=S)", "RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"} {
			if !strings.Contains(o.Print, want) {
				t.Errorf("%v: print lacks %s:\n%s", kind, want, o.Print)
			}
		}
		if took := n.Now().Sub(start); took > 1200*time.Millisecond {
			t.Errorf("%v: took %v of virtual time", kind, took)
		}
		if o.Conditions.WorstGap > 2*time.Millisecond {
			t.Errorf("%v: worst gap %v", kind, o.Conditions.WorstGap)
		}
		t.Logf("%v: %d packets, %d seen by the host, %v\n%s", kind, o.Conditions.Sent, host.queries, n.Now().Sub(start), o.Print)
	}
}

func TestManyHostsWithLoss(t *testing.T) {
	n := sim.New(sim.Options{Seed: 5})
	rng := rand.New(rand.NewPCG(1, 2))
	n.Otherwise(func(a netip.Addr) link.Node { return nil })
	for i := range 254 {
		a := netip.AddrFrom4([4]byte{198, 18, 0, byte(i + 1)})
		n.Add(a, &sim.Impair{Node: &plain{}, Delay: 10 * time.Millisecond, Jitter: 3 * time.Millisecond, Loss: 0.02, Rand: rng})
	}
	start := n.Now()
	hosts := run(t, n, Job{TCP: []uint16{80, 81}, Timing: Timings[3], Key: method.Key{9}}, "198.18.0.0/24")
	full := 0
	for _, h := range hosts {
		if len(h.Observations) == 1 && strings.Contains(h.Observations[0].Print, "WIN(") && strings.Contains(h.Observations[0].Print, "SP=") {
			full++
		}
	}
	t.Logf("%d hosts, %d complete, %v", len(hosts), full, n.Now().Sub(start))
	if len(hosts) != 256 || full < 248 {
		t.Errorf("%d hosts of 256, %d complete of 254", len(hosts), full)
	}
}

func TestDownHost(t *testing.T) {
	n := sim.New(sim.Options{})
	h := run(t, n, Job{Timing: Timings[3]}, "192.0.2.9")["192.0.2.9"]
	if h == nil || h.Status.Up {
		t.Fatalf("host %+v", h)
	}
}

// A virtual net that is asked the same twice answers the same bytes.
func TestDeterministic(t *testing.T) {
	var prints []string
	for range 2 {
		n := sim.New(sim.Options{Seed: 3})
		n.Add(netip.MustParseAddr("192.0.2.7"), &plain{rtt: time.Millisecond})
		h := run(t, n, Job{TCP: []uint16{80, 81}, Timing: Timings[3]}, "192.0.2.7")["192.0.2.7"]
		prints = append(prints, fmt.Sprint(h.Observations[0]))
	}
	if prints[0] != prints[1] {
		t.Errorf("first\n%s\nthen\n%s", prints[0], prints[1])
	}
}
