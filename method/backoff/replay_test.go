package backoff

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

// replayed gives what a capture of those packets holds of the host.
func replayed(trace []passing) *Exchange {
	var r Replay
	slices.SortStableFunc(trace, func(a, b passing) int { return a.at.Compare(b.at) })
	for _, x := range trace {
		r.Add(read(x.frame), x.at)
	}
	return r.Of(them)
}

// The packets of an exchange give the same lines again, whatever states were asked for and
// whatever was lost on the way.
func TestReplay(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*host)
		o      Options
		trip   time.Duration
	}{
		"all":           {o: Options{}},
		"held":          {o: Options{Hold: 800 * ms}},
		"s":             {o: Options{States: 1 << SynRcvd}},
		"l":             {o: Options{States: 1 << LastAck}},
		"f":             {o: Options{States: 1 << FinWait1}},
		"sf":            {o: Options{States: 1<<SynRcvd | 1<<FinWait1}},
		"l held":        {o: Options{States: 1 << LastAck, Hold: 800 * ms}},
		"f held":        {o: Options{States: 1 << FinWait1, Hold: 800 * ms}},
		"s held":        {o: Options{States: 1 << SynRcvd, Hold: 800 * ms}},
		"RST":           {change: func(h *host) { h.reset = 6 * time.Second }},
		"doubled":       {change: func(h *host) { h.double = true }},
		"keeps":         {change: func(h *host) { h.keeps = true }},
		"FIN lost":      {change: func(h *host) { h.finUnheard = 2 }},
		"banner":        {change: func(h *host) { h.banner = "220 ready\r\n" }},
		"SYNs lost":     {change: func(h *host) { h.lose = 4 }},
		"all SYNs lost": {change: func(h *host) { h.lose = 100 }},
		"late answers":  {trip: 1600 * ms},
		"refused":       {change: func(h *host) { h.refuse = true }},
		"unreachable":   {change: func(h *host) { h.unreachable = true }},
		"SYN proxy":     {change: func(h *host) { h.syn, h.window, h.opens = nil, 0, 2500*ms }},
		"deferred":      {change: func(h *host) { h.defers = true }},
	} {
		h := linux()
		if c.change != nil {
			c.change(h)
		}
		c.o.Timeout = 40 * time.Second
		w := newWire(t, h, c.o)
		w.trip = max(c.trip, w.trip)
		w.run()
		e := replayed(w.trace)
		if e == nil {
			t.Errorf("%s: nothing found", name)
			continue
		}
		if d := cmp.Diff(w.m.Measure().String(), e.Measure().String()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(problems(&w.m.Exchange), problems(e)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if e.Packets != w.m.Packets || !e.First.Equal(w.m.First) || e.Target != w.m.Target {
			t.Errorf("%s: %d packets from %v to %v, want %d from %v", name, e.Packets, e.First, e.Target, w.m.Packets, w.m.First)
		}
	}
}

// Behind the bound of packets nothing begins, and it is told.
func TestReplayFull(t *testing.T) {
	w := newWire(t, linux(), Options{})
	w.run()
	r := Replay{kept: maxPackets}
	for _, x := range w.trace {
		if r.Add(read(x.frame), x.at) {
			t.Fatalf("%x is taken", x.frame)
		}
	}
	if e := r.Of(them); e != nil || !r.Full() {
		t.Errorf("%+v, full %v", e, r.Full())
	}
}

// problems are those of each flow.
func problems(e *Exchange) (out []string) {
	for i := range e.Flows {
		out = append(out, e.Flows[i].State.String()+": "+e.Flows[i].Problem)
	}
	return out
}

// A RST of our own kernel is found again, and what it spoiled is left out again.
func TestReplayOwnReset(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 5 * time.Second})
	w.extra = func(w *wire) {
		if f := &w.m.Flows[0]; f.Opened != nil && !f.over() {
			p := &packet.Packet{Src: us, Dst: them, TTL: 64, Transport: packet.TCP, IPv4: packet.IPv4Header{DF: true}}
			p.TCP = packet.TCPHeader{SrcPort: f.Port, DstPort: 80, Seq: f.ISN + 1, Flags: packet.RST}
			w.trace = append(w.trace, passing{frameOf(p), w.now})
			w.m.Receive(read(frameOf(p)), w.now)
		}
	}
	w.run()
	e := replayed(w.trace)
	if d := cmp.Diff(w.m.Measure().String(), e.Measure().String()); d != "" || !e.Flows[0].Invalid || e.Packets != w.m.Packets {
		t.Errorf("%v, %d packets: %s", e.Flows[0].Invalid, e.Packets, d)
	}
}

