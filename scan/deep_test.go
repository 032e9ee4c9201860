package scan

import (
	"context"
	"slices"
	"testing"

	"whorl"
	"whorl/link"
	"whorl/method/deep"
)

// Our own probes come after those of gen2, only if asked for, and without a burst
// where the pace is slow.
func TestDeep(t *testing.T) {
	for _, c := range []struct {
		name    string
		deep    When
		rate    float64
		methods []string
		probes  int // of the last method
	}{
		{"off", Never, 0, []string{"gen2"}, 16},
		{"on", Always, 0, []string{"gen2", "deep"}, 17},
		{"slow", Always, Timings[2].Rate, []string{"gen2", "deep"}, 11},
	} {
		timing := Timings[3]
		timing.Rate = c.rate
		o := scan(context.Background(), t, &paths{links: []link.Conn{hosts(1)}}, Job{Deep: c.deep, Timing: timing}, nil, "198.18.0.0")
		if o.err != nil || len(o.hosts["198.18.0.0"]) != 1 {
			t.Fatalf("%s: %v, %d hosts", c.name, o.err, len(o.hosts))
		}
		var methods []string
		var last whorl.Observation
		for _, last = range o.hosts["198.18.0.0"][0].Observations {
			methods = append(methods, last.Method)
		}
		if !slices.Equal(methods, c.methods) || last.Conditions.Probes != c.probes {
			t.Errorf("%s: %q with %d probes, want %q with %d", c.name, methods, last.Conditions.Probes, c.methods, c.probes)
		}
		if c.deep == Never {
			continue
		}
		if p, err := deep.Parse(last.Print); err != nil || len(p) == 0 || last.Conditions.Sent > deep.MaxPackets {
			t.Errorf("%s: %v, %d packets, %s", c.name, err, last.Conditions.Sent, last.Print)
		}
	}
}
