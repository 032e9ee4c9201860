package method

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLine(t *testing.T) {
	for _, c := range []struct {
		text string
		want Line
		back string // if it is not written as it was read
	}{
		{text: "T2(R=N)", want: Line{"T2", []Attr{{"R", "N"}}}},
		{text: "T2()", want: Line{Test: "T2"}},
		{text: "T5(W=0%O=%Q=)", want: Line{"T5", []Attr{{"W", "0"}, {"O", ""}, {"Q", ""}}}},
		{text: "OPS(O1=M[5B4|578]ST11%O2=A=B)", want: Line{"OPS", []Attr{{"O1", "M[5B4|578]ST11"}, {"O2", "A=B"}}}},
		{text: "SEQ(SP=FD-113|>120) \t\r", want: Line{"SEQ", []Attr{{"SP", "FD-113|>120"}}}, back: "SEQ(SP=FD-113|>120)"},
		{text: "Syn_Ack6(a.b=c d)", want: Line{"Syn_Ack6", []Attr{{"a.b", "c d"}}}},
	} {
		got, err := ParseLine(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.text, d)
		}
		if c.back == "" {
			c.back = c.text
		}
		if got.String() != c.back {
			t.Errorf("%s is written as %s", c.text, got)
		}
	}
}

func TestParseLineErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             `method: "" is not a test line like SEQ(...)`,
		"SEQ":                          `method: "SEQ" is not a test line like SEQ(...)`,
		"(R=N)":                        `method: "(R=N)" is not a test line like SEQ(...)`,
		"S Q(R=N)":                     `method: "S Q(R=N)" is not a test line like SEQ(...)`,
		strings.Repeat("A", 25) + "()": `method: "AAAAAAAAAAAAAAAAAAAAAAAAA()" is not a test line like SEQ(...)`,
		"T1(R=N":                       `method: T1: closing parenthesis is missing`,
		"T1(R=N)x":                     `method: T1: closing parenthesis is missing`,
		"T1(R)":                        `method: T1: bad attribute "R", want NAME=value`,
		"T1(R=N%)":                     `method: T1: bad attribute "", want NAME=value`,
		"T1(=N)":                       `method: T1: bad attribute "=N", want NAME=value`,
		"T1(R\n=N)":                    `method: T1: bad attribute "R\n=N", want NAME=value`,
		"T1(R=N%R=Y)":                  `method: T1: attribute R stands twice`,
		"T1(R=(N)":                     `method: T1: R: value "(N" has a '('`,
	} {
		if _, err := ParseLine(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// An absent attribute is not an empty one.
func TestValue(t *testing.T) {
	l, err := ParseLine("T1(R=Y%Q=)")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"R": true, "Q": true, "S": false} {
		if _, ok := l.Value(name); ok != want {
			t.Errorf("%s: there %v, want %v", name, ok, want)
		}
	}
}

// FuzzParseLine: what can be read is written so that it reads the same, in one line.
func FuzzParseLine(f *testing.F) {
	for _, s := range []string{"SEQ(SP=FD-113|120%GCD=1-6%TI=Z)", "T2()", "OPS(O1=M[5B4|578]ST11)", "T5(W=0%O=) ", "T1(R=N"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLine(text)
		if err != nil {
			return
		}
		again, err := ParseLine(l.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, l, err)
		}
		if d := cmp.Diff(l, again); d != "" {
			t.Error(d)
		}
		if strings.ContainsAny(l.String(), "\r\n") {
			t.Errorf("%q is more than a line", l)
		}
	})
}

func ExampleParseLine() {
	l, err := ParseLine("ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNW7%CC=Y%Q=)")
	fmt.Println(l.Test, err)
	cc, _ := l.Value("CC")
	_, ok := l.Value("TG")
	fmt.Println(cc, ok)
	// Output:
	// ECN <nil>
	// Y false
}
