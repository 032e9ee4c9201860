package sweep

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// Who takes answers slowly slows the sweep down, and gets all of them.
func TestBackPressure(t *testing.T) {
	n := network(func(netip.Addr) link.Node { return alive(80) })
	v := start(t, n, Options{Walk: over("198.18.0.0/16"), TCP: []uint16{80}, Rate: 100_000})
	for range 20_000 {
		v.turn(t)
	}
	const most = foundRoom + maxBacklog + 100_000/1000*25 // what is under way when it stops
	before := v.Counts().Sent
	if before > most {
		t.Errorf("%d sent though nobody takes answers, want %d at most", before, most)
	}
	for range 1000 {
		v.turn(t)
	}
	if now := v.Counts().Sent; now != before {
		t.Errorf("%d sent, later %d", before, now)
	}
	if all := v.collect(t); len(all) != 1<<16 || len(byAddr(all)) != 1<<16 {
		t.Errorf("%d answers", len(all))
	}
}

// fussy is a link that refuses some frames.
type fussy struct {
	link.Conn
	refuse func(no int) error // by the number of the frame
	no     int
}

func (f *fussy) Send(frame []byte) (time.Time, error) {
	f.no++
	if err := f.refuse(f.no); err != nil {
		return time.Time{}, err
	}
	return f.Conn.Send(frame)
}

// An interface without room slows the sweep down, and no address is left out.
func TestNoBuffers(t *testing.T) {
	for _, rate := range []float64{0, 50_000} {
		n := network(func(netip.Addr) link.Node { return alive(80) })
		begun := n.Now()
		c := &fussy{Conn: n, refuse: func(no int) error {
			if no > 1000 && no <= 1010 {
				return syscall.ENOBUFS
			}
			return nil
		}}
		v := start(t, c, Options{Walk: over("198.18.0.0/18"), TCP: []uint16{80}, Rate: rate})
		if all := v.collect(t); len(byAddr(all)) != 1<<14 {
			t.Errorf("%v per second: %d found", rate, len(all))
		}
		if c := v.Counts(); c.Sent != 1<<14 || c.Refused != 0 {
			t.Errorf("%v per second: %+v", rate, c)
		}
		if took := n.Now().Sub(begun); rate > 0 && took < time.Second+16384*time.Second/40_000 {
			t.Errorf("it took only %v, the rate was not lowered", took)
		}
	}
}

// A packet that the machine will not send is counted, and the others leave.
func TestRefused(t *testing.T) {
	n := network(func(netip.Addr) link.Node { return alive(80) })
	c := &fussy{Conn: n, refuse: func(no int) error {
		if no%4 == 0 {
			return syscall.EPERM
		}
		return nil
	}}
	v := start(t, c, Options{Walk: over("198.18.0.0/22"), TCP: []uint16{80}, Passes: 1})
	all := v.collect(t)
	if c := v.Counts(); len(all) != 768 || c.Sent != 768 || c.Refused != 256 || !errors.Is(v.Refusal(), syscall.EPERM) {
		t.Errorf("%d found, %+v, %v", len(all), c, v.Refusal())
	}
}

// collectAll takes answers until the sweep has ended.
func collectAll(s *Sweep) (all []Found) {
	for f := range s.Found() {
		all = append(all, f)
	}
	return all
}

