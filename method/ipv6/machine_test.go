package ipv6

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

func plan(sent []methodtest.Sending) string { return methodtest.Plan(sent, Probes[:]) }

const (
	wholeTrain = "S1 0, S2 100, S3 200, S4 300, S5 400, S6 500"
	wholeRound = wholeTrain + ", IE1 525, IE2 550, NS 575, U1 600, TECN 625, T2 650, T3 675, T4 700, T5 725, T6 750, T7 775"
)

// What leaves when, for hosts that answer all, some or nothing.
func TestSchedule(t *testing.T) {
	noOpen, noTCP, far := target, target, target
	noOpen.OpenTCP = 0
	noTCP.OpenTCP, noTCP.ClosedTCP = 0, 0
	far.Direct = false
	for _, c := range []struct {
		name  string
		t     Target
		host  node
		tries int
		want  string
		took  time.Duration
	}{
		{"linux", target, linux, 0, wholeRound + ", T2 950, T3 975", 1025 * ms},
		{"one try", target, linux, 1, wholeRound, 825 * ms},
		{"behind a router", far, linux, 1,
			wholeTrain + ", IE1 525, IE2 550, U1 575, TECN 600, T2 625, T3 650, T4 675, T5 700, T6 725, T7 750", 800 * ms},
		{"answers to all", target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
			if which == T2 || which == T3 {
				which, q.TCP.Flags = T4, packet.ACK
			}
			return linux(which, n, at, q)
		}, 0, wholeRound, 776 * ms},
		// S3 and IE1 are missing; their late answers prove loss, so T2 and T3 are given more
		// tries, and S3 another train.
		{"loss", target, without(S3, IE1), 0,
			wholeRound + ", O3 800, IE1 825, T2 950, T3 975, T2 1250, T3 1275, T2 1550, T3 1575" +
				", S1 1675, S2 1775, S3 1875, S4 1975, S5 2075, S6 2175", 2225 * ms},
		// Limits of errors are waited for, and prove no loss.
		{"errors limited", target, without(IE2, U1), 0,
			wholeRound + ", T2 950, T3 975, IE2 1650, U1 1700", 1750 * ms},
		{"no open port", noOpen, linux, 0, "IE1 0, IE2 25, NS 50, U1 75, T5 100, T6 125, T7 150", 151 * ms},
		{"no TCP port", noTCP, linux, 0, "IE1 0, IE2 25, NS 50, U1 75", 76 * ms},
		{"nothing to ask", Target{Addr: methodtest.Them6}, silent, 0, "IE1 0, IE2 25, IE1 1000, IE2 1125", 2125 * ms},
		{"dead", noOpen, silent, 0,
			"IE1 0, IE2 25, NS 50, U1 75, T5 100, T6 125, T7 150, IE1 1000, NS 1050, T5 1100, IE2 1125, T6 1150, T7 1175, U1 1200", 2200 * ms},
	} {
		w, m := newWire(c.t, c.host, Options{Tries: c.tries})
		took := w.Run(t)
		if d := cmp.Diff(strings.Split(c.want, ", "), strings.Split(plan(w.Sent), ", ")); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if took != c.took {
			t.Errorf("%s: took %v, want %v", c.name, took, c.took)
		}
		if m.Packets != len(w.Sent) {
			t.Errorf("%s: %d packets counted, %d sent", c.name, m.Packets, len(w.Sent))
		}
	}
}

func TestLinux(t *testing.T) {
	e := exchange(t, linux)
	if d := cmp.Diff(linuxPrint, e.Measure().String()); d != "" {
		t.Error(d)
	}
	if e.Answered() != 15 || e.Asked() != 17 {
		t.Errorf("%d answers to %d probes", e.Answered(), e.Asked())
	}
	if hops, ok := e.Distance(); !ok || hops != 1 {
		t.Errorf("distance %d, %v", hops, ok)
	}
	if worst, ratio := e.Cadence(); worst != 0 || ratio != 1 {
		t.Errorf("cadence %v, %v", worst, ratio)
	}
	if e.RTT.Smoothed != ms || !e.First.Equal(methodtest.Epoch) || !e.Last.Equal(methodtest.Epoch.Add(975*ms)) {
		t.Errorf("round trip %v, from %v to %v", e.RTT.Smoothed, e.First, e.Last)
	}
}

// Loss changes what is sent, not what is measured.
func TestLossIsRepaired(t *testing.T) {
	e := exchange(t, without(S3, S5, IE1, IE2, NS, U1, TECN, T4, T5, T6, T7))
	if d := cmp.Diff(linuxPrint, e.Measure().String()); d != "" {
		t.Error(d)
	}
	if e.Train == 0 {
		t.Error("no second train")
	}
}

// Where every train loses something, the one that lost least is measured, and there are
// no more than three.
func TestBestTrain(t *testing.T) {
	w, m := newWire(target, func(which Probe, n int, at time.Duration, q *packet.Packet) *packet.Packet {
		if n == 1 && which == S3 || n == 2 && which <= S3 || n == 3 && (which == S5 || which == S6) {
			return nil
		}
		return linux(which, n, at, q)
	}, Options{})
	w.Run(t)
	if n := m.running().synAcks(); n != 5 || m.Slots[S3].Reply != nil || m.Train != 2 {
		t.Errorf("%d answers after %d more trains: %s", n, m.Train, plan(w.Sent))
	}
	if d := cmp.Diff(linuxPrint, m.Measure().String()); d != "" {
		t.Error(d)
	}
}

// A train that was held up goes on from there, and if it erred too much it is sent again.
func TestHeldUp(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		want int // trains beyond the first
	}{{5 * ms, 0}, {30 * ms, 0}, {90 * ms, 1}} {
		w, m := newWire(target, linux, Options{})
		held := false
		machine := &late{Machine: m, by: func(tag Probe) time.Duration {
			if tag == S4 && !held {
				held = true
				return c.late
			}
			return 0
		}}
		w.Machine = machine
		w.Run(t)
		if m.Train != c.want {
			t.Errorf("%v late: %d more trains: %s", c.late, m.Train, plan(w.Sent))
		}
	}
}
