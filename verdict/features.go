package verdict

import (
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
)

// Feature is one aspect of one attribute that can agree with a record or not. Most
// attributes have one; option texts have three, because a stack decides the layout,
// the path the MSS and memory the scale.
type Feature struct {
	Test   gen2.Test
	Attr   int // place in gen2.Tests[Test].Attrs
	Aspect Aspect
}

// Aspect is what of a value is looked at.
type Aspect uint8

// The aspects.
const (
	Whole  Aspect = iota // the value as printed
	Near                 // a number that is the value, or close to it
	Layout               // which options in which order, without their numbers
	MSS                  // the segment size of an option text
	Scale                // the window scale of an option text
)

var aspectNames = [...]string{Whole: "", Near: "~", Layout: "layout", MSS: "mss", Scale: "scale"}

// String is TEST.ATTR, with the aspect behind a slash.
func (f Feature) String() string {
	form := gen2.Tests[f.Test]
	s := form.Name + "." + form.Attrs[f.Attr].Name
	if f.Aspect != Whole {
		s += "/" + aspectNames[f.Aspect]
	}
	return s
}

// Features are all that the likelihood looks at, in the order of the tests.
var Features = func() (out []Feature) {
	for t := range gen2.NumTests {
		for i, a := range gen2.Tests[t].Attrs {
			switch {
			case strings.HasPrefix(a.Name, "O"):
				out = append(out, Feature{t, i, Layout}, Feature{t, i, MSS}, Feature{t, i, Scale})
			case a.Name == "SP" || a.Name == "ISR":
				out = append(out, Feature{t, i, Whole}, Feature{t, i, Near})
			default:
				out = append(out, Feature{t, i, Whole})
			}
		}
	}
	return out
}()

// nearness is how far a logarithm of a rate may lie outside of a record's range:
// one in eight of a factor of two for each.
const nearness = 8

// aspect takes from a value, or from one alternative of an expression, what a
// feature looks at.
func (a Aspect) of(text string) string {
	switch a {
	case Layout:
		return optionPart(text, "MW", false)
	case MSS:
		return optionPart(text, "M", true)
	case Scale:
		return optionPart(text, "W", true)
	}
	return text
}

// optionPart walks an option text like M5B4ST11NW[0-A]. With take it gives the number
// behind the letter, else the text without the numbers behind the letters.
func optionPart(text, letters string, take bool) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		c := text[i]
		i++
		if !take {
			b.WriteByte(c)
		}
		end := i + numberLen(text[i:])
		if strings.IndexByte(letters, c) < 0 {
			continue
		}
		if take {
			return strings.Trim(text[i:end], "[]")
		}
		i = end
	}
	return b.String()
}

// numberLen is the length of the hex digits, or the group of choices, at the start of s.
func numberLen(s string) int {
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return i + 1
		}
	}
	n := 0
	for n < len(s) && strings.IndexByte("0123456789ABCDEF", s[n]) >= 0 {
		n++
	}
	return n
}

// expression brings the expression of a record to what a feature looks at.
func (a Aspect) expression(e expr.Expr) expr.Expr {
	if a == Whole || a == Near {
		return e
	}
	seen := map[string]bool{}
	var parts []string
	for _, alt := range e.Alternatives() {
		if p := a.of(alt.Text); !seen[p] {
			seen[p] = true
			parts = append(parts, p)
		}
	}
	out, err := expr.Parse(strings.Join(parts, "|"))
	if err != nil {
		return e
	}
	return out
}

// agrees compares an observed aspect with an expression brought to the same aspect.
func (a Aspect) agrees(e expr.Expr, value string) bool {
	if e.Match(value) {
		return true
	}
	if a != Near {
		return false
	}
	for _, alt := range e.Alternatives() {
		lo, hi, ok := alt.Bounds()
		v, err := expr.Parse(value)
		if !ok || err != nil {
			continue
		}
		if n, _, ok := v.Alternatives()[0].Bounds(); ok && n+nearness >= lo && n <= hi+nearness {
			return true
		}
	}
	return false
}

// Observation is what was seen, ready to be weighed: for every feature the value,
// as seen and as it would have been on a common path.
type Observation struct {
	values [][2]string // by feature
	known  []bool
}

// Observe prepares an observation.
func Observe(seen []method.Line) Observation {
	o := Observation{values: make([][2]string, len(Features)), known: make([]bool, len(Features))}
	common, _ := Common(seen)
	mute := filtered(seen)
	for i, f := range Features {
		form := gen2.Tests[f.Test]
		raw, ok := find(seen, form.Name)
		if !ok {
			continue
		}
		v, ok := raw.Value(form.Attrs[f.Attr].Name)
		if !ok || mute && form.Attrs[f.Attr].Name == "R" && v == "N" {
			continue
		}
		brought, _ := find(common, form.Name)
		c, _ := brought.Value(form.Attrs[f.Attr].Name)
		o.known[i] = true
		o.values[i] = [2]string{f.Aspect.of(v), f.Aspect.of(c)}
	}
	return o
}

// filtered reports whether a host answers nothing but connections to its open port,
// as behind a stateful firewall: then silence says nothing of the stack.
func filtered(seen []method.Line) bool {
	for _, t := range []string{"T4", "T5", "T6", "T7", "U1", "IE"} {
		if l, ok := find(seen, t); ok {
			if r, _ := l.Value("R"); r != "N" {
				return false
			}
		}
	}
	return true
}
