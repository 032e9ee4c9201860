package osdb

import (
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
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
	if answer, ok := answerOf(e.second(tellsAnswers)); ok {
		for i := range lines {
			lines[i] = completed(lines[i], answer)
		}
		if len(lines) == 0 {
			lines = append(lines, answer)
		}
	}
	r, _ := syn.NewReference(lines)
	return r
}

// completed adds to a SynAck line what another says and it does not.
func completed(l, answer method.Line) method.Line {
	out := method.Line{Test: l.Test, Attrs: slices.Clone(l.Attrs)}
	for _, name := range []string{"LESS", "ID"} {
		more, told := answer.Value(name)
		if _, has := l.Value(name); told && !has {
			out.Set(name, more)
		}
	}
	return out
}

// tellsAnswers reports whether a test of the second generation tells of SYN-ACKs.
func tellsAnswers(test string) bool {
	switch test {
	case "SEQ", "OPS", "WIN", "ECN", "T1":
		return true
	}
	return false
}

// answerOf writes what the tests tell of SYN-ACKs as a SynAck line. ok is false if they
// lack the options or the window of the answer to S1, or its TTL.
func answerOf(tests method.Lines) (l method.Line, ok bool) {
	l.Test = syn.TestSynAck
	ttl, hasTTL := value(tests, "T1", "TG")
	window, hasWindow := value(tests, "WIN", "W1")
	options, hasOptions := value(tests, "OPS", "O1")
	if !hasTTL || !hasWindow || !hasOptions || ttl.String() == "" {
		return l, false
	}
	l.Set("TTL", ttl.String())
	if df, ok := value(tests, "T1", "DF"); ok {
		l.Set("DF", df.String())
	}
	if id, ok := value(tests, "SEQ", "TI"); ok {
		if id.String() == "Z" {
			l.Set("ID", "Z")
		} else if !id.Match("Z") {
			l.Set("ID", "N")
		}
	}
	if w := windows(window); w != "" {
		l.Set("W", w)
	}
	shapes, scales := layouts(options)
	var less []string
	for _, probe := range [...]struct{ test, attr string }{{"OPS", "O3"}, {"OPS", "O6"}, {"ECN", "O"}} {
		if x, ok := value(tests, probe.test, probe.attr); ok {
			found, _ := layouts(x)
			for shape := range strings.SplitSeq(found, "|") {
				if !slices.Contains(less, shape) {
					less = append(less, shape)
				}
			}
		}
	}
	if scales != "" {
		l.Set("WS", scales)
	}
	l.Set("O", shapes)
	if len(less) > 0 {
		l.Set("LESS", strings.Join(less, "|"))
	}
	return l, true
}

// value is the expression of an attribute. ok is false if the test says nothing of it, or
// nothing that can be read.
func value(tests method.Lines, test, attr string) (x expr.Expr, ok bool) {
	l, _ := tests.Test(test)
	text, ok := l.Value(attr)
	if !ok {
		return x, false
	}
	x, err := expr.Parse(text)
	return x, err == nil
}
