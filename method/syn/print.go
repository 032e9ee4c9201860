package syn

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"whorl/method"
	"whorl/packet"
)

// Sighting is what a host is judged by: a signature and, of a SYN-ACK, the SYN that it
// answers. It is a value without pointers that can be the key of a map.
type Sighting struct {
	Signature
	Offer Offer
}

// Seen tells how often and when a host showed something. Its handshakes are numbered from
// 1 in the order in which they were seen, so that what took turns can be told from what
// followed on each other.
type Seen struct {
	Count       uint32 // packets, without repetitions
	First, Last uint32 // numbers of the first and the last
	Port        uint16 // of the server, in the last
}

// Print is a sighting with its count, the text form of what the method measures:
//
//	Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)
//	Seen(N=C%F=1%L=1F%P=1BB)
//
// The first line has the letters of records, TTL and numbers as received, and besides H,
// the length of all headers in bytes. A SynAck line ends with SO and SM if the SYN was
// seen: which of the options W, S and T it offered, and its MSS. All numbers are
// hexadecimal.
type Print struct {
	Sighting
	Seen Seen
}

// Line is the sighting as a line like those of records.
func (s *Sighting) Line() method.Line {
	l := method.Line{Test: TestSyn, Attrs: make([]method.Attr, 0, 18)}
	if s.Answer {
		l.Test = TestSynAck
	}
	number := func(name string, n uint64) { l.Set(name, strings.ToUpper(strconv.FormatUint(n, 16))) }
	number("V", uint64(s.Version))
	number("TTL", uint64(s.TTL))
	number("H", uint64(s.Headers))
	if s.IPOptions > 0 {
		number("OL", uint64(s.IPOptions))
	}
	if s.Version == 4 {
		l.Set("DF", letter(s.Quirks.Has(DF), "N", "Y"))
		l.Set("ID", letter(zeroID(s.Quirks), "N", "Z"))
	} else {
		l.Set("FL", letter(s.Quirks.Has(Flow), "Z", "N"))
	}
	number("W", uint64(s.Window))
	if s.Layout.has(packet.OptMSS) {
		number("MSS", uint64(s.MSS))
	}
	if s.Layout.has(packet.OptWScale) {
		number("WS", uint64(s.Scale))
	}
	l.Set("O", s.Layout.Letters())
	if s.Quirks.Has(TS1Zero) {
		l.Set("TS", "0")
	}
	if s.Quirks.Has(ECN) {
		l.Set("ECN", "Y")
	}
	if q := s.Quirks &^ stated; q != 0 {
		l.Set("Q", q.String())
	}
	if s.Data {
		l.Set("D", "Y")
	}
	if s.Offer.Known {
		l.Set("SO", s.Offer.Options.letters())
		number("SM", uint64(s.Offer.MSS))
	}
	return l
}

func letter(is bool, no, yes string) string {
	if is {
		return yes
	}
	return no
}

// offerLetters are the options that are offered, in the order of their bits.
const offerLetters = "WST"

func (o Options) letters() (s string) {
	for i, c := range offerLetters {
		if o&(1<<i) != 0 {
			s += string(c)
		}
	}
	return s
}

// AppendTo writes the line of what was seen.
func (s Seen) AppendTo(b []byte) []byte {
	b = strconv.AppendUint(append(b, "Seen(N="...), uint64(s.Count), 16)
	b = strconv.AppendUint(append(b, "%F="...), uint64(s.First), 16)
	b = strconv.AppendUint(append(b, "%L="...), uint64(s.Last), 16)
	b = strconv.AppendUint(append(b, "%P="...), uint64(s.Port), 16)
	for i := len(b) - 1; b[i] != '('; i-- {
		if b[i] >= 'a' && b[i] <= 'f' {
			b[i] -= 'a' - 'A'
		}
	}
	return append(b, ')')
}

// AppendTo writes the text form.
func (p *Print) AppendTo(b []byte) []byte {
	b = append(p.Line().AppendTo(b), '\n')
	return append(p.Seen.AppendTo(b), '\n')
}

// String is the text form.
func (p *Print) String() string { return string(p.AppendTo(nil)) }

// ParsePrint reads the text form. The second line may be missing: then it was one packet.
func ParsePrint(text string) (p Print, err error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if p.Sighting, err = ParseSighting(first); err != nil {
		return Print{}, err
	}
	p.Seen = Seen{Count: 1, First: 1, Last: 1}
	if rest == "" {
		return p, nil
	}
	p.Seen, err = ParseSeen(rest)
	return p, err
}

