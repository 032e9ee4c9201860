package syn

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"whorl/method"
)

// Reference is what a database record says of the method, a form for each of its lines:
// the ways in which the system begins connections and answers SYNs. Nil says nothing.
type Reference []Form

// Names of lines.
const (
	TestSyn    = "Syn"
	TestSynAck = "SynAck"
)

// Has reports whether a test of that name belongs to the method.
func Has(test string) bool { return hasForm(test) || test == TestHabits }

// hasForm reports whether a line of that name is a form.
func hasForm(test string) bool { return test == TestSyn || test == TestSynAck }

// Form is one line of a record.
type Form struct {
	Answer   bool     // SynAck
	Version  uint8    // 4 or 6; 0: both
	TTL      uint8    // initial, or the most that it is; 0: not said
	AnyTTL   bool     // any up to TTL
	DF, ID   Choice   // of IPv4: DF is set, IP ID is not zero
	Flow     Choice   // of IPv6: flow label is not zero
	ECN      Choice   // only Syn: asks for ECN; without it, it does not
	IPLength uint8    // length of IPv4 options, bytes
	Windows  []Law    // empty: not said
	MSS      []uint16 // empty: that of the link
	Scales   uint16   // bit n: the shift may be n; 0: not said
	Layouts  []Layout // the first is the usual one
	Less     []Layout // only SynAck: layouts for SYNs that offer less, where they do not follow
	Quirks   Quirks   // beside those that have attributes of their own
	Data     Choice   // has a payload; without it, it has none
	Generic  bool     // a last resort: counts less than what is specific

	knows Options // only SynAck: what the record answers, by this line or another

	text string // as written: a line, or a signature of p0f
}

// Choice is what a record says of something that is or is not.
type Choice uint8

// Choices.
const (
	Unsaid Choice = iota
	No
	Yes
	Either
)

// maxAlternatives bounds the list of an attribute.
const maxAlternatives = 64

// Line is the form as a line: as written, and then what was added to it.
func (f *Form) Line() method.Line {
	l, err := method.ParseLine(f.text)
	if err != nil {
		p, _ := ParsePattern(f.text)
		l = p.Line(f.Answer, f.Generic)
	}
	if _, written := l.Value("LESS"); !written && len(f.Less) > 0 {
		var b []byte
		for i, less := range f.Less {
			if i > 0 {
				b = append(b, '|')
			}
			b = less.AppendLetters(b)
		}
		l.Set("LESS", string(b))
	}
	if _, written := l.Value("ID"); !written && f.ID != Unsaid {
		l.Set("ID", [...]string{No: "Z", Yes: "N", Either: "Z|N"}[f.ID])
	}
	return l
}

// NewReference reads the lines Syn and SynAck of a record; others are passed over. What
// cannot be understood is reported and left out, and so is a line that lacks what makes
// it usable; all else is there.
func NewReference(lines []method.Line) (r Reference, errs []error) {
	for i, l := range lines {
		if !hasForm(l.Test) {
			continue
		}
		f, err := newForm(l)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r == nil {
			r = make(Reference, 0, len(lines)-i)
		}
		f.text = l.String()
		r = append(r, f)
	}
	return r, errs
}

// ParseForm reads one line, Syn or SynAck.
func ParseForm(text string) (Form, error) {
	l, err := method.ParseLine(text)
	switch {
	case err != nil:
		return Form{}, err
	case !hasForm(l.Test):
		return Form{}, fmt.Errorf("syn: %s; want %s or %s", l.Test, TestSyn, TestSynAck)
	}
	f, err := newForm(l)
	f.text = text
	return f, err
}

func newForm(l method.Line) (f Form, err error) {
	f.Answer = l.Test == TestSynAck
	if err = f.read(l.Attrs); err != nil {
		err = fmt.Errorf("syn: %s: %w", l.Test, err)
	}
	return f, err
}

