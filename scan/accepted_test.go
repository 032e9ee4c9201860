package scan

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method/syn"
	"whorl/packet"
)

// A host that accepts what every program sends, and drops what fingerprinting does, is seen
// by the SYN-ACK to the search. One that answers the probes is not seen by it twice.
func TestObserveAccepted(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  bool // it answers every SYN
		want []string
	}{
		{"search alone", false, []string{"gen2", "syn"}},
		{"probes too", true, []string{"gen2"}},
	} {
		addr := netip.MustParseAddr("198.18.0.7")
		options := []byte{packet.OptMSS, 4, 5, 0xb4}
		host := nodeFunc(func(_ time.Time, q *packet.Packet, out link.Outlet) {
			if q.Transport != packet.TCP || q.TCP.DstPort != 80 || q.TCP.Flags != packet.SYN || !tt.all && len(q.TCP.Options) > len(options) {
				return
			}
			out.Send(time.Millisecond, &packet.Packet{Network: packet.IPv4, Src: q.Dst, Dst: q.Src, TTL: 60, IPv4: packet.IPv4Header{DF: true},
				Transport: packet.TCP, TCP: packet.TCPHeader{SrcPort: 80, DstPort: q.TCP.SrcPort, Seq: 1, Ack: q.TCP.Seq + 1,
					Flags: packet.SYN | packet.ACK, Window: 64240, Options: options}})
		})
		n := sim.New(sim.Options{})
		n.Add(addr, host)
		o := scan(context.Background(), t, network{n}, Job{Timing: Timings[3], SkipUp: true, Boxes: Never}, nil, addr.String())
		if o.err != nil || len(o.hosts[addr.String()]) != 1 {
			t.Fatalf("%s: %v, %v", tt.name, o.err, o.hosts)
		}
		h := o.hosts[addr.String()][0]
		var methods []string
		for _, o := range h.Observations {
			methods = append(methods, o.Method)
		}
		if len(methods) != len(tt.want) || methods[len(methods)-1] != tt.want[len(tt.want)-1] {
			t.Errorf("%s: observations %v, want %v", tt.name, methods, tt.want)
			continue
		}
		if tt.all {
			continue
		}
		const want = "SynAck(V=4%TTL=3C%H=2C%DF=Y%ID=Z%W=FAF0%MSS=5B4%O=M%SO=%SM=5B4)\nSeen(N=1%F=1%L=1%P=50)\n"
		got := h.Observations[1]
		if got.Print != want || got.Conditions.Sent != 1 || got.Conditions.Answered != 1 || got.Conditions.At.IsZero() {
			t.Errorf("%s: %+v, want %s", tt.name, got, want)
		}
		if p, err := syn.ParsePrint(got.Print); err != nil || !p.Offer.Known || p.Offer.Options != 0 {
			t.Errorf("%s: %+v, %v", tt.name, p, err)
		}
	}
}

// What a listener has heard of an address is judged with what the scan finds of it, also
// where the host is down; other addresses get nothing of it.
func TestHeard(t *testing.T) {
	heard := map[string]bool{"198.18.0.1": true, "198.18.0.9": true}
	judge := &counting{}
	ts := &Targets{}
	ts.Add("198.18.0.0/28", nil)
	found := map[string]int{}
	err := Run(context.Background(), Job{Timing: Timings[3], Targets: ts, TCP: []uint16{80, 81}}, Config{
		Network: network{hosts(4)}, NewJudge: func() Judge { return judge },
		Heard: func(a netip.Addr) []whorl.Observation {
			if heard[a.String()] {
				return []whorl.Observation{{Method: "syn", Conditions: whorl.Conditions{Heard: "x.json"}}}
			}
			return nil
		},
		Host: func(h *whorl.Host) {
			for _, o := range h.Observations {
				if o.Conditions.Heard != "" {
					found[h.Addr.String()]++
				}
			}
		},
	})
	if err != nil || len(found) != 2 || found["198.18.0.1"] != 1 || found["198.18.0.9"] != 1 {
		t.Errorf("%v, heard %v", err, found)
	}
	if judged := judge.judged(); len(judged) != 5 { // four that are up, one that was heard
		t.Errorf("judged: %v", judged)
	}
}

// counting notes who was judged.
type counting struct {
	mu    sync.Mutex
	hosts []netip.Addr
}

func (c *counting) Judge(h *whorl.Host) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = append(c.hosts, h.Addr)
}

func (c *counting) judged() []netip.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hosts
}
