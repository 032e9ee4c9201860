package osdb

import (
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// Passive is what the record says of SYNs and SYN-ACKs: its lines Syn and SynAck, and
// what follows for SYN-ACKs from the tests of the second generation, whose probes S1-S6
// and ECN are SYNs that offer four different sets of options. A record without a SynAck
// line gets one from there; one with such lines gets the layouts for SYNs that offer less
// and the kind of IP ID. What cannot be read was reported when the record was.
func (e *Entry) Passive() syn.Reference {
	answer, told := answerOf(e.Gen2)
	var lines []method.Line
	own := false
	for _, l := range e.Extra {
		if l.Test == syn.TestSynAck {
			own = true
			if told {
				l = completed(l, answer)
			}
		}
		lines = append(lines, l)
	}
	if !own && told {
		lines = append(lines, answer)
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

// answerOf writes what the tests tell of SYN-ACKs as a SynAck line. ok is false if they
// lack the options or the window of the answer to S1, or its TTL.
func answerOf(r *gen2.Reference) (l method.Line, ok bool) {
	l.Test = syn.TestSynAck
	ttl, hasTTL := value(r, gen2.TestT1, "TG")
	window, hasWindow := value(r, gen2.TestWIN, "W1")
	options, hasOptions := value(r, gen2.TestOPS, "O1")
	if !hasTTL || !hasWindow || !hasOptions || ttl.String() == "" {
		return l, false
	}
	l.Set("TTL", ttl.String())
	if df, ok := value(r, gen2.TestT1, "DF"); ok {
		l.Set("DF", df.String())
	}
	if id, ok := value(r, gen2.TestSEQ, "TI"); ok {
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
	for _, probe := range []struct {
		test gen2.Test
		attr string
	}{{gen2.TestOPS, "O3"}, {gen2.TestOPS, "O6"}, {gen2.TestECN, "O"}} {
		if x, ok := value(r, probe.test, probe.attr); ok {
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

func value(r *gen2.Reference, t gen2.Test, attr string) (x expr.Expr, ok bool) {
	place, ok := gen2.Tests[t].Attr(attr)
	if !ok {
		return x, false
	}
	for _, term := range r.Test(t).Terms(expr.Whorl) {
		if term.Attr == place {
			return term.Expr, true
		}
	}
	return x, false
}
