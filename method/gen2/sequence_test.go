package gen2

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// at gives samples of sequence numbers, 100 ms apart unless other times are named.
func at(isn []uint32, times ...time.Duration) (out []sample) {
	for i, n := range isn {
		after := time.Duration(i) * SeqGap
		if times != nil {
			after = times[i]
		}
		out = append(out, sample{sent: after, isn: n})
	}
	return out
}

// from adds up steps.
func from(first uint32, steps ...uint32) []uint32 {
	out := []uint32{first}
	for _, s := range steps {
		first += s
		out = append(out, first)
	}
	return out
}

// The figures are worked out by hand from the rates d/t: ISR is 8 log2 of their mean,
// SP 8 log2 of their standard deviation over n-1, both rounded.
func TestPredictability(t *testing.T) {
	for _, c := range []struct {
		name    string
		samples []sample
		want    Predictability
		ok      bool
	}{
		{"three answers", at(from(1, 1, 1)), Predictability{}, false},
		{"constant", at(from(7, 0, 0, 0)), Predictability{}, true},
		{"64000 a tick", at(from(1, 64000, 64000, 64000, 64000, 64000)), Predictability{GCD: 0xfa00, ISR: 154}, true},
		{"rates 10 to 50", at(from(1, 1, 2, 3, 4, 5)), Predictability{GCD: 1, ISR: 39, SP: 32}, true},
		{"common factor 9 is not taken out", at(from(1, 9, 18, 9, 18, 9)), Predictability{GCD: 9, ISR: 56, SP: 45}, true},
		{"common factor 10 is", at(from(1, 10, 20, 10, 20, 10)), Predictability{GCD: 10, ISR: 57, SP: 20}, true},
		{"deviation of one or less", at(from(1, 10, 11, 10, 11), 0, time.Second, 2*time.Second, 3*time.Second, 4*time.Second),
			Predictability{GCD: 1, ISR: 27}, true},
		{"round the corner", at(from(0xffffff00, 0x200, 0x200, 0x200)), Predictability{GCD: 0x200, ISR: 99}, true},
		{"backwards", at(from(1000, 0xfffffffb, 0xfffffffb, 0xfffffffb)), Predictability{GCD: 5, ISR: 45}, true},
		{"half way round", at(from(1, 1<<31, 1<<31, 1<<31)), Predictability{GCD: 1 << 31, ISR: 275}, true},
		{"an answer is missing", at(from(1, 100, 200, 100), 0, 100*ms, 300*ms, 400*ms), Predictability{GCD: 100, ISR: 80}, true},
		{"at the same time", at(from(1, 1, 1, 1), 0, 0, 0, 0), Predictability{GCD: 1, ISR: 159}, true},
		{"less than one a second", at(from(1, 1, 1, 1), 0, 2*time.Second, 4*time.Second, 6*time.Second), Predictability{GCD: 1}, true},
	} {
		got, ok := predictability(c.samples)
		if d := cmp.Diff(c.want, got); d != "" || ok != c.ok {
			t.Errorf("%s: %v, %s", c.name, ok, d)
		}
	}
}

// Which answers count for SEQ.
func TestSamples(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*Exchange)
		n    int
	}{
		{"all", func(*Exchange) {}, 6},
		{"a reset", tcp(S3, func(r *Reply) { r.Flags = 0x14 }), 5},
		{"a reset that claims to be a SYN-ACK", tcp(S3, func(r *Reply) { r.Flags = 0x16 }), 5},
		{"a SYN without ACK", tcp(S3, func(r *Reply) { r.Flags = 0x02 }), 5},
		{"number zero", tcp(S3, func(r *Reply) { r.Seq = 0 }), 5},
		{"equal IP IDs", func(e *Exchange) { // which Nmap takes for duplicates
			for p := S1; p <= S6; p++ {
				e.Slots[p].Reply.IPID = 7
			}
		}, 6},
		{"an answer to the repeat", func(e *Exchange) { e.Slots[O1].Reply, e.Slots[S1].Reply = e.Slots[S1].Reply, nil }, 5},
	} {
		e := linuxExchange(t)
		c.do(e)
		if s := e.Series(); len(s.ISN) != c.n || len(s.IPID) != c.n || len(s.Sent) != c.n {
			t.Errorf("%s: %d numbers, %d IP IDs, %d times, want %d", c.name, len(s.ISN), len(s.IPID), len(s.Sent), c.n)
		}
	}
	want := Series{ISN: from(1_000_000, 1, 2, 3, 4, 5), IPID: make([]uint16, 6), First: linuxExchange(t).First, Class: "Z"}
	for i := range 6 {
		want.Sent = append(want.Sent, time.Duration(i)*SeqGap)
	}
	if d := cmp.Diff(want, linuxExchange(t).Series()); d != "" {
		t.Error(d)
	}
}

