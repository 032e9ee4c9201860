package gen1

import (
	"testing"
	"time"

	"whorl/method/methodtest"
	"whorl/packet"
)

// numbered is windows whose S1-S6 have these ISNs, IP IDs and timestamps (none if nil).
func numbered(isns []uint32, ids []uint16, stamps []uint32) node {
	return but(func(which Probe, _ int, _ time.Duration, r *packet.Packet) *packet.Packet {
		i := int(which) - int(S1)
		if i < 0 {
			return r
		}
		if i >= len(isns) {
			return nil
		}
		r.TCP.Seq, r.TCP.Options = isns[i], nil
		if ids != nil {
			r.IPv4.ID = ids[i]
		}
		if stamps != nil {
			r.TCP.Options = stamp(stamps[i])
		}
		return r
	})
}

// from are six numbers with these steps between them.
func from(first uint32, steps ...uint32) []uint32 {
	out := []uint32{first}
	for _, s := range steps {
		first += s
		out = append(out, first)
	}
	return out
}

// Section 3.3, ISN algorithm.
func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		name string
		isns []uint32
		want Growth
	}{
		{"constant", from(7, 0, 0, 0, 0, 0), Growth{Class: Constant, Value: 7}},
		{"64K", from(1, 64000, 128000, 64000, 64000, 64000), Growth{Class: Rule64K, GCD: 64000, Index: 1}},
		{"i800", from(1, 800, 1600, 800, 800, 800), Growth{Class: Increments800, GCD: 800, Index: 10}},
		{"random", from(1, 1<<30, 3<<28, 5<<20, 11, 13), Growth{Class: TrulyRandom, GCD: 1, Index: 9999999}},
		// "first matching rule wins and overrides the provisional TR"
		{"64K with a jump", from(1, 64000*1000, 64000, 64000, 64000, 64000), Growth{Class: Rule64K, GCD: 64000, Index: 1}},
		{"just not random", from(1, 50_000_000, 1, 1, 1, 1), Growth{Class: RandomIncrements, GCD: 1, Index: 20_000_000}},
		// "d[i] = min(a-b, b-a) in 32-bit modular arithmetic": a plain difference of 2^32-20 would be TR.
		{"across zero", from(0xfffffff0, 20, 20, 20, 20, 21), Growth{Class: TimeDependent, GCD: 1, Index: 0}},
		{"downwards", from(1000, ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(1)), Growth{Class: TimeDependent, GCD: 1, Index: 0}},
		// "avg = sum(d[i]) divided by their number in integer arithmetic (quirk: truncated,
		// not rounded)": 2 of 2.8 here, which would make it 1.
		{"truncated average", from(1, 1, 2, 2, 4, 5), Growth{Class: TimeDependent, GCD: 1, Index: 2}},
		{"index 74", from(1, 1, 149, 1, 149, 1), Growth{Class: TimeDependent, GCD: 1, Index: 73}},
		{"index 75", from(1, 1, 155, 1, 155, 1), Growth{Class: RandomIncrements, GCD: 1, Index: 75}},
		{"in units", from(1, 300, 301*300, 300, 300, 300), Growth{Class: RandomIncrements, GCD: 300, Index: 120}},
	} {
		if got := GrowthOf(c.isns); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestProse(t *testing.T) {
	for index, want := range map[uint32]string{9: "Trivial joke", 79: "Easy", 2999: "Medium", 4999: "Formidable", 99999: "Worthy challenge", 9999999: "Good luck!"} {
		if got := (Growth{Index: index}).Difficulty(); got != want {
			t.Errorf("%d: %s, want %s", index, got, want)
		}
	}
	if Rule64K.Prose() != "64K rule" || TrulyRandom.String() != "TR" {
		t.Error(Rule64K.Prose(), TrulyRandom)
	}
}

// Section 3.3, IP ID classes: "first rule that applies".
func TestIPID(t *testing.T) {
	for _, c := range []struct {
		ids   []uint16
		local bool
		want  string
	}{
		{[]uint16{5, 4, 6, 7}, false, "RD"},
		{[]uint16{65400, 100, 101, 102}, false, "I"}, // "except for a plausible wrap"
		{[]uint16{65001, 500, 501, 502}, false, "RPI"},
		{[]uint16{64999, 500, 501, 502}, false, "RD"},
		{[]uint16{65001, 501, 502, 503}, false, "RD"},
		{[]uint16{0, 0, 0, 0}, false, "Z"},
		{[]uint16{1, 1002, 1003, 1004}, false, "RPI"},
		// "RPI and C are decided in one pass in sequence order"
		{[]uint16{0, 0, 2000, 2001}, false, "C"},
		{[]uint16{1, 2000, 2000, 2001}, false, "RPI"},
		{[]uint16{1, 2, 400, 900}, false, "I"}, // any step of one
		{[]uint16{1, 257, 513, 1281}, false, "BI"},
		{[]uint16{1, 10, 12, 15}, false, "I"},
		{[]uint16{1, 11, 13, 16}, false, ""},
		{[]uint16{1, 257, 513, 523}, false, ""},
		// "when all diffs are >= 2, each diff is first reduced by 256 if it is a multiple of
		// 256, else by 1 (the own RST consumed an ID)"
		{[]uint16{1, 3, 5, 7}, true, "I"},
		{[]uint16{1, 12, 22, 33}, true, ""},
		{[]uint16{1, 11, 21, 31}, true, "I"},
		{[]uint16{1, 513, 1025, 1537}, true, "BI"},
		{[]uint16{1, 257, 513, 769}, true, "C"},
	} {
		if got := ipidClass(c.ids, c.local); got != c.want {
			t.Errorf("%v, local %v: %q, want %q", c.ids, c.local, got, c.want)
		}
	}
}

// Section 3.3: "needs >= 4 usable SYN-ACKs; otherwise there is no TSeq test at all".
func TestResponses(t *testing.T) {
	e := exchange(t, numbered(from(1, 3, 3, 4), nil, nil))
	if _, ok := e.Sequence(); !ok {
		t.Error("four SYN-ACKs are not enough")
	}
	e = exchange(t, numbered(from(1, 3, 4), nil, nil))
	if s, ok := e.Sequence(); ok || s.Responses != 3 || e.Trains != 2 {
		t.Errorf("%+v after %d trains", s, e.Trains)
	}
	e = exchange(t, but(func(which Probe, _ int, _ time.Duration, r *packet.Packet) *packet.Packet {
		if which >= S1 {
			r.TCP.Flags = packet.RST
		}
		return r
	}))
	if _, ok := e.Sequence(); ok || e.Resets() != 6 || e.Trains != 1 {
		t.Errorf("%d resets after %d trains", e.Resets(), e.Trains)
	}
}

// Section 2.3: "a packet with the same IP ID as the previous one is dropped as a capture
// duplicate (quirk: ID 0 is exempt because 0 disables the check; a constant non-zero ID
// therefore loses its replies, so that class C hardly ever arises and TSeq goes missing
// for such hosts)".
func TestConstantID(t *testing.T) {
	isns := from(1, 3, 3, 3, 3, 4)
	for _, c := range []struct {
		ids       []uint16
		responses int
		class     string
	}{
		{[]uint16{7, 7, 7, 7, 7, 7}, 1, ""},
		{[]uint16{0, 0, 0, 0, 0, 0}, 6, "Z"},
		{[]uint16{0, 0, 0, 0, 0, 1}, 6, "C"},
		{[]uint16{7, 7, 8, 9, 10, 10}, 4, "I"},
		{[]uint16{7, 8, 8, 8, 8, 9}, 3, ""},
	} {
		s, ok := exchange(t, numbered(isns, c.ids, nil)).Sequence()
		if ok != (c.responses >= 4) || s.Responses != c.responses || s.IPID != c.class {
			t.Errorf("%v: %d responses, class %q; want %d and %q", c.ids, s.Responses, s.IPID, c.responses, c.class)
		}
	}
}

// Section 3.3, TS values.
func TestClock(t *testing.T) {
	isns := from(1, 3, 3, 3, 3, 4)
	const tick = uint32(1e6)
	for _, c := range []struct {
		name   string
		stamps []uint32
		class  string
		uptime time.Duration // before the first SYN of the train; 0: not known
	}{
		{"none", nil, "U", 0},
		{"zero", []uint32{0, 1, 2, 3, 4, 5}, "0", 0},
		{"one tick of 2 Hz", from(tick, 0, 0, 1, 0, 0), "2HZ", 500_000 * time.Second},
		{"no tick", from(tick, 0, 0, 0, 0, 0), "", 0},
		{"100 Hz", from(tick, 11, 11, 11, 11, 11), "100HZ", 10_000 * time.Second},
		{"1000 Hz", from(tick, 110, 110, 110, 110, 111), "1000HZ", 1000 * time.Second},
		{"250 Hz", from(tick, 27, 28, 27, 28, 27), "", 0},
		{"across zero", from(0xfffffff0, 11, 11, 11, 11, 11), "100HZ", time.Duration(0xfffffff0) * 10 * ms},
		{"long up", from(0xf0000000, 1, 0, 0, 0, 0), "2HZ", 0}, // "discarded if more than 63,072,000 s (2 years) ago"
	} {
		s, ok := exchange(t, numbered(isns, nil, c.stamps)).Sequence()
		if !ok || s.TS != c.class {
			t.Errorf("%s: %q, want %q", c.name, s.TS, c.class)
		}
		boot := time.Time{}
		if c.uptime > 0 {
			boot = methodtest.Epoch.Add(ms - c.uptime)
		}
		if s.Boot.Sub(boot).Abs() > ms {
			t.Errorf("%s: boot %v, want %v", c.name, s.Boot, boot)
		}
	}
	mixed := exchange(t, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		r := numbered(isns, nil, make([]uint32, 6))(which, n, at, q)
		if which == S3 {
			r.TCP.Options = nil
		}
		return r
	})
	if s, _ := mixed.Sequence(); s.TS != "U" {
		t.Errorf("one answer without a timestamp: %q", s.TS)
	}
}
