package scan

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

var errCable = errors.New("no cable")

// paths is a network of several links: addresses choose one by their third octet.
type paths struct {
	links  []link.Conn // nil: cannot be opened
	opened atomic.Int32
}

func (p *paths) Route(addr netip.Addr) (link.Route, error) {
	n := int(addr.AsSlice()[2])
	if n >= len(p.links) {
		return link.Route{}, fmt.Errorf("%v: %w", addr, link.ErrNoRoute)
	}
	return link.Route{Interface: fmt.Sprint("sim", n), Index: n + 1, MTU: 1500, Link: packet.Raw, Src: us, NextHop: addr}, nil
}

func (p *paths) Open(r link.Route) (link.Conn, error) {
	p.opened.Add(1)
	if c := p.links[r.Index-1]; c != nil {
		return c, nil
	}
	return nil, errCable
}

// hosts is a net with a plain host at each address of 198.18.x.0/24 that ends below n.
func hosts(n byte) *sim.Net {
	net := sim.New(sim.Options{})
	for i := range n {
		for third := range byte(4) {
			net.Add(netip.AddrFrom4([4]byte{198, 18, third, i}), &plain{rtt: time.Millisecond})
		}
	}
	return net
}

// faulty is a link whose sends or receptions fail.
type faulty struct {
	*sim.Net
	sends, recvs int
	send         func(nth int) error
	recv         func(nth int) error
	lost         func() uint64
}

func (f *faulty) Send(frame []byte) (time.Time, error) {
	f.sends++
	if f.send != nil {
		if err := f.send(f.sends); err != nil {
			return time.Time{}, err
		}
	}
	return f.Net.Send(frame)
}

func (f *faulty) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	f.recvs++
	if f.recv != nil {
		if err := f.recv(f.recvs); err != nil {
			return 0, f.Net.Now(), err
		}
	}
	return f.Net.Recv(buf, deadline)
}

func (f *faulty) Drops() uint64 {
	if f.lost == nil {
		return 0
	}
	return f.lost()
}

// outcome is what a scan gave.
type outcome struct {
	hosts    map[string][]*whorl.Host
	progress Progress
	err      error
}

// warned lists the hosts with a warning that holds the words.
func (o *outcome) warned(words string) (n int) {
	for _, hs := range o.hosts {
		for _, h := range hs {
			if strings.Contains(strings.Join(h.Warnings, "\n"), words) {
				n++
			}
		}
	}
	return n
}

// full counts the hosts with a whole fingerprint.
func (o *outcome) full() (n int) {
	for _, hs := range o.hosts {
		for _, h := range hs {
			if len(h.Observations) == 1 && strings.Contains(h.Observations[0].Print, "SP=") && strings.Contains(h.Observations[0].Print, "U1(R=Y") {
				n++
			}
		}
	}
	return n
}

func scan(ctx context.Context, t *testing.T, p Network, j Job, each func(*whorl.Host), targets ...string) *outcome {
	t.Helper()
	return judged(ctx, t, p, j, nil, each, targets...)
}

// judged is scan with a judge, which several goroutines share.
func judged(ctx context.Context, t *testing.T, p Network, j Job, judge Judge, each func(*whorl.Host), targets ...string) *outcome {
	t.Helper()
	j.Targets, j.NoSweep = &Targets{}, true // the engines are tested here, each on the one end of its link
	for _, s := range targets {
		if err := j.Targets.Add(s, nil); err != nil {
			t.Fatal(err)
		}
	}
	if j.TCP == nil {
		j.TCP = []uint16{80, 81}
	}
	o := &outcome{hosts: map[string][]*whorl.Host{}}
	var newJudge func() Judge
	if judge != nil {
		newJudge = func() Judge { return judge }
	}
	o.err = Run(ctx, j, Config{Network: p, Version: "test", Progress: &o.progress, NewJudge: newJudge, Host: func(h *whorl.Host) {
		o.hosts[h.Addr.String()] = append(o.hosts[h.Addr.String()], h)
		if each != nil {
			each(h)
		}
	}})
	return o
}

// inTime sorts hosts by when their scans began; judges give them out as they are done.
func inTime(hosts []*whorl.Host) []*whorl.Host {
	slices.SortFunc(hosts, func(a, b *whorl.Host) int { return a.Seen.First.Compare(b.Seen.First) })
	return hosts
}
