package gen1_test

import (
	"strings"
	"testing"

	"whorl/data"
	"whorl/lab/target"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/osdb"
)

// probe measures a target of the lab.
func probe(t *testing.T, h *target.Target, seed byte) *gen1.Machine {
	t.Helper()
	m := gen1.NewMachine(gen1.Target{Addr: h.IP, OpenTCP: h.Open[0], ClosedTCP: h.Closed, ClosedUDP: h.Closed, ClosedKnown: true},
		method.Key{seed}.Stream(h.IP, "gen1"))
	err := h.Do(func() error {
		p, err := target.OpenProber(h.IP)
		if err != nil {
			return err
		}
		defer p.Close()
		return p.Drive(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Stacks of the lab are measured as their records say.
func TestLab(t *testing.T) {
	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, p := range problems {
		t.Error(p)
	}
	for _, c := range []struct{ words, record string }{
		{"linux", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_timestamps=0", "Linux 6.1 - 7.3"},
		{"linux net.ipv4.tcp_window_scaling=0", "Linux 6.1 - 7.3"},
		{"gvisor", "gVisor netstack"},
		{"lwip", "lwIP 2.1"},
		{"slirp", "libslirp 4.X"},
		{"pasta", "pasta or passt"},
	} {
		t.Run(c.words, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(c.words)
			h := target.Up(t, words[0], words[1:]...)
			record := set.Find(c.record)[0]
			for seed := range byte(2) {
				m := probe(t, h, seed)
				seen := m.Measure()
				points, evidence := record.Gen1.Score(seen)
				t.Logf("%d of %d\n%s", points.Passed, points.Compared, seen)
				if !points.Perfect() || points.Compared < 12 {
					for _, e := range evidence {
						if !e.Agrees {
							t.Errorf("%s %s: want %s, got %s", e.Test, e.Attr, e.Want, e.Got)
						}
					}
					t.Errorf("%d of %d attributes", points.Passed, points.Compared)
				}
			}
		})
	}
}
