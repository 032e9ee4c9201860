package scan

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/link/sim"
	"whorl/method/gen2"
	"whorl/packet"
)

// measured is an exchange under ideal conditions, and the host it belongs to.
func measured() (*whorl.Host, *gen2.Exchange) {
	e := &gen2.Exchange{Target: gen2.Target{Addr: netip.MustParseAddr("192.0.2.7"), OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}, First: epoch}
	e.Numbers.UDPTTL = 60
	for p := gen2.S1; p <= gen2.S6; p++ {
		e.Slots[p] = gen2.Slot{Sends: 1, Sent: time.Duration(p) * gen2.SeqGap, Reply: &gen2.Reply{
			Flags: packet.SYN | packet.ACK, Seq: 1000 * (uint32(p) + 1), TTL: 64, Options: gen2.NewRawOptions([]byte{8, 10, 0, 1, byte(p), 0, 0, 0, 0, 1, 0, 0})}}
	}
	e.Slots[gen2.U1] = gen2.Slot{Sends: 1, Reply: &gen2.Reply{TTL: 64}}
	e.Quote.TTL = 60
	return &whorl.Host{Addr: e.Target.Addr, Distance: &whorl.Hops{Count: 1, Method: whorl.DistanceICMP}}, e
}

// The first reason that applies, in Nmap's words and order.
func TestNotIdeal(t *testing.T) {
	for _, c := range []struct {
		name      string
		do        func(*whorl.Host, *gen2.Exchange)
		want      string
		unsettled []string
	}{
		{"ideal", func(*whorl.Host, *gen2.Exchange) {}, "", nil},
		{"no distance", func(h *whorl.Host, _ *gen2.Exchange) { h.Distance = nil }, "", nil},
		{"five hops", func(h *whorl.Host, _ *gen2.Exchange) { h.Distance.Count = 5 }, "", nil},
		{"six hops", func(h *whorl.Host, _ *gen2.Exchange) { h.Distance.Count = 6 }, "Host distance (6 network hops) is greater than five", nil},
		{"negative", func(h *whorl.Host, _ *gen2.Exchange) { h.Distance.Count = -2 }, "Host distance (-2 network hops) appears to be negative", nil},
		{"no open port", func(_ *whorl.Host, e *gen2.Exchange) { e.Target.OpenTCP, e.Target.ClosedKnown = 0, false },
			"Missing an open TCP port so results incomplete",
			[]string{"SEQ, OPS, WIN, ECN, T1-T4: no open TCP port found", "T5-T7: no closed TCP port found"}},
		{"no closed port", func(_ *whorl.Host, e *gen2.Exchange) { e.Target.ClosedKnown = false },
			"Missing a closed TCP port so results incomplete", []string{"T5-T7: no closed TCP port found"}},
		{"held up", func(_ *whorl.Host, e *gen2.Exchange) { e.Slots[gen2.S6].Sent = 750 * time.Millisecond },
			"SEQ probes took 1.50 of their time", []string{"SEQ: the probes took 1.50 of their time, rates would be wrong"}},
		{"no U1", func(_ *whorl.Host, e *gen2.Exchange) { e.Slots[gen2.U1].Reply = nil }, "Didn't receive UDP response", nil},
	} {
		h, e := measured()
		c.do(h, e)
		Observe(h, e, "test")
		got := h.Observations[0].Conditions
		if d := cmp.Diff(c.want, got.NotIdeal); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(c.unsettled, got.Unsettled); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		f, err := gen2.Parse(h.Observations[0].Print)
		if err != nil {
			t.Fatal(err)
		}
		if g, _ := f.Scan.Value("G"); (g == "Y") != (c.want == "") {
			t.Errorf("%s: %s", c.name, f.Scan)
		}
	}
}

// apart are the times of n probes of the SEQ train.
func apart(n int) (out []time.Duration) {
	for i := range n {
		out = append(out, time.Duration(i)*gen2.SeqGap)
	}
	return out
}

func TestHostOf(t *testing.T) {
	_, e := measured()
	e.Target.Direct, e.Target.MAC = true, packet.MAC{2, 0x77, 0xab, 1, 2, 3}
	e.Last = epoch.Add(1500 * time.Millisecond)
	h := HostOf(e, "1.0")
	index := 0
	want := &whorl.Host{
		Schema: whorl.Schema, Addr: e.Target.Addr, MAC: "02:77:ab:01:02:03", Status: whorl.Status{Up: true, Reason: "recorded"},
		Seen: whorl.Span{First: e.First, Last: e.Last}, Distance: &whorl.Hops{Count: 1, Method: whorl.DistanceDirect},
		// 256 ticks in 100 ms are 2560 Hz, so the clock was zero 25.6 s before S1.
		Uptime: &whorl.Uptime{Seconds: 1.5 + 25.6, LastBoot: epoch.Add(-25600 * time.Millisecond)},
		Sequences: &whorl.Sequences{
			ISN: []uint32{1000, 2000, 3000, 4000, 5000, 6000}, IPID: make([]uint16, 6), Timestamps: []uint32{0x10000, 0x10100, 0x10200, 0x10300, 0x10400, 0x10500},
			Index: &index, IPIDClass: "Z", ClockClass: "other", First: epoch, Sent: apart(6),
		},
	}
	observations := h.Observations
	h.Observations = nil
	if d := cmp.Diff(want, h, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
	f, err := gen2.Parse(observations[0].Print)
	if err != nil {
		t.Fatal(err)
	}
	scan := "SCAN(V=1.0%E=4%D=1/1%OT=80%CT=81%CU=40000%PV=N%DS=1%DC=D%G=Y%M=0277AB%TM=6955B901%P=" + platform + ")"
	if d := cmp.Diff(scan, f.Scan.String()); d != "" {
		t.Error(d)
	}
}

// The ports say which of them fingerprinting relied on, also one that only the
// probes proved.
func TestPortsOfRecord(t *testing.T) {
	n := sim.New(sim.Options{})
	n.Add(netip.MustParseAddr("192.0.2.7"), &plain{rtt: time.Millisecond})
	h := run(t, n, Job{TCP: []uint16{80}, UDP: 53, Timing: Timings[3]}, "192.0.2.7")["192.0.2.7"]
	want := []whorl.Port{
		{Proto: "tcp", Number: 443, State: whorl.Closed, Reason: "reset", TTL: 64, Name: "https", Used: true},
		{Proto: "tcp", Number: 80, State: whorl.Open, Reason: "syn-ack", TTL: 64, Name: "http", Used: true},
		{Proto: "udp", Number: 53, State: whorl.Closed, Reason: "port-unreach", TTL: 64, Used: true},
	}
	if d := cmp.Diff(want, h.Ports); d != "" {
		t.Error(d)
	}
}
