package verdict

import "math"

// fact is one thing that a stack does, however many attributes show it.
type fact struct {
	name  string
	attrs []string // TEST.ATTR
	// drift is how often the value differs from its record on a host that is that
	// system: settings, memory, chance. rare is how often the value of a random other
	// system agrees with a record. Both are set by hand from the runs in lab/ and
	// from what sysctls and registries can change; see docs/verdict.md.
	drift, rare float64
}

// facts are all that the likelihood looks at.
var facts = []fact{
	{"options", []string{"OPS.O1", "OPS.O2", "OPS.O3", "OPS.O4", "OPS.O5", "OPS.O6", "ECN.O"}, 0.02, 0.03},
	{"window", []string{"WIN.W1", "WIN.W2", "WIN.W3", "WIN.W4", "WIN.W5", "WIN.W6", "ECN.W"}, 0.02, 0.04},
	{"ttl", []string{"ECN.T", "T1.T", "T4.T", "T5.T", "T6.T", "T7.T", "U1.T", "IE.T",
		"ECN.TG", "T1.TG", "T4.TG", "T5.TG", "T6.TG", "T7.TG", "U1.TG", "IE.TG"}, 0.05, 0.4},
	{"df of answers to SYN", []string{"ECN.DF", "T1.DF"}, 0.02, 0.6},
	{"df of resets", []string{"T4.DF", "T5.DF", "T6.DF", "T7.DF"}, 0.02, 0.5},
	{"df of ICMP", []string{"U1.DF", "IE.DFI"}, 0.02, 0.4},
	{"sequence numbers", []string{"SEQ.SP", "SEQ.ISR"}, 0.05, 0.4},
	{"sequence step", []string{"SEQ.GCD"}, 0.02, 0.85},
	{"IP ID", []string{"SEQ.TI"}, 0.05, 0.35},
	{"IP ID of resets", []string{"SEQ.CI"}, 0.05, 0.4},
	{"IP ID of echoes", []string{"SEQ.II"}, 0.1, 0.4},
	{"clock", []string{"SEQ.TS"}, 0.05, 0.2},
	{"ECN", []string{"ECN.CC"}, 0.03, 0.5},
	{"SYN-ACK numbers", []string{"T1.S", "T1.A", "T1.F", "T1.Q", "ECN.Q"}, 0.01, 0.9},
	{"null segment", []string{"T2.R"}, 0.03, 0.6},
	{"SYN FIN URG PSH", []string{"T3.R"}, 0.03, 0.6},
	{"stray ACK, open", []string{"T4.R", "T4.W", "T4.S", "T4.A", "T4.F", "T4.O"}, 0.02, 0.5},
	{"SYN, closed", []string{"T5.R", "T5.W", "T5.S", "T5.A", "T5.F", "T5.O"}, 0.02, 0.6},
	{"stray ACK, closed", []string{"T6.R", "T6.W", "T6.S", "T6.A", "T6.F", "T6.O"}, 0.02, 0.5},
	{"FIN PSH URG, closed", []string{"T7.R", "T7.W", "T7.S", "T7.A", "T7.F", "T7.O"}, 0.03, 0.5},
	{"reset data", []string{"T4.RD", "T5.RD", "T6.RD", "T7.RD"}, 0.01, 0.97},
	{"port unreachable", []string{"U1.R"}, 0.15, 0.8},
	{"quote", []string{"U1.IPL", "U1.UN"}, 0.02, 0.4},
	{"quoted header", []string{"U1.RIPL", "U1.RID", "U1.RIPCK", "U1.RUCK", "U1.RUD"}, 0.02, 0.8},
	{"echo", []string{"IE.R"}, 0.1, 0.85},
	{"echo code", []string{"IE.CD"}, 0.03, 0.5},
}

// weights of one attribute: natural logarithms of likelihood ratios.
type weight struct {
	fact    int
	for_    float64 // it agrees
	against float64 // it does not
}

// weights by TEST.ATTR.
var weights = func() map[string]weight {
	m := map[string]weight{}
	for i, f := range facts {
		for _, a := range f.attrs {
			m[a] = weight{i, math.Log((1 - f.drift) / f.rare), math.Log(f.drift / (1 - f.rare))}
		}
	}
	return m
}()

// Priors and limits of the likelihood.
const (
	// temper shrinks the sum of all facts, which are still not independent.
	temper = 0.6
	// priorUnknown is the weight of "some system that no record describes" against
	// one record, in natural logarithms: as much as a few facts must overcome.
	priorUnknown = 5.0
	// surest bounds what we claim, as a model is never sure of itself.
	surest = 0.99
	// tieShare is the share of the best record's probability from which on another
	// record of the same system is not told apart from it.
	tieShare = 0.1
)