func (f *Form) read(attrs []method.Attr) error {
	layouts := false
	for _, a := range attrs {
		layouts = layouts || a.Name == "O"
		if err := f.set(a); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	if !layouts {
		return errors.New("has no O; write the order of options, O= if there are none")
	}
	return nil
}

func (f *Form) set(a method.Attr) (err error) {
	var n uint64
	switch a.Name {
	case "V":
		if n, err = parseHex(a.Value, 8); err == nil && n != 4 && n != 6 {
			err = fmt.Errorf("%.20q; want 4 or 6", a.Value)
		}
		f.Version = uint8(n)
	case "TTL":
		text, upTo := strings.CutPrefix(a.Value, "0-")
		n, err = parseHex(text, 8)
		if f.TTL, f.AnyTTL = uint8(n), upTo; err == nil && n == 0 {
			err = fmt.Errorf("%.20q; want 1 to FF", a.Value)
		}
	case "OL":
		n, err = parseHex(a.Value, 8)
		f.IPLength = uint8(n)
	case "DF":
		f.DF, err = choice(a.Value, "N", "Y")
	case "ID":
		f.ID, err = choice(a.Value, "Z", "N")
	case "FL":
		f.Flow, err = choice(a.Value, "Z", "N")
	case "ECN":
		f.ECN, err = choice(a.Value, "N", "Y")
	case "TS":
		if f.Quirks |= TS1Zero; a.Value != "0" {
			err = fmt.Errorf("%.20q; want 0, or leave it out", a.Value)
		}
	case "Q":
		var q Quirks
		q, err = ParseQuirks(a.Value)
		if f.Quirks |= q; err == nil && q&stated != 0 {
			err = fmt.Errorf("%v: has an attribute of its own", q&stated)
		}
	case "D":
		f.Data, err = choice(a.Value, "N", "Y")
	case "G":
		if f.Generic = true; a.Value != "Y" {
			err = fmt.Errorf("%.20q; want Y, or leave it out", a.Value)
		}
	default:
		return f.setList(a)
	}
	return err
}

// stated are quirks that attributes other than Q say.
const stated = DF | IDPlus | IDMinus | Flow | ECN | TS1Zero

func choice(s, no, yes string) (Choice, error) {
	switch s {
	case no:
		return No, nil
	case yes:
		return Yes, nil
	case no + "|" + yes, yes + "|" + no:
		return Either, nil
	}
	return Unsaid, fmt.Errorf("%.20q; want %s, %s or both with a bar between", s, no, yes)
}

// setList reads the attributes that list alternatives.
func (f *Form) setList(a method.Attr) error {
	if strings.Count(a.Value, "|") >= maxAlternatives {
		return fmt.Errorf("more than %d alternatives", maxAlternatives)
	}
	for s := range strings.SplitSeq(a.Value, "|") {
		switch a.Name {
		case "W":
			law, err := parseLaw(s)
			if err != nil {
				return err
			}
			f.Windows = append(f.Windows, law)
		case "MSS":
			n, err := parseHex(s, 16)
			if err != nil {
				return fmt.Errorf("%.20q; want a number in hexadecimal, upper case", s)
			}
			f.MSS = append(f.MSS, uint16(n))
		case "WS":
			set, err := scales(s)
			if err != nil {
				return err
			}
			f.Scales |= set
		case "O":
			layout, err := ParseLetters(s)
			if err != nil {
				return err
			}
			f.Layouts = append(f.Layouts, layout)
		case "LESS":
			layout, err := ParseLetters(s)
			if err != nil {
				return err
			}
			f.Less = append(f.Less, layout)
		default:
			return fmt.Errorf("no such attribute; want one of V TTL OL DF ID W MSS WS O LESS TS ECN FL Q D G")
		}
	}
	return nil
}

// scales reads A or 0-A as a set.
func scales(s string) (set uint16, err error) {
	lo, hi, isRange := strings.Cut(s, "-")
	if !isRange {
		hi = lo
	}
	a, errA := parseHex(lo, 4)
	b, errB := parseHex(hi, 4)
	if errA != nil || errB != nil || a > b {
		return 0, fmt.Errorf("%.20q; want shifts from 0 to F", s)
	}
	for ; a <= b; a++ {
		set |= 1 << a
	}
	return set, nil
}

// scaleCount is how many shifts the form allows.
func (f *Form) scaleCount() int { return bits.OnesCount16(f.Scales) }