func TestIPIDClass(t *testing.T) {
	steps := func(first uint16, steps ...uint16) []uint16 {
		out := []uint16{first}
		for _, s := range steps {
			first += s
			out = append(out, first)
		}
		return out
	}
	for _, c := range []struct {
		name       string
		ids        []uint16
		want, here string // seen on another machine, and on this one
	}{
		{"nothing", nil, "", ""},
		{"one", []uint16{0}, "", ""},
		{"zeros", []uint16{0, 0, 0}, "Z", "Z"},
		{"two zeros", []uint16{0, 0}, "Z", "Z"},
		{"constant", []uint16{0x1042, 0x1042}, "1042", "1042"},
		{"constant below 16", []uint16{15, 15, 15}, "F", "F"},
		{"zero, then not", []uint16{0, 1, 2}, "I", "I"},
		{"by one", steps(10, 1, 1, 1, 1, 1), "I", "I"},
		{"by nine", steps(10, 9, 1, 9), "I", "I"},
		{"by ten and odd", steps(10, 11, 1, 1), "", ""},
		{"by two", steps(10, 2, 2, 2), "I", "I"},
		{"even to a thousand", steps(10, 1000, 2, 998), "I", ""},
		{"even, above a thousand", steps(10, 1002, 2, 2), "RI", "RI"},
		{"busy", steps(10, 999, 3), "", "I"},
		{"random steps", steps(10, 1001, 3000, 20000), "RI", "RI"},
		{"a step of 20001", steps(10, 1, 20001), "RD", "RD"},
		{"two values far apart", steps(10, 20001), "RI", "RI"}, // too few to call it random
		{"backwards", []uint16{500, 400, 300}, "RD", "RD"},
		{"two values backwards", []uint16{500, 400}, "RI", "RI"},
		{"swapped", steps(0x100, 256, 512, 5120), "BI", "BI"},
		{"swapped by one", steps(0x100, 256, 256, 256), "BI", "100"},
		{"swapped too far", steps(0x100, 5376, 256), "I", "BI"},
		{"multiples of 256 from 25600 on", steps(0x100, 25600), "RI", "I"},
		{"counter wraps", steps(0xfffe, 1, 1, 1, 1), "I", "I"}, // RD in Nmap
		{"swapped wraps", steps(0xfe00, 256, 512, 256), "BI", "BI"},
		{"largest step that wraps", steps(0xf000, 5120, 5120), "BI", "BI"},
		{"larger step that wraps", steps(0xf000, 5121, 5121), "RD", "RD"},
		{"our own packets between", steps(10, 2, 2, 2), "I", "I"},
		{"our own and a busy host", steps(10, 10, 11, 10), "", ""},
	} {
		for local, want := range map[bool]string{false: c.want, true: c.here} {
			if got := IPIDClass(c.ids, local); got != want {
				t.Errorf("%s (local %v): %v is %q, want %q", c.name, local, c.ids, got, want)
			}
		}
	}
}

