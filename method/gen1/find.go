package gen1

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"whorl/method"
)

// Located is a print found in a text.
type Located struct {
	Line  int // where it begins, from 1
	Lines []int
	Print
}

// Problem is something in a text that could not be read.
type Problem struct {
	Line int
	Err  error
}

func (p Problem) Error() string { return fmt.Sprintf("gen1: line %d: %v", p.Line, p.Err) }

// Find reads all prints of the first generation in a text and passes over what surrounds
// them: whole outputs, mails, slides, tests behind each other or one a line. A test may
// be broken into lines. A print ends where other words stand, or where a test comes
// again; of one that stands several times in a row, as in the results of several
// attempts, the first counts. A test that cannot be read is a problem and loses only
// itself.
func Find(text string) (found []Located, problems []Problem) {
	text = unescape.Replace(text)
	f := finder{text: text}
	for _, t := range forms(text) {
		if s := text[t.from:min(t.to, t.from+maxForm)]; t.open {
			f.fail(t, fmt.Errorf("%.20s...: closing parenthesis is missing", s))
		} else {
			f.take(t, joinLines(s))
		}
	}
	f.flush()
	return f.found, f.problems
}

// unescape undoes the escapes of XML that a print can have.
var unescape = strings.NewReplacer("&#xa;", " ", "&#xA;", " ", "&#10;", " ", "&lt;", "<", "&gt;", ">")

// maxForm bounds the text of one test, in bytes; the longest that can be is half of it.
const maxForm = 512

// form is what looks like a test in a text: NAME(...).
type form struct {
	from, to int // bytes
	open     bool
}

// forms finds them.
func forms(text string) (out []form) {
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '(')
		if n < 0 {
			return out
		}
		body := at + n + 1
		name := nameBefore(text[at : body-1])
		end := strings.IndexAny(text[body:], "()")
		switch at = body; {
		case name == "":
		case end < 0 || end > maxForm || text[body+end] == '(':
			line := strings.IndexByte(text[body:], '\n')
			if line < 0 {
				line = len(text) - body
			}
			out = append(out, form{body - 1 - len(name), body + line, true})
		default:
			at = body + end + 1
			out = append(out, form{body - 1 - len(name), at, false})
		}
	}
}

// nameBefore is the name of a test, or SInfo, that a text ends with as a word of its own.
func nameBefore(text string) string {
	word := text[strings.LastIndexFunc(text, func(r rune) bool { return !isWord(r) })+1:]
	if Has(word) || word == info {
		return word
	}
	return ""
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// joinLines undoes line breaks within a test.
func joinLines(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	var b strings.Builder
	for line := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\r' || r == '\n' }) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// finder collects prints.
type finder struct {
	text     string
	at, line int // up to where lines are counted
	last     int // where the last test ended
	cur      Located
	sure     bool // a test of cur can only be of the first generation
	found    []Located
	problems []Problem
}

// lineOf is the number of the line of a place, which never goes back.
func (f *finder) lineOf(at int) int {
	f.line += strings.Count(f.text[f.at:max(at, f.at)], "\n")
	f.at = max(at, f.at)
	return f.line + 1
}

// flush ends the print under way.
func (f *finder) flush() {
	if f.sure {
		f.found = append(f.found, f.cur)
	}
	f.cur, f.sure = Located{}, false
}

// fail notes a test that cannot be read, unless it may be one of the second generation.
func (f *finder) fail(t form, err error) {
	body := f.text[t.from:t.to]
	if !strings.HasPrefix(body, "T") || strings.HasPrefix(body, "TSeq") || strings.Contains(body, "(Resp=") || f.sure {
		f.problems = append(f.problems, Problem{f.lineOf(t.from), err})
		f.last = t.to
	}
}

func (f *finder) take(t form, text string) {
	l, err := method.ParseLine(text)
	first, second := Looks(l)
	switch {
	case l.Test == info:
		f.flush()
	case second, !first && f.cur.Print == nil:
		f.flush()
		return
	case strings.ContainsFunc(f.text[min(f.last, t.from):t.from], isWord):
		f.flush()
	}
	if err == nil && l.Test != info {
		err = check(l)
	}
	if err != nil {
		f.fail(t, err)
		return
	}
	if n := len(f.cur.Print); slices.ContainsFunc(f.cur.Print, func(o method.Line) bool { return o.Test == l.Test }) && f.cur.Print[n-1].Test != l.Test {
		f.flush()
	}
	line := f.lineOf(t.from)
	if f.cur.Print == nil {
		f.cur.Line = line
	}
	if _, twice := f.cur.Test(l.Test); !twice {
		f.cur.Print = append(f.cur.Print, l)
	}
	for n := range strings.Count(f.text[t.from:t.to], "\n") + 1 {
		f.cur.Lines = append(f.cur.Lines, line+n)
	}
	f.sure, f.last = f.sure || first, t.to
}
