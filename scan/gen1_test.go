package scan

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link/sim"
	"whorl/method/gen1"
	"whorl/persona"
)

// asked is the host at themAddr of a record, asked by those generations.
func asked(t *testing.T, g Gens, record string, open ...uint16) *whorl.Host {
	t.Helper()
	set, judge := embedded(t)
	n := sim.New(sim.Options{Resets: true})
	n.Add(themAddr, stack(t, set, record, persona.Options{Addr: themAddr, OpenTCP: open, Delay: time.Millisecond}))
	o := judged(context.Background(), t, network{n}, Job{Gens: g, TCP: []uint16{80, 81}, SkipUp: true, Deep: IfNeeded, Timing: Timings[3]}, judge, nil, themAddr.String())
	if o.err != nil || len(o.hosts[themAddr.String()]) != 1 {
		t.Fatal(o.err)
	}
	return o.hosts[themAddr.String()][0]
}

// Each generation is asked if wanted, the second first; both name the same.
func TestGens(t *testing.T) {
	for _, c := range []struct {
		gens    Gens
		methods []string
	}{
		{0, []string{"gen2"}}, {Gen2, []string{"gen2"}}, {Gen1, []string{"gen1"}}, {Gen1 | Gen2, []string{"gen2", "gen1"}},
	} {
		for _, record := range []string{"Linux 6.1 - 7.3", "gVisor netstack", "lwIP 2.1"} {
			h := asked(t, c.gens, record, 80)
			var methods []string
			for _, o := range h.Observations {
				methods = append(methods, o.Method)
			}
			family, _, _ := strings.Cut(record, " ")
			if !slices.Equal(methods, c.methods) || !strings.Contains(h.Verdicts[0].Name, family) {
				t.Errorf("%v of %s: %v, %s", c.gens, record, methods, h.Verdicts[0].Name)
			}
		}
	}
}

// What the first generation alone tells of a host is in its record.
func TestGen1Record(t *testing.T) {
	h := asked(t, Gen1, "gVisor netstack", 80)
	o := h.Observations[0]
	p, err := gen1.Parse(o.Print)
	if err != nil || !strings.HasPrefix(o.Print, "SInfo(V=test%P=") || !strings.Contains(o.Print, "%O=80%C=81") || len(p) != 10 {
		t.Errorf("%v, %s", err, o.Print)
	}
	if c := o.Conditions; c.Sent < 14 || c.Sent > 16 || c.Answered != 13 || c.Probes != 14 || c.RTT <= 0 || c.WorstGap > 10*time.Millisecond || c.NotIdeal != "" || c.Unsettled != nil {
		t.Errorf("%+v", c)
	}
	udp := slices.ContainsFunc(h.Ports, func(p whorl.Port) bool { return p.Proto == "udp" && p.State == whorl.Closed && p.Used })
	if !udp || h.Sequences == nil || len(h.Sequences.ISN) != 6 || len(h.Sequences.Timestamps) != 6 || len(h.Sequences.Sent) != 6 || h.Sequences.ClockClass != "1000HZ" {
		t.Errorf("%+v, %+v", h.Ports, h.Sequences)
	}
}

// Without an open port, what is missing is told.
func TestGen1NoPort(t *testing.T) {
	h := asked(t, Gen1, "Linux 6.1 - 7.3")
	c := h.Observations[0].Conditions
	if c.NotIdeal != "Missing an open TCP port so results incomplete" || !slices.Equal(c.Unsettled, []string{"TSeq, T1-T4: no open TCP port found"}) {
		t.Errorf("%+v", c)
	}
	if v := h.Verdicts[0]; v.Name != whorl.Unknown || !strings.Contains(v.Source.Text, "too little answered") {
		t.Errorf("%+v", v)
	}
}
