package sweep

import (
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// Every kind of answer is found, each address once, and only the silent are asked again.
func TestSweep(t *testing.T) {
	n := network(func(a netip.Addr) link.Node {
		switch a.As4()[3] {
		case 1:
			return alive(80)
		case 2:
			return alive()
		case 3:
			return complains(packet.ICMPUnreachable, 1)
		case 4:
			return complains(packet.ICMPTimeExceed, 0)
		}
		return nil
	})
	v := start(t, n, Options{Walk: over("198.18.0.0/20"), TCP: []uint16{80}, Rate: 100_000})
	all := v.collect(t)
	want := map[byte]State{1: Open, 2: Closed, 3: Unreachable, 4: Expired}
	if len(all) != 16*len(want) {
		t.Errorf("%d answers, want %d", len(all), 16*len(want))
	}
	for _, f := range all {
		if f.State != want[f.Addr.As4()[3]] || f.Port != 80 {
			t.Errorf("%+v", f)
		}
		if up := f.State == Open || f.State == Closed; f.Up() != up || !up && f.From != router || up && f.TTL != 61 {
			t.Errorf("%+v: up %v", f, f.Up())
		}
		if f.RTT < delay || f.RTT > delay+2*slotTime {
			t.Errorf("%v: round trip %v", f.Addr, f.RTT)
		}
	}
	c := v.Counts()
	if want := int64(4096 + 4096 - 2*16); c.Sent != want || c.Up != 32 || c.Noticed != 32 || c.Pass != 2 || c.Passes != 2 {
		t.Errorf("%+v, want %d sent", c, want)
	}
}

// Several questions: one answer is enough, or each is wanted.
func TestQuestions(t *testing.T) {
	at := func(a netip.Addr) link.Node {
		if a.As4()[3]%2 == 0 {
			return alive(443)
		}
		return nil
	}
	o := Options{Walk: over("198.18.0.0/24"), TCP: []uint16{80, 443}, Echo: true, Rate: 1000, Wait: 100 * time.Millisecond}
	v := start(t, network(at), o)
	all := v.collect(t)
	for _, f := range all {
		if f.State != Alive || f.Port != 0 {
			t.Errorf("%+v; the echo was asked first", f)
		}
	}
	if c := v.Counts(); len(all) != 128 || c.Sent != 256+128*5 {
		t.Errorf("%d answers, %+v", len(all), c)
	}

	o.Every = true
	v = start(t, network(at), o)
	all = v.collect(t)
	states := map[State]int{}
	for _, f := range all {
		states[f.State]++
	}
	if c := v.Counts(); states[Alive] != 128 || states[Closed] != 128 || states[Open] != 128 || len(all) != 384 || c.Sent != 256*3+128*3 {
		t.Errorf("%v, %+v", states, c)
	}
}

// A second pass finds most of what a bad path has lost, and doubles are not given.
func TestLoss(t *testing.T) {
	var n *sim.Net
	n = network(func(netip.Addr) link.Node {
		return &sim.Impair{Node: alive(80), Loss: 0.1, Double: 0.5, Jitter: 30 * time.Millisecond, Delay: 50 * time.Millisecond, Rand: n.Rand()}
	})
	v := start(t, n, Options{Walk: over("198.18.0.0/20"), TCP: []uint16{80}, Rate: 50_000})
	all := v.collect(t)
	// One try fails with 0.1 + 0.9*(0.5*0.1 + 0.5*0.1*0.1) = 0.15, two with 0.022.
	got := len(byAddr(all))
	if len(all) != got || float64(got) < 4096*0.96 || float64(got) > 4096*0.99 {
		t.Errorf("%d answers from %d addresses", len(all), got)
	}
}

// An address that a router could not reach in the first pass is given again when it
// answers in the second.
func TestUnreachableFirst(t *testing.T) {
	asked := 0
	n := network(func(netip.Addr) link.Node {
		if asked++; asked == 1 {
			return complains(packet.ICMPUnreachable, 1)
		}
		return alive(80)
	})
	all := start(t, n, Options{Walk: over("198.18.0.7/32"), TCP: []uint16{80}}).collect(t)
	if len(all) != 2 || all[0].State != Unreachable || all[1].State != Open {
		t.Errorf("%+v", all)
	}
}

// The answers of a pass are waited for before the next, of one address too.
func TestOneAddress(t *testing.T) {
	n := network(func(netip.Addr) link.Node { return alive() })
	begun := n.Now()
	v := start(t, n, Options{Walk: over("198.18.0.7/32"), TCP: []uint16{80}})
	if all := v.collect(t); len(all) != 1 || v.Counts().Sent != 1 {
		t.Errorf("%d answers, %+v", len(all), v.Counts())
	}
	if took := n.Now().Sub(begun); took > defaultWait+delay+ctxCheck {
		t.Errorf("it took %v, though nothing was left to ask", took)
	}
}

// Nothing is sent to addresses that stand for no single host, nor to IPv6.
func TestSkips(t *testing.T) {
	list := []string{"0.0.0.0", "224.0.0.1", "239.255.255.250", "255.255.255.255", "2001:db8::1", "::ffff:198.18.0.9", "198.18.0.8"}
	var asked []string
	n := network(func(a netip.Addr) link.Node { asked = append(asked, a.String()); return nil })
	v := start(t, n, Options{TCP: []uint16{80}, Passes: 1, Walk: func() func() (netip.Addr, bool) {
		i := -1
		return func() (netip.Addr, bool) {
			if i++; i == len(list) {
				return netip.Addr{}, false
			}
			return netip.MustParseAddr(list[i]), true
		}
	}})
	v.collect(t)
	if c := v.Counts(); len(asked) != 2 || asked[0] != "198.18.0.9" || asked[1] != "198.18.0.8" || c.Skipped != 5 || c.Sent != 2 {
		t.Errorf("asked %v, %+v", asked, c)
	}
}

// With Reset each SYN+ACK is refused as RFC 9293 has it, those that come again too.
func TestReset(t *testing.T) {
	var resets []packet.Packet
	n := network(func(netip.Addr) link.Node {
		return node(func(now time.Time, p *packet.Packet, out link.Outlet) {
			if p.TCP.Flags.Has(packet.RST) {
				resets = append(resets, *p)
				return
			}
			answer := alive(80)
			answer(now, p, out)
			again := *p.Clone()
			out.After(time.Second/2, func(now time.Time) { answer(now, &again, out) })
		})
	})
	v := start(t, n, Options{Walk: over("198.18.0.0/24"), TCP: []uint16{80}, Reset: true})
	all := v.collect(t)
	if len(all) != 256 || len(resets) != 512 {
		t.Fatalf("%d found, %d resets", len(all), len(resets))
	}
	for _, p := range resets {
		seq, _ := v.rx.check.of(p.Dst, p.TCP.DstPort, p.TCP.SrcPort)
		if p.Odd != 0 || p.TCP.Flags != packet.RST || p.TCP.Seq != seq+1 {
			t.Fatalf("%+v", p)
		}
	}
}

// The rate is the one asked for, within one percent.
func TestRate(t *testing.T) {
	for _, rate := range []float64{7, 900, 15_000, 150_000} {
		n := network(func(netip.Addr) link.Node { return nil })
		begun := n.Now()
		count := min(int64(rate*2), 1<<16)
		v := start(t, n, Options{TCP: []uint16{80}, Passes: 1, Rate: rate, Walk: over(netip.PrefixFrom(netip.MustParseAddr("198.18.0.0"), 16).String())})
		for v.Counts().Sent < count {
			v.turn(t)
		}
		took := n.Now().Sub(begun).Seconds()
		if got := float64(v.Counts().Sent) / took; got < rate*0.99 || got > (rate+float64(v.tx.pace.batch())/took)*1.01 {
			t.Errorf("%v packets per second: %v", rate, got)
		}
	}
}

// Memory goes with the networks that answer: a million addresses, one in a hundred live.
func TestMemory(t *testing.T) {
	live := alive()
	n := network(func(a netip.Addr) link.Node {
		if a.As4()[3]%100 == 9 {
			return live
		}
		return nil
	})
	v := start(t, n, Options{Walk: over("10.16.0.0/12"), TCP: []uint16{80}, Passes: 1})
	found := 0
	for more := true; more; {
		more = v.turn(t)
		for len(v.found) > 0 {
			<-v.found
			found++
		}
	}
	if want := 1 << 12 * 3; found != want {
		t.Errorf("%d found, want %d", found, want)
	}
	if pages := len(v.seen.pages); pages != 16 || cap(v.rx.queue) > 1<<14 {
		t.Errorf("%d pages of 8 KiB, room for %d answers", pages, cap(v.rx.queue))
	}
}