func TestSharedCounter(t *testing.T) {
	ids := func(syn []uint16, echo ...uint16) func(*Exchange) {
		return func(e *Exchange) {
			for p := S1; p <= S6; p++ {
				e.Slots[p].Reply.IPID = syn[p]
			}
			e.Slots[IE1].Reply.IPID, e.Slots[IE2].Reply.IPID = echo[0], echo[1]
		}
	}
	again := func(before func(*Exchange), ps ...Probe) func(*Exchange) {
		return func(e *Exchange) {
			before(e)
			for _, p := range ps {
				e.Slots[p].Sends++
				e.Slots[p].Sent += retryFloor
			}
		}
	}
	byOne := []uint16{10, 11, 12, 13, 14, 15}
	for _, c := range []change{
		{"zeros", func(*Exchange) {}, "SEQ.TI=Z SEQ.II=I SEQ.SS=" + absent},
		{"goes on", ids(byOne, 16, 17), "SEQ.TI=I SEQ.II=I SEQ.SS=S"},
		{"just below the bound", ids(byOne, 17, 18), "SEQ.SS=S"},
		{"at the bound", ids(byOne, 18, 19), "SEQ.SS=O"},
		{"elsewhere", ids(byOne, 5000, 5001), "SEQ.SS=O"},
		{"by two", ids([]uint16{10, 12, 14, 16, 18, 20}, 21, 22), "SEQ.TI=I SEQ.SS=" + absent},
		{"echo constant", ids(byOne, 16, 16), "SEQ.II=10 SEQ.SS=" + absent},
		{"wraps and goes on", ids([]uint16{65533, 65534, 65535, 0, 1, 2}, 3, 4), "SEQ.TI=I SEQ.SS=S"},
		{"wraps and is elsewhere", ids([]uint16{65533, 65534, 65535, 0, 1, 2}, 5000, 5001), "SEQ.TI=I SEQ.SS=O"},
		{"a repeated echo", again(ids(byOne, 16, 23), IE2), "SEQ.TI=I SEQ.II=I SEQ.SS=S"},
		{"the first of two repeated", again(ids(byOne, 23, 16), IE1), "SEQ.TI=I SEQ.II=I SEQ.SS=S"},
		{"both repeated", again(ids(byOne, 24, 25), IE1, IE2), "SEQ.TI=I SEQ.II=I SEQ.SS=" + absent},
		{"a repeat leaves a gap", again(ids(byOne, 16, 316), IE2), "SEQ.TI=I SEQ.II=" + absent},
		{"a repeat leaves what may be random steps", again(ids(byOne, 16, 2000), IE2), "SEQ.TI=I SEQ.II=" + absent},
		{"a repeat leaves a jump", again(ids(byOne, 16, 30001), IE2), "SEQ.TI=I SEQ.II=RI"},
		{"a repeat leaves an odd gap of a few", again(ids(byOne, 16, 31), IE2), "SEQ.TI=I SEQ.II=I"},
		{"a repeat leaves a swapped jump", again(ids(byOne, 0x0010, 0x8010), IE2), "SEQ.II=" + absent},
		{"repeated of a swapped counter", again(ids(byOne, 0x1000, 0x1400), IE2), "SEQ.II=BI"},
		{"two SYN-ACKs", func(e *Exchange) {
			ids(byOne, 16, 17)(e)
			none(S3, S4, S5, S6)(e)
		}, "SEQ.TI=" + absent + " SEQ.SS=" + absent},
		{"a repeated T5 is answered last", func(e *Exchange) {
			closedIDs(9, 7, 8)(e)
			e.Slots[T5].Sent += time.Second
		}, "SEQ.CI=I"},
		{"S6 overtakes on a long path", func(e *Exchange) {
			ids([]uint16{10, 11, 12, 13, 15, 14}, 16, 17)(e)
			e.RTT.Smoothed = 2 * SeqGap
		}, "SEQ.TI=I SEQ.SS=S"},
		{"random on a long path", func(e *Exchange) {
			ids([]uint16{40000, 11, 30000, 13, 50000, 14}, 16, 17)(e)
			e.RTT.Smoothed = 2 * SeqGap
		}, "SEQ.TI=RD"},
		{"T6 overtakes on a long path", func(e *Exchange) {
			closedIDs(8, 7, 9)(e)
			e.RTT.Smoothed = 100 * ms
		}, "SEQ.CI=I"},
		{"a short path keeps order", closedIDs(8, 7, 9), "SEQ.CI=RD"},
		{"random on a long path", func(e *Exchange) {
			closedIDs(40000, 7, 20000)(e)
			e.RTT.Smoothed = 100 * ms
		}, "SEQ.CI=RD"},
		{"IE2 overtakes on a long path", func(e *Exchange) {
			ids(byOne, 17, 16)(e)
			e.RTT.Smoothed = 100 * ms
		}, "SEQ.II=I SEQ.SS=S"},
		{"one answer from the closed port", none(T5, T6), "SEQ.CI=" + absent},
		{"two answers from the closed port", none(T6), "SEQ.CI=Z"},
	} {
		c.check(t)
	}
}

// closedIDs sets the IP IDs of the answers to T5-T7.
func closedIDs(ids ...uint16) func(*Exchange) {
	return func(e *Exchange) {
		for i, id := range ids {
			e.Slots[T5+Probe(i)].Reply.IPID = id
		}
	}
}