// A connection of another program that begins with the same SYN is none of ours.
func TestReplayOthers(t *testing.T) {
	w := newWire(t, linux(), Options{Timeout: 5 * time.Second})
	w.run()
	for name, change := range map[string]func(p *packet.Packet){
		"scaled windows": func(p *packet.Packet) {
			if !p.TCP.Flags.Has(packet.SYN) {
				p.TCP.Window = 502
			}
		},
		"other ports": func(p *packet.Packet) { p.TCP.SrcPort += 30000 },
	} {
		var r Replay
		for _, x := range w.trace {
			p := read(x.frame)
			if p.Src == us {
				change(p)
			}
			r.Add(p, x.at)
		}
		if e := r.Of(them); e != nil {
			t.Errorf("%s: %v", name, e.Measure())
		}
	}
	if e := new(Replay).Of(netip.Addr{}); e != nil {
		t.Error(e)
	}
}

// What does not fit into the tables is told, and what stands in them goes on.
func TestReplayIsBounded(t *testing.T) {
	var r Replay
	syn := func(host uint32, port uint16) *packet.Packet {
		return &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Src: us,
			Dst: netip.AddrFrom4([4]byte{10, byte(host >> 16), byte(host >> 8), byte(host)}),
			TCP: packet.TCPHeader{SrcPort: lowestPort + port, DstPort: 80, Flags: packet.SYN, Window: window, Options: synOptions(packet.IPv4, 1)}}
	}
	for n := range uint32(maxTalks) {
		if !r.Add(syn(n, 0), time.Unix(0, 0)) || r.Full() {
			t.Fatalf("talk %d: full %v", n, r.Full())
		}
	}
	if r.Add(syn(maxTalks, 0), time.Unix(0, 0)) || !r.Full() {
		t.Error("one host more is taken")
	}
	r.full = false
	if !r.Add(syn(0, 1), time.Unix(0, 0)) || r.Full() {
		t.Error("a host that is known is not taken")
	}
	if r.kept = maxPackets; r.Add(syn(0, 2), time.Unix(0, 0)) || !r.Full() {
		t.Error("one packet more is taken")
	}
}

// FuzzReplay: whatever a capture holds, what is found is bounded, measures and reads again.
// Each three bytes of data overwrite one of a frame: which, where, with what.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{0, 24, 1, 3, 20, 2})
	f.Add([]byte{})
	var trace []passing
	for _, wireTo := range []func(testing.TB, *host, Options) *wire{newWire, newWire6} {
		h := linux()
		h.lose, h.double = 1, true
		w := wireTo(f, h, Options{Timeout: 30 * time.Second, Hold: 800 * ms})
		w.run()
		trace = append(trace, w.trace...)
	}
	slices.SortStableFunc(trace, func(a, b passing) int { return a.at.Compare(b.at) })
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := make([][]byte, len(trace))
		for i := range trace {
			frames[i] = slices.Clone(trace[i].frame)
		}
		for ; len(data) >= 3; data = data[3:] {
			frame := frames[int(data[0])%len(frames)]
			frame[int(data[1])%len(frame)] = data[2]
		}
		var r Replay
		for i, frame := range frames {
			r.Add(read(frame), trace[i].at)
		}
		for host := range r.first {
			e := r.Of(host)
			if e == nil {
				continue
			}
			if len(e.Flows) > int(numProbed) {
				t.Errorf("%d flows", len(e.Flows))
			}
			if _, err := Parse(e.Measure().String()); err != nil {
				t.Error(err)
			}
		}
	})
}