// Both directions at once, in real time.
func TestStart(t *testing.T) {
	n := sim.New(sim.Options{Link: packet.Ethernet, RealTime: true})
	n.Otherwise(func(netip.Addr) link.Node { return alive(80) })
	s, err := Start(t.Context(), n, route, Options{Walk: over("198.18.0.0/20"), TCP: []uint16{80}, Rate: 20_000, Wait: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if all := collectAll(s); len(all) != 4096 || len(byAddr(all)) != 4096 || s.Err() != nil {
		t.Errorf("%d found, %v, %+v", len(all), s.Err(), s.Counts())
	}
}

// The end of the context ends the sweep at once, whether answers are taken or not.
func TestCancel(t *testing.T) {
	for _, taken := range []bool{true, false} {
		n := sim.New(sim.Options{Link: packet.Ethernet, RealTime: true})
		n.Otherwise(func(netip.Addr) link.Node { return alive(80) })
		ctx, cancel := context.WithCancel(t.Context())
		s, err := Start(ctx, n, route, Options{Walk: over("10.0.0.0/8"), TCP: []uint16{80}, Rate: 50_000})
		if err != nil {
			t.Fatal(err)
		}
		var taker sync.WaitGroup
		if taken {
			taker.Go(func() { collectAll(s) })
		}
		time.Sleep(300 * time.Millisecond)
		cancel()
		begun := time.Now()
		if !taken {
			for s.counts.pass.Load() == 0 || s.finished.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(lastRequest + 50*time.Millisecond)
			collectAll(s)
		}
		taker.Wait()
		if took := time.Since(begun); took > time.Second { // 200 ms on a machine at rest
			t.Errorf("taken %v: it ended after %v", taken, took)
		}
		if s.Err() != nil || s.Counts().Sent == 0 {
			t.Errorf("%v, %+v", s.Err(), s.Counts())
		}
	}
}

// A link that fails ends the sweep with its error, and what was found is given.
func TestLinkFails(t *testing.T) {
	n := sim.New(sim.Options{Link: packet.Ethernet, RealTime: true})
	n.Otherwise(func(netip.Addr) link.Node { return alive(80) })
	c := &fussy{Conn: n, refuse: func(no int) error {
		if no > 2000 {
			return syscall.ENETDOWN
		}
		return nil
	}}
	s, err := Start(t.Context(), c, route, Options{Walk: over("10.0.0.0/8"), TCP: []uint16{80}, Rate: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	if all := collectAll(s); len(all) < 1000 || !errors.Is(s.Err(), syscall.ENETDOWN) {
		t.Errorf("%d found, %v", len(all), s.Err())
	}

	n = sim.New(sim.Options{Link: packet.Ethernet, RealTime: true})
	if s, err = Start(t.Context(), n, route, Options{Walk: over("10.0.0.0/8"), TCP: []uint16{80}, Rate: 10_000}); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { n.Close() })
	if collectAll(s); s.Err() == nil {
		t.Error("a closed link is no error")
	}
}

func TestOptionsRefused(t *testing.T) {
	good := Options{Walk: over("10.0.0.0/8"), TCP: []uint16{80}}
	tests := []struct {
		name  string
		spoil func(*Options, *link.Route)
	}{
		{"no walk", func(o *Options, _ *link.Route) { o.Walk = nil }},
		{"no question", func(o *Options, _ *link.Route) { o.TCP = nil }},
		{"port 0", func(o *Options, _ *link.Route) { o.TCP = []uint16{80, 0} }},
		{"source ports", func(o *Options, _ *link.Route) { o.Ports = Ports{5000, 4000} }},
		{"rate", func(o *Options, _ *link.Route) { o.Rate = -1 }},
		{"passes", func(o *Options, _ *link.Route) { o.Passes = -1 }},
		{"wait", func(o *Options, _ *link.Route) { o.Wait = -1 }},
		{"senders", func(o *Options, _ *link.Route) { o.Senders = -1 }},
		{"no source", func(_ *Options, r *link.Route) { r.Src = netip.Addr{} }},
		{"next hop", func(_ *Options, r *link.Route) { r.NextMAC = packet.MAC{} }},
	}
	for _, tt := range tests {
		o, r := good, route
		tt.spoil(&o, &r)
		if _, err := Start(t.Context(), nil, r, o); err == nil {
			t.Errorf("%s: no error", tt.name)
		} else if tt.name == "next hop" && !errors.Is(err, ErrNoMAC) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
