package sweep

import (
	"net/netip"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
)

// wide is a link with more ways out than that of Send, which count what they take.
type wide struct {
	*sim.Net
	beside *int
}

func (w wide) Sender() link.BatchSender { return besides(w) }

type besides wide

func (b besides) SendBatch(frames [][]byte, sent []time.Time) (n int, err error) {
	for n < len(frames) {
		if sent[n], err = b.Send(frames[n]); err != nil {
			return n, err
		}
		n++
	}
	*b.beside += n
	return n, nil
}

// A second sender takes what the first cannot keep up with, and no more; together they ask
// each address once, at the rate.
func TestSecondSender(t *testing.T) {
	tests := []struct {
		name  string
		rate  float64
		first time.Duration // the first acts this often
		least int           // of 65,536 by the second
		most  int
	}{
		{"on time", 50_000, slotTime, 0, 0},
		{"now and then late", 50_000, helpLate + 2*slotTime, 1000, 60_000},
		{"stuck", 50_000, time.Hour, 65_000, 65_500},
		{"no limit", 0, slotTime, 1 << 16, 1 << 16}, // in virtual time sending takes none
	}
	for _, tt := range tests {
		asked := map[netip.Addr]int{}
		n := network(func(a netip.Addr) link.Node { asked[a]++; return nil })
		c := wide{n, new(int)}
		v := start(t, c, Options{Walk: over("198.18.0.0/16"), TCP: []uint16{80}, Passes: 1, Rate: tt.rate, Senders: 2})
		begun := n.Now()
		first := begun
		act := func(t *sender) (more bool) {
			for wait := time.Duration(0); wait <= 0; {
				if wait, more, _ = t.turn(n.Now()); !more {
					break
				}
			}
			return more
		}
		for more := true; more; v.rx.turn(n.Now().Add(slotTime)) {
			more = act(v.all[1])
			if now := n.Now(); more && !now.Before(first) {
				first = now.Add(tt.first)
				more = act(v.all[0])
			}
		}
		took := n.Now().Sub(begun).Seconds()
		if len(asked) != 1<<16 || v.Counts().Sent != 1<<16 || *c.beside < tt.least || *c.beside > tt.most {
			t.Errorf("%s: %d asked with %d probes, %d of them by the second", tt.name, len(asked), v.Counts().Sent, *c.beside)
		}
		if want := (1 << 16) / tt.rate; tt.rate > 0 && (took < want*0.99 || took > want*1.01+helpLate.Seconds()) {
			t.Errorf("%s: %.3f s, want %.3f", tt.name, took, want)
		}
	}
}

// A pass begins when what the one before has asked is out and has been waited for, though
// another sender finds that out.
func TestPassWaitsForAll(t *testing.T) {
	n := network(func(netip.Addr) link.Node { return nil })
	v := start(t, wide{n, new(int)}, Options{Walk: over("198.18.0.0/24"), TCP: []uint16{80}, Senders: 2})
	p := v.all[0].plan
	var a, b batch
	now := n.Now()
	if _, more := p.take(now, 0, &a); !more || len(a.addrs) == 0 {
		t.Fatal("nothing to ask")
	}
	for !p.rest {
		if wait, more := p.take(now, 0, &b); wait > 0 || !more {
			t.Fatal(wait, more)
		} else if len(b.addrs) > 0 {
			p.done(now)
		}
	}
	now = now.Add(10 * defaultWait)
	if wait, more := p.take(now, 0, &b); wait <= 0 || !more {
		t.Error("the second pass began while a batch of the first was away")
	}
	p.done(now)
	if wait, _ := p.take(now, 0, &b); wait != defaultWait {
		t.Errorf("the second pass waits %v after the first, want %v", wait, defaultWait)
	}
	now = now.Add(defaultWait)
	if wait, _ := p.take(now, 0, &b); wait > 0 || p.walk != 2 || len(b.addrs) == 0 {
		t.Errorf("no second pass: wait %v, walk %d, %d addresses", wait, p.walk, len(b.addrs))
	}
}
