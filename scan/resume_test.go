package scan

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
)

// sparse is a network where one address in eight is up.
func sparse() *sim.Net {
	n := sim.New(sim.Options{})
	n.Otherwise(func(a netip.Addr) link.Node {
		if a.As4()[3]%8 != 3 {
			return nil
		}
		return &plain{rtt: time.Millisecond}
	})
	return n
}

// said is what a host is known as, whenever that was found.
func said(h *whorl.Host) string {
	return fmt.Sprint(h.Addr, h.Status, len(h.Ports), len(h.Observations), h.Warnings)
}

// A scan that is cut off again and again gives in the end what one gives that is left
// alone: each host once.
func TestResume(t *testing.T) {
	const targets, excluded = "10.0.0.0/21", "10.0.3.0/25"
	want := map[string]bool{}
	whole := Job{Targets: rangeOf(t, targets, excluded), TCP: []uint16{80, 81}, Timing: Timings[4]}
	if err := Run(t.Context(), whole, Config{Network: network{sparse()}, Host: func(h *whorl.Host) { want[said(h)] = true }}); err != nil || len(want) != 2048-128 {
		t.Fatalf("%d hosts, %v", len(want), err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	var file bytes.Buffer
	var given []string
	runs := 0
	for ; runs < 100; runs++ {
		given = nil
		ts := rangeOf(t, targets, excluded)
		text := bytes.Clone(file.Bytes())
		j, done := &JournalReader{}, NewPositions(ts)
		if runs > 0 {
			text = text[:len(text)-rng.IntN(2000)] // the end never reached the disk
			given, j = replayed(t, text, ts, done)
			text = text[:j.Good]
		}
		file = *bytes.NewBuffer(text)
		w := NewJournalWriter(&file)
		if runs == 0 {
			w.Begin(JournalHead{})
		}
		ts.Skip(done)
		ctx, cancel := context.WithCancel(t.Context())
		left := 50 + rng.IntN(200)
		job := whole
		job.Targets, job.Parallel = ts, 64
		kept := map[netip.Addr]bool{}
		err := Run(ctx, job, Config{Network: network{sparse()},
			Keep: func(position uint64, h *whorl.Host) {
				kept[h.Addr] = true
				if w.Host(position, h); len(kept)%16 == 0 {
					w.Flush()
				}
			},
			Host: func(h *whorl.Host) {
				if kept[h.Addr] {
					given = append(given, said(h))
				} else if len(h.Warnings) == 0 {
					t.Errorf("%v is not kept, and does not say why", h.Addr)
				}
				if left--; left == 0 {
					cancel()
				}
			}})
		w.Flush()
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if left > 0 {
			break
		}
	}
	if slices.Sort(given); len(given) != len(want) || len(slices.Compact(given)) != len(want) {
		t.Errorf("%d hosts, %d different, want %d", len(given), len(slices.Compact(given)), len(want))
	}
	for _, g := range given {
		if !want[g] {
			t.Errorf("%s is not what an undisturbed scan gives", g)
		}
	}
	if runs < 2 {
		t.Errorf("cut off only %d times", runs)
	}
	t.Logf("cut off %d times", runs)
}

// replayed takes the hosts of a journal.
func replayed(t *testing.T, text []byte, ts *Targets, done *Positions) (given []string, j *JournalReader) {
	j, err := NewJournalReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, err := j.Next()
		if err == io.EOF {
			return given, j
		}
		if err != nil {
			t.Fatal(err)
		}
		for p := range r.Positions(ts.Count()) {
			if added, err := done.Add(p); !added || err != nil {
				t.Errorf("position %d stands twice in the journal, %v", p, err)
			}
			given = append(given, said(r.Record(ts.At(p))))
		}
	}
}

// What could not be asked is not taken for done: no route, a link that fails, packets
// that are refused.
func TestKeep(t *testing.T) {
	for name, c := range map[string]struct {
		send func(int) error
		kept int
	}{
		"all well":       {nil, 16},
		"interface down": {func(nth int) error { return map[bool]error{true: syscall.ENETDOWN}[nth > 100] }, 0},
		"prohibited":     {func(int) error { return syscall.EPERM }, 0},
	} {
		f := &faulty{Net: hosts(16), send: c.send}
		ts := rangeOf(t, "198.18.0.0/28", "")
		if err := ts.Add("198.18.9.0/28", nil); err != nil { // no route
			t.Fatal(err)
		}
		kept, all := 0, 0
		Run(t.Context(), Job{Targets: ts, TCP: []uint16{80, 81}, Timing: Timings[3]}, Config{
			Network: &paths{links: []link.Conn{f}},
			Keep: func(position uint64, h *whorl.Host) {
				if kept++; ts.At(position).Addr != h.Addr {
					t.Errorf("%s: %v is kept as position %d", name, h.Addr, position)
				}
			},
			Host: func(*whorl.Host) { all++ },
		})
		if kept != c.kept || all != 32 {
			t.Errorf("%s: %d of %d hosts are kept, want %d", name, kept, all, c.kept)
		}
	}
}
