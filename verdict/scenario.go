package verdict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// Scenario is a way in which a host is seen worse than under ideal conditions.
type Scenario struct {
	Name   string
	About  string
	Change func(seen []method.Line, r *References, rng *rand.Rand) []method.Line
}

// Scenarios are what training and evaluation go through.
var Scenarios = []Scenario{
	{"clean", "all probes answered as the record says",
		func(l []method.Line, _ *References, _ *rand.Rand) []method.Line { return l }},
	{"no closed port", "T5-T7 and CI are not there", noClosedPort},
	{"firewall", "only SYNs to the open port are answered", firewall},
	{"tunnel", "the MSS is lowered on the way, windows follow it", tunnel},
	{"noise", "six attributes have the values of other systems", noise},
}

// Subject makes an observation that agrees with a record: of every expression one
// value, chosen at random. The distance is known, so T is there and TG is not.
func Subject(r *gen2.Reference, rng *rand.Rand) (out []method.Line) {
	for t := range gen2.NumTests {
		test := r.Test(t)
		if test.State() == gen2.Absent || test.State() == gen2.Empty {
			continue
		}
		l := method.Line{Test: gen2.Tests[t].Name}
		for _, term := range test.Terms(expr.Whorl) {
			name := gen2.Tests[t].Attrs[term.Attr].Name
			if name == "TG" {
				continue
			}
			if v, ok := pick(term.Expr, rng); ok {
				l.Set(name, v)
			}
		}
		if r, ok := l.Value("R"); ok && r == "N" {
			l.Attrs = []method.Attr{{Name: "R", Value: "N"}}
		}
		if len(l.Attrs) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// pick chooses a value that an expression allows.
func pick(e expr.Expr, rng *rand.Rand) (string, bool) {
	alts := e.Alternatives()
	if len(alts) == 0 {
		return "", false
	}
	alt := alts[rng.IntN(len(alts))]
	if lo, hi, ok := alt.Bounds(); ok && alt.Kind == expr.Range {
		return fmt.Sprintf("%X", lo+rng.Uint64N(hi-lo+1)), true
	}
	return alt.Example()
}

func noClosedPort(l []method.Line, _ *References, _ *rand.Rand) []method.Line {
	return without(l, []string{"T5", "T6", "T7"}, "CI")
}

func firewall(l []method.Line, _ *References, _ *rand.Rand) []method.Line {
	out := without(l, []string{"T2", "T3", "T4", "T5", "T6", "T7", "U1", "IE"}, "CI", "II", "SS")
	for i := range out { // no port unreachable, no distance
		for j, a := range out[i].Attrs {
			if a.Name == "T" {
				if n, err := strconv.ParseUint(a.Value, 16, 16); err == nil {
					out[i].Attrs[j] = method.Attr{Name: "TG", Value: fmt.Sprintf("%X", method.GuessTTL(uint8(min(n, 255))))}
				}
			}
		}
	}
	for _, t := range []string{"T2", "T3", "T4", "U1", "IE"} {
		out = append(out, method.Line{Test: t, Attrs: []method.Attr{{Name: "R", Value: "N"}}})
	}
	return out
}

// without copies an observation and leaves tests, and attributes of SEQ, out.
func without(l []method.Line, tests []string, seq ...string) (out []method.Line) {
	for _, line := range l {
		if slices.Contains(tests, line.Test) {
			continue
		}
		c := method.Line{Test: line.Test}
		for _, a := range line.Attrs {
			if line.Test != "SEQ" || !slices.Contains(seq, a.Name) {
				c.Attrs = append(c.Attrs, a)
			}
		}
		if len(c.Attrs) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// tunnel lowers the MSS of a host that announces an Ethernet's, by 40 to 200 bytes.
// Half of the hosts know of it and compute their windows from it.
func tunnel(l []method.Line, _ *References, rng *rand.Rand) []method.Line {
	lower := ethernetMSS - 40 - rng.IntN(160)
	windows := rng.IntN(2) == 0
	out := without(l, nil)
	ops, _ := find(l, "OPS")
	for i := range out {
		for j, a := range out[i].Attrs {
			switch {
			case strings.HasPrefix(a.Name, "O") && mssOf(a.Value) == ethernetMSS:
				out[i].Attrs[j].Value = strings.Replace(a.Value, "M5B4", fmt.Sprintf("M%X", lower), 1)
			case windows && out[i].Test == "WIN":
				o, _ := ops.Value("O" + a.Name[1:])
				out[i].Attrs[j].Value = lowered(a.Value, o, lower)
			case windows && out[i].Test == "ECN" && a.Name == "W":
				ecn, _ := find(l, "ECN")
				o, _ := ecn.Value("O")
				out[i].Attrs[j].Value = lowered(a.Value, o, lower)
			}
		}
	}
	return out
}

// lowered computes a window for a smaller MSS as the stack would.
func lowered(window, options string, mss int) string {
	n, err := strconv.ParseUint(window, 16, 16)
	if err != nil || mssOf(options) != ethernetMSS {
		return window
	}
	overhead := 0
	if strings.Contains(options, "T") {
		overhead = timestampLen
	}
	unit, lower := ethernetMSS-overhead, mss-overhead
	switch w := int(n); {
	case w == 0 || w%unit != 0:
		return window
	case w == maxWindow/unit*unit:
		return fmt.Sprintf("%X", maxWindow/lower*lower)
	default:
		return fmt.Sprintf("%X", w/unit*lower)
	}
}

// noise gives six attributes the values of other systems.
func noise(l []method.Line, r *References, rng *rand.Rand) []method.Line {
	out := without(l, nil)
	for range 6 {
		i := rng.IntN(len(out))
		j := rng.IntN(len(out[i].Attrs))
		a := &out[i].Attrs[j]
		if a.Name == "R" {
			continue // silence is another scenario
		}
		other := Subject(r.Entries[rng.IntN(len(r.Entries))].Gen2, rng)
		if line, ok := find(other, out[i].Test); ok {
			if v, ok := line.Value(a.Name); ok {
				a.Value = v
			}
		}
	}
	return out
}
