package gen2

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"whorl/method"
)

// Fingerprint is a result in Nmap's text form: the SCAN line, which tells how it
// was made, and the tests. A fingerprint of several rounds has some tests twice.
type Fingerprint struct {
	Scan  method.Line // empty Test: not there
	Tests []method.Line
}

// ScanInfo is what the SCAN line says of the program and its findings. A port of 0
// is not known.
type ScanInfo struct {
	Version                       string
	Platform                      string
	OpenTCP, ClosedTCP, ClosedUDP uint16
	Private                       bool
	Distance                      int    // hops; -1 unknown
	DistanceMethod                string // L, D, I or empty
	Good                          bool   // conditions were ideal
	MAC                           string // first three bytes as six hex digits, or empty
	Time                          time.Time
}

// maxScan is the largest number of attributes in a SCAN line.
const maxScan = 13

// Line writes the SCAN line. The date is that of Time's own location.
func (i ScanInfo) Line() method.Line {
	port := func(n uint16) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(int(n))
	}
	l := method.Line{Test: "SCAN", Attrs: make([]method.Attr, 0, maxScan)}
	l.Set("V", i.Version)
	l.Set("E", "4")
	l.Set("D", strconv.Itoa(int(i.Time.Month()))+"/"+strconv.Itoa(i.Time.Day()))
	l.Set("OT", port(i.OpenTCP))
	l.Set("CT", port(i.ClosedTCP))
	l.Set("CU", port(i.ClosedUDP))
	l.Set("PV", yesNo(i.Private))
	if i.Distance >= 0 {
		l.Set("DS", strconv.Itoa(i.Distance))
	}
	if i.DistanceMethod != "" {
		l.Set("DC", i.DistanceMethod)
	}
	l.Set("G", yesNo(i.Good))
	if i.MAC != "" {
		l.Set("M", i.MAC)
	}
	l.Set("TM", string(appendHex(nil, uint64(i.Time.Unix()))))
	l.Set("P", i.Platform)
	return l
}

// Test gives the first test of that name.
func (f Fingerprint) Test(name string) (method.Line, bool) {
	for _, l := range f.Tests {
		if l.Test == name {
			return l, true
		}
	}
	return method.Line{}, false
}

// First is the fingerprint with one line of each test, the first: what matching takes.
func (f Fingerprint) First() []method.Line {
	var out []method.Line
	seen := map[string]bool{}
	for _, l := range f.Tests {
		if !seen[l.Test] {
			seen[l.Test] = true
			out = append(out, l)
		}
	}
	return out
}

// AppendTo writes the unwrapped form, a test a line with a newline after each.
func (f Fingerprint) AppendTo(b []byte) []byte {
	if f.Scan.Test != "" {
		b = append(f.Scan.AppendTo(b), '\n')
	}
	for _, l := range f.Tests {
		b = append(l.AppendTo(b), '\n')
	}
	return b
}

// String is the unwrapped form.
func (f Fingerprint) String() string { return string(f.AppendTo(make([]byte, 0, usualLength))) }

// usualLength is what the unwrapped form of one round hardly ever exceeds, in bytes.
const usualLength = 1024

const (
	wrapAt     = 72
	wrapPrefix = "OS:"
)

// Wrapped is the form for mails and web forms: all in one, cut into lines of 72
// characters with OS: in front.
func (f Fingerprint) Wrapped() string {
	flat := strings.ReplaceAll(f.String(), "\n", "")
	var b strings.Builder
	for len(flat) > 0 {
		n := min(wrapAt, len(flat))
		b.WriteString(wrapPrefix + flat[:n] + "\n")
		flat = flat[n:]
	}
	return b.String()
}

// Located is a fingerprint found in a text.
type Located struct {
	Line int // where it begins, from 1
	Fingerprint
}

// Problem is something in a text that could not be read.
type Problem struct {
	Line int
	Err  error
}

func (p Problem) Error() string { return fmt.Sprintf("gen2: line %d: %v", p.Line, p.Err) }

