package osdb

import (
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// Passive is what the record says of SYNs and SYN-ACKs: [Entry.Syn] and [Entry.SynAck].
func (e *Entry) Passive() syn.Reference { return append(e.Syn(), e.SynAck()...) }

// Syn is what the record says of SYNs. What cannot be read was reported when the record
// was.
func (e *Entry) Syn() syn.Reference {
	r, _ := syn.NewReference(e.Tests(func(test string) bool { return test == syn.TestSyn }))
	return r
}

// SynAck is what the record says of SYN-ACKs: its lines, and what follows from the tests of
// the second generation, whose probes S1-S6 and ECN are SYNs that offer four different sets
// of options. A record without a line gets one from there; one with such lines gets the
// layouts for SYNs that offer less and the kind of IP ID.
func (e *Entry) SynAck() syn.Reference {
	lines := e.Tests(func(test string) bool { return test == syn.TestSynAck })
	if e.tellsAnswers() {
		for i := range lines {
			lines[i] = e.completed(lines[i])
		}
		if len(lines) == 0 {
			lines = append(lines, e.answer())
		}
	}
	r, _ := syn.NewReference(lines)
	return r
}

// tellsAnswers reports whether the tests tell of SYN-ACKs: the options and the window of the
// answer to S1, and its TTL.
func (e *Entry) tellsAnswers() bool {
	ttl, _ := e.second(gen2.TestT1, "TG")
	_, window := e.second(gen2.TestWIN, "W1")
	_, options := e.second(gen2.TestOPS, "O1")
	return ttl != "" && window && options
}

// completed adds to a SynAck line what the tests say and it does not.
func (e *Entry) completed(l method.Line) method.Line {
	l.Attrs = slices.Clip(l.Attrs)
	if _, has := l.Value("LESS"); !has {
		e.setLess(&l)
	}
	if _, has := l.Value("ID"); !has {
		e.setID(&l)
	}
	return l
}

// answer writes what the tests tell of SYN-ACKs as a SynAck line.
func (e *Entry) answer() method.Line {
	l := method.Line{Test: syn.TestSynAck}
	set := func(name, value string) {
		if value != "" {
			l.Set(name, value)
		}
	}
	ttl, _ := e.second(gen2.TestT1, "TG")
	df, _ := e.second(gen2.TestT1, "DF")
	window, _ := e.second(gen2.TestWIN, "W1")
	options, _ := e.second(gen2.TestOPS, "O1")
	shapes, scales := layouts(parsed(options))
	set("TTL", ttl)
	set("DF", df)
	e.setID(&l)
	set("W", windows(parsed(window)))
	set("WS", scales)
	l.Set("O", shapes)
	e.setLess(&l)
	return l
}

// setID writes the kind of IP ID.
func (e *Entry) setID(l *method.Line) {
	switch id, ok := e.second(gen2.TestSEQ, "TI"); {
	case !ok:
	case id == "Z":
		l.Set("ID", "Z")
	case !parsed(id).Match("Z"):
		l.Set("ID", "N")
	}
}

// setLess writes the layouts of answers to SYNs that offer less than S1.
func (e *Entry) setLess(l *method.Line) {
	var less []string
	for _, probe := range [...]struct {
		test gen2.Test
		attr string
	}{{gen2.TestOPS, "O3"}, {gen2.TestOPS, "O6"}, {gen2.TestECN, "O"}} {
		if text, ok := e.second(probe.test, probe.attr); ok {
			found, _ := layouts(parsed(text))
			for shape := range strings.SplitSeq(found, "|") {
				if !slices.Contains(less, shape) {
					less = append(less, shape)
				}
			}
		}
	}
	if len(less) > 0 {
		l.Set("LESS", strings.Join(less, "|"))
	}
}

// parsed is an expression that could be read when the record was.
func parsed(text string) expr.Expr {
	x, _ := expr.Parse(text)
	return x
}