// ticking sets the timestamps of the SYN-ACKs to those of a clock.
func ticking(hz float64, first uint32) func(*Exchange) {
	return func(e *Exchange) {
		for p := S1; p <= S6; p++ {
			gone := (e.Slots[p].Sent - e.Slots[S1].Sent).Seconds()
			e.Slots[p].Reply.Options = NewRawOptions(stamp(first+uint32(gone*hz), 1))
		}
	}
}

func TestClock(t *testing.T) {
	const day = 24 * time.Hour
	options := func(p Probe, b []byte) func(*Exchange) {
		return tcp(p, func(r *Reply) { r.Options = NewRawOptions(b) })
	}
	both := func(fs ...func(*Exchange)) func(*Exchange) {
		return func(e *Exchange) {
			for _, f := range fs {
				f(e)
			}
		}
	}
	for _, c := range []struct {
		name   string
		do     func(*Exchange)
		value  string
		class  string
		steady bool
		up     time.Duration // at S1; -1: not told
	}{
		{"1000 Hz", ticking(1000, 86_400_000), "A", "1000HZ", true, day},
		{"100 Hz", ticking(100, 86_400_00), "7", "100HZ", true, day},
		{"70 Hz", ticking(70, 70*86400), "6", "other", true, day},
		{"150 Hz", ticking(150, 150*86400), "7", "other", true, day},
		{"200 Hz", ticking(200, 200*86400), "8", "other", true, day},
		{"350 Hz", ticking(350, 350*86400), "8", "other", true, day},
		{"720 Hz", ticking(720, 720*86400), "9", "other", true, day},
		{"10 Hz", ticking(10, 864_000), "3", "other", true, day},
		{"2 Hz", ticking(2, 172_800), "1", "2HZ", true, day},
		{"stands still", ticking(0, 77), "", "unknown class", false, -1},
		{"more than two years", ticking(10, 1<<31), "3", "other", true, -1},
		{"through zero", ticking(1000, 0xffffff00), "A", "1000HZ", true, 4294967040 * ms},
		{"an offset for each connection", both(ticking(1000, 5), options(S2, stamp(1<<30, 1)), options(S4, stamp(1<<29, 1))),
			"21", "other", false, -1},
		{"one without", both(ticking(1000, 5), options(S6, nil)), "U", "none returned (unsupported)", false, -1},
		{"one zero", both(ticking(1000, 5), options(S4, stamp(0, 1))), "0", "zero timestamp", false, -1},
		{"zero, then none", both(options(S4, stamp(0, 1)), options(S5, nil)), "U", "none returned (unsupported)", false, -1},
		{"none, then zero", both(options(S4, nil), options(S5, stamp(0, 1))), "0", "zero timestamp", false, -1},
		{"malformed", both(ticking(1000, 5), options(S2, []byte{8, 10, 0, 0})), "U", "none returned (unsupported)", false, -1},
		{"one answer", both(ticking(1000, 5), none(S2, S3, S4, S5, S6)), "", "unknown class", false, -1},
		{"two answers", both(ticking(1000, 86_400_000), none(S2, S3, S5, S6)), "A", "1000HZ", true, day},
		{"none", none(S1, S2, S3, S4, S5, S6), "", "unknown class", false, -1},
	} {
		e := linuxExchange(t)
		c.do(e)
		k := e.Clock()
		if k.Value != c.value || k.Class() != c.class || k.Steady != c.steady {
			t.Errorf("%s: TS=%s %s, steady %v (%v Hz)", c.name, k.Value, k.Class(), k.Steady, k.Hz)
		}
		up := time.Duration(-1)
		if !k.Boot.IsZero() {
			up = e.First.Add(e.Slots[S1].Sent).Sub(k.Boot)
		}
		if up != c.up && c.name != "through zero" || c.name == "through zero" && up.Round(time.Second) != c.up.Round(time.Second) {
			t.Errorf("%s: up for %v, want %v", c.name, up, c.up)
		}
		want := c.value
		if want == "" {
			want = absent
		}
		if got := attr(e, "SEQ", "TS"); got != want {
			t.Errorf("%s: TS=%s is printed", c.name, got)
		}
	}
}

func ExampleIPIDClass() {
	fmt.Println(IPIDClass([]uint16{100, 101, 103}, false))
	fmt.Println(IPIDClass([]uint16{0x0100, 0x0200, 0x0300}, false))
	fmt.Println(IPIDClass([]uint16{9, 40000, 123}, false))
	// Output:
	// I
	// BI
	// RD
}