// ParseSeen reads what Seen.AppendTo writes.
func ParseSeen(text string) (s Seen, err error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "Seen(")
	for _, f := range [...]struct {
		name, end string
		to        *uint32
	}{{"N=", "%", &s.Count}, {"F=", "%", &s.First}, {"L=", "%", &s.Last}, {"P=", ")", nil}} {
		digits, after, cut := strings.Cut(rest, f.end)
		digits, named := strings.CutPrefix(digits, f.name)
		n, number := hex(digits)
		if !ok || !cut || !named || !number || f.to == nil && n > 65535 {
			return Seen{}, fmt.Errorf("syn: %.80q; want Seen(N=C%%F=1%%L=1F%%P=1BB), in hexadecimal", text)
		}
		if rest = after; f.to != nil {
			*f.to = n
		} else {
			s.Port = uint16(n)
		}
	}
	if s.Count == 0 || s.First == 0 || s.First > s.Last || rest != "" {
		return Seen{}, fmt.Errorf("syn: %.80q; want N and F above 0, and L not below F", text)
	}
	return s, nil
}

// hex reads a number of up to 32 bits, as parseHex but for speed.
func hex(s string) (n uint32, ok bool) {
	if s == "" || len(s) > 8 {
		return 0, false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n<<4 | uint32(c-'0')
		case c >= 'A' && c <= 'F':
			n = n<<4 | uint32(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// ParseSighting reads what Sighting.Line writes.
func ParseSighting(text string) (s Sighting, err error) {
	l, err := method.ParseLine(text)
	if err != nil {
		return s, fmt.Errorf("syn: %w", err)
	}
	if !hasForm(l.Test) {
		return s, fmt.Errorf("syn: %.20s(...); want %s(...) or %s(...)", l.Test, TestSyn, TestSynAck)
	}
	s.Answer = l.Test == TestSynAck
	var zero, df bool
	for _, a := range l.Attrs {
		switch a.Name {
		case "DF":
			df, err = yes(a.Value, "N", "Y")
		case "ID":
			zero, err = yes(a.Value, "N", "Z")
		case "FL", "ECN", "TS", "D", "O", "Q", "SO":
			err = s.setWord(a)
		default:
			err = s.setNumber(a)
		}
		if err != nil {
			return Sighting{}, fmt.Errorf("syn: %s: %.20s: %w", l.Test, a.Name, err)
		}
	}
	switch {
	case s.Version == 0:
		return Sighting{}, fmt.Errorf("syn: %s: has no V; want V=4 or V=6", l.Test)
	case s.Quirks&foreign(s.Version) != 0 || s.Version == 6 && (df || zero):
		return Sighting{}, fmt.Errorf("syn: %s: quirks of another version of IP", l.Test)
	case !s.Answer && s.Offer.Known:
		return Sighting{}, fmt.Errorf("syn: %s: SO; only a %s answers", l.Test, TestSynAck)
	case s.Version == 4:
		s.note(DF, df)
		s.note(IDPlus, df && !zero)
		s.note(IDMinus, !df && zero)
	}
	return s, nil
}

// setNumber reads an attribute that is a number.
func (s *Sighting) setNumber(a method.Attr) error {
	small := map[string]*uint8{"V": &s.Version, "TTL": &s.TTL, "OL": &s.IPOptions, "WS": &s.Scale}
	large := map[string]*uint16{"W": &s.Window, "MSS": &s.Signature.MSS, "H": &s.Headers, "SM": &s.Offer.MSS}
	if to := small[a.Name]; to != nil {
		n, err := parseHex(a.Value, 8)
		if *to = uint8(n); err == nil && a.Name == "V" && n != 4 && n != 6 {
			err = fmt.Errorf("%d; want 4 or 6", n)
		}
		return err
	}
	to := large[a.Name]
	if to == nil {
		return errors.New("no such attribute")
	}
	n, err := parseHex(a.Value, 16)
	*to = uint16(n)
	return err
}

// setWord reads one that is not.
func (s *Sighting) setWord(a method.Attr) (err error) {
	switch a.Name {
	case "FL":
		err = s.quirk(Flow, a.Value, "Z", "N")
	case "ECN":
		err = s.quirk(ECN, a.Value, "N", "Y")
	case "TS":
		err = s.quirk(TS1Zero, a.Value, "N", "0")
	case "D":
		s.Data, err = yes(a.Value, "N", "Y")
	case "O":
		s.Layout, err = ParseLetters(a.Value)
	case "Q":
		var q Quirks
		q, err = ParseQuirks(a.Value)
		if s.Quirks |= q; q&stated != 0 {
			err = fmt.Errorf("%v: has an attribute of its own", q&stated)
		}
	case "SO":
		s.Offer.Known = true
		for _, c := range a.Value {
			i := strings.IndexRune(offerLetters, c)
			if i < 0 {
				return fmt.Errorf("%.20q; want letters of %s", a.Value, offerLetters)
			}
			s.Offer.Options |= 1 << i
		}
	}
	return err
}

// yes reads an attribute that says no or yes.
func yes(s, no, yes string) (bool, error) {
	if s != no && s != yes {
		return false, fmt.Errorf("%.20q; want %s or %s", s, no, yes)
	}
	return s == yes, nil
}

func (s *Sighting) quirk(q Quirks, text, no, is string) error {
	has, err := yes(text, no, is)
	s.note(q, has)
	return err
}
