package verdict

import (
	"math"
	"slices"
	"strconv"
	"strings"

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
var Features = func() []Feature {
	out := make([]Feature, 0, 160) // room for all
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

// featuresOf are the places in Features of what is looked at of an attribute.
var featuresOf = func() (out [gen2.NumTests][gen2.MaxAttrs]stretch) {
	for i, f := range Features {
		if s := &out[f.Test][f.Attr]; s.end == 0 {
			*s = stretch{i, i + 1}
		} else {
			s.end = i + 1
		}
	}
	return out
}()

// stretch is a part of a table: from its first place to that before its end.
type stretch struct{ first, end int }

// nearness is how far a logarithm of a rate may lie outside of a record's range:
// one in eight of a factor of two for each.
const nearness = 8

// of takes from a value, or from one alternative of an expression, what a
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
	var parts []string
	for _, alt := range e.Alternatives() {
		if p := a.of(alt.Text); !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	out, err := expr.Parse(strings.Join(parts, "|"))
	if err != nil {
		return e
	}
	return out
}

// claim is what a record says of a feature, ready for comparing many values with it.
type claim struct {
	expr    expr.Expr
	spans   []span // the numbers that its alternatives allow
	numeric bool   // it allows nothing else
}

type span struct{ lo, hi uint64 } // both included

func (a Aspect) claim(e expr.Expr) claim {
	c := claim{expr: a.expression(e), numeric: true}
	slack := uint64(0)
	if a == Near {
		slack = nearness
	}
	for _, alt := range c.expr.Alternatives() {
		lo, hi, ok := alt.Bounds()
		if !ok {
			c.numeric = false
			continue
		}
		c.spans = append(c.spans, span{lo - min(lo, slack), hi + min(math.MaxUint64-hi, slack)})
	}
	return c
}

// sight is what of an observed value a feature looks at, read once for many claims.
type sight struct {
	text   string
	span        // the value, or from what to what it may be
	number bool // span is the value
	long   bool // a number of more than 64 bits
}

func (a Aspect) sight(value string) sight {
	s := sight{text: a.of(value)}
	least, most, isRange := strings.Cut(s.text, "-")
	if !isRange {
		most = least
	}
	if least == "" || most == "" || strings.Trim(least+most, "0123456789ABCDEF") != "" {
		return s
	}
	lo, low := strconv.ParseUint(least, 16, 64)
	hi, high := strconv.ParseUint(most, 16, 64)
	s.span, s.number = span{lo, hi}, low == nil && high == nil
	s.long = !s.number
	return s
}

// agrees compares an observed aspect with what a record says of it.
func (c *claim) agrees(s *sight) bool {
	if s.number {
		for i := range c.spans {
			if c.spans[i].lo <= s.hi && s.lo <= c.spans[i].hi {
				return true
			}
		}
	}
	if c.numeric && !s.long {
		return false
	}
	return c.expr.Match(s.text)
}
