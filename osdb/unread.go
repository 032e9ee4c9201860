package osdb

import (
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/syn"
)

// unread is what a record says and nobody has asked for yet. A run that sends nothing names
// few hosts and asks for few tests, and most of the time of a small capture would go into
// reading the others (Config.Lazy).
type unread struct {
	text       string      // of a file of ours: the record, a line each
	signatures []signature // of p0f's
}

// signature is a line of p0f's file.
type signature struct {
	text            string
	answer, generic bool
}

// line is the signature as the line of a record.
func (s *signature) line() (method.Line, error) {
	p, err := syn.ParsePattern(s.text)
	if err != nil {
		return method.Line{}, err
	}
	return p.Line(s.answer, s.generic), nil
}

// forms are the lines of a test, Syn or SynAck. What cannot be read is left out.
func (u *unread) forms(test string) (out syn.Reference) {
	add := func(f syn.Form, err error) {
		if err == nil {
			out = append(out, f)
		}
	}
	for text := range strings.Lines(u.text) {
		if rest, ok := strings.CutPrefix(text, test); ok && strings.HasPrefix(rest, "(") {
			add(syn.ParseForm(strings.TrimSpace(text)))
		}
	}
	for i := range u.signatures {
		if s := &u.signatures[i]; s.answer == (test == syn.TestSynAck) {
			add(syn.ParseSignature(s.text, s.answer, s.generic))
		}
	}
	return out
}

// tests gives those lines whose test is one that has reports. What cannot be read is left
// out.
func (u *unread) tests(has func(test string) bool) (out []method.Line) {
	for text := range strings.Lines(u.text) {
		if test, _, ok := strings.Cut(text, "("); ok && has(test) {
			if l, err := method.ParseLine(strings.TrimSpace(text)); err == nil {
				out = append(out, l)
			}
		}
	}
	for i := range u.signatures {
		s := &u.signatures[i]
		if s.answer && has(syn.TestSynAck) || !s.answer && has(syn.TestSyn) {
			if l, err := s.line(); err == nil {
				out = append(out, l)
			}
		}
	}
	return out
}

// Tests are the lines of the record, of methods other than Nmap's, whose test is one that
// has reports.
func (e *Entry) Tests(has func(test string) bool) (out []method.Line) {
	for _, l := range e.Extra {
		if has(l.Test) {
			out = append(out, l)
		}
	}
	return append(out, e.unread.tests(has)...)
}

// second is what the record says of an attribute of a test of Nmap's second generation, an
// expression. ok is false if that is nothing.
func (e *Entry) second(test gen2.Test, attr string) (text string, ok bool) {
	form := gen2.Tests[test]
	place, _ := form.Attr(attr)
	for _, term := range e.Gen2.Test(test).Terms(expr.Whorl) {
		if term.Attr == place {
			return term.Expr.String(), true
		}
	}
	return e.unread.value(form.Name, attr)
}

// value is that of an attribute of a test of our own files.
func (u *unread) value(test, attr string) (value string, ok bool) {
	for line := range strings.Lines(u.text) {
		if name, rest, _ := strings.Cut(line, "("); name == test {
			attrs, _, _ := strings.Cut(rest, ")")
			for a := range strings.SplitSeq(attrs, "%") {
				if name, value, _ := strings.Cut(a, "="); name == attr {
					return value, true
				}
			}
			return "", false
		}
	}
	return "", false
}
