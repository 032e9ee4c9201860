package osdb

import (
	"slices"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// Passive is what the record says of SYNs and SYN-ACKs: [Entry.Syn] and [Entry.SynAck].
func (e *Entry) Passive() syn.Reference { return append(e.Syn(), e.SynAck()...) }

// Syn is what the record says of SYNs. What cannot be read was reported when the record
// was.
func (e *Entry) Syn() syn.Reference { return e.forms(syn.TestSyn) }

// SynAck is what the record says of SYN-ACKs: its lines, and what follows from the tests of
// the second generation, whose probes S1-S6 and ECN are SYNs that offer four different sets
// of options. A record without a line gets one from there; one with such lines gets the
// layouts for SYNs that offer less and the kind of IP ID.
func (e *Entry) SynAck() syn.Reference {
	forms := e.forms(syn.TestSynAck)
	if !e.tellsAnswers() {
		return forms
	}
	if len(forms) == 0 {
		forms, _ = syn.NewReference([]method.Line{e.answer()})
	}
	less, id := e.less(), e.id()
	for i := range forms {
		if f := &forms[i]; len(f.Less) == 0 {
			f.Less = less
		}
		if f := &forms[i]; f.ID == syn.Unsaid {
			f.ID = id
		}
	}
	return forms
}

// forms are the lines of a test, Syn or SynAck.
func (e *Entry) forms(test string) syn.Reference {
	var lines []method.Line
	for _, l := range e.Extra {
		if l.Test == test {
			lines = append(lines, l)
		}
	}
	if lines == nil {
		return e.unread.forms(test)
	}
	forms, _ := syn.NewReference(lines)
	return append(forms, e.unread.forms(test)...)
}

// tellsAnswers reports whether the tests tell of SYN-ACKs: the options and the window of the
// answer to S1, and its TTL.
func (e *Entry) tellsAnswers() bool {
	ttl, _ := e.second(gen2.TestT1, "TG")
	_, window := e.second(gen2.TestWIN, "W1")
	_, options := e.second(gen2.TestOPS, "O1")
	return ttl != "" && window && options
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
	shapes, scales := layouts(options)
	set("TTL", ttl)
	set("DF", df)
	set("W", windows(parsed(window)))
	set("WS", scales)
	l.Set("O", shapes)
	return l
}

// id is whether the IP ID of answers is not zero.
func (e *Entry) id() syn.Choice {
	switch id, ok := e.second(gen2.TestSEQ, "TI"); {
	case !ok:
		return syn.Unsaid
	case id == "Z":
		return syn.No
	case !parsed(id).Match("Z"):
		return syn.Yes
	}
	return syn.Unsaid
}

// less are the layouts of answers to SYNs that offer less than S1.
func (e *Entry) less() (out []syn.Layout) {
	for _, probe := range [...]struct {
		test gen2.Test
		attr string
	}{{gen2.TestOPS, "O3"}, {gen2.TestOPS, "O6"}, {gen2.TestECN, "O"}} {
		text, ok := e.second(probe.test, probe.attr)
		if !ok {
			continue
		}
		for a := range alternatives(text) {
			shape, _ := layout(a)
			if l, err := syn.ParseLetters(shape); err == nil && !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// parsed is an expression that could be read when the record was.
func parsed(text string) expr.Expr {
	x, _ := expr.Parse(text)
	return x
}