// Parse reads one fingerprint: wrapped, unwrapped or all in one line.
func Parse(text string) (Fingerprint, error) {
	found, problems := Find(text)
	switch {
	case len(problems) > 0:
		return Fingerprint{}, problems[0]
	case len(found) == 0:
		return Fingerprint{}, fmt.Errorf("gen2: no fingerprint in the text; it should begin with SCAN( or SEQ(")
	case len(found) > 1:
		return Fingerprint{}, fmt.Errorf("gen2: line %d: a second fingerprint begins", found[1].Line)
	}
	return found[0].Fingerprint, nil
}

// Find reads all fingerprints in a text and passes over what surrounds them, so
// that whole outputs (-oN, -oX, mails) can be given. A test that cannot be read
// is a problem and loses only itself.
func Find(text string) (found []Located, problems []Problem) {
	var cur Located
	flush := func() {
		if len(cur.Tests) > 0 {
			found = append(found, cur)
		}
		cur = Located{}
	}
	for _, b := range Unwrap(text) {
		tests, open := Forms(string(b.Text), known)
		if len(tests) == 0 {
			flush() // other text ends a fingerprint
		}
		for _, t := range tests {
			l, err := method.ParseLine(t)
			if err != nil {
				problems = append(problems, Problem{b.Line, err})
				continue
			}
			if l.Test == "SCAN" {
				flush()
			} else if _, six := l.Value("P"); six { // a packet, as in prints of package ipv6
				continue
			}
			if cur.Line == 0 {
				cur.Line = b.Line
			}
			if l.Test == "SCAN" {
				cur.Scan = l
			} else {
				cur.Tests = append(cur.Tests, l)
			}
		}
		if open != "" {
			problems = append(problems, Problem{b.Line, fmt.Errorf("%.20s...: closing parenthesis is missing", open)})
		}
	}
	flush()
	return found, problems
}

// known reports whether a fingerprint has lines of that name.
func known(name string) bool {
	_, ok := TestNamed(name)
	return ok || name == "SCAN"
}

// Forms finds what looks like a test of a known name, NAME(...), in a text, and the
// beginning of one that does not end.
func Forms(text string, known func(name string) bool) (tests []string, open string) {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '(')
		if i < 0 {
			return tests, ""
		}
		body := from + i + 1
		name := lastWord(text[:body-1])
		if !known(name) {
			name = ""
		}
		n := strings.IndexAny(text[body:], "()")
		switch {
		case n < 0 && name != "":
			return tests, text[body-1-len(name):]
		case n < 0:
			return tests, ""
		case text[body+n] == '(':
			from = body + n
			continue
		case name != "":
			tests = append(tests, text[body-1-len(name):body+n+1])
		}
		from = body + n + 1
	}
}

// lastWord is the word that a text ends with.
func lastWord(text string) string {
	begin := len(text)
	for begin > 0 && isWord(text[begin-1]) {
		begin--
	}
	return text[begin:]
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

var unescape = strings.NewReplacer("&#xa;", "\n", "&#xA;", "\n", "&#10;", "\n", "&quot;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">")

// Block is a line of text, or wrapped lines joined, with the number of the first.
type Block struct {
	Line int
	Text []byte
}

// Unwrap undoes the wrapping of fingerprints in a text, and the escapes of XML.
func Unwrap(text string) (out []Block) {
	no, joined := 0, false
	for line := range strings.Lines(text) {
		no++
		for part := range strings.SplitSeq(unescape.Replace(strings.TrimRight(line, "\r\n")), "\n") {
			// In XML the first line stands behind the name of its attribute.
			if _, after, ok := strings.Cut(part, `fingerprint="`); ok {
				part, joined = after, false
			}
			part = strings.TrimSpace(part)
			body, wrapped := strings.CutPrefix(part, wrapPrefix)
			if strings.HasPrefix(body, " ") { // a headline like "OS: Linux 6.1"
				body, wrapped = part, false
			}
			switch {
			case wrapped && joined && !strings.HasPrefix(body, "SCAN(") && len(out[len(out)-1].Text) < maxWrapped:
				last := &out[len(out)-1]
				last.Text = append(last.Text, body...)
			default:
				out = append(out, Block{no, []byte(body)})
			}
			joined = wrapped
		}
	}
	return out
}

// maxWrapped bounds what is joined; Nmap's own buffer for a fingerprint is 10,240 bytes.
const maxWrapped = 1 << 15
