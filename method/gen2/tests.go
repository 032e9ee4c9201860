package gen2

import (
	"fmt"
	"slices"
)

// Test numbers the tests in the order in which they are printed.
type Test uint8

// The tests.
const (
	TestSEQ Test = iota
	TestOPS
	TestWIN
	TestECN
	TestT1
	TestT2
	TestT3
	TestT4
	TestT5
	TestT6
	TestT7
	TestU1
	TestIE
	NumTests
)

// String is the name as printed.
func (t Test) String() string {
	if t >= NumTests {
		return fmt.Sprintf("Test(%d)", uint8(t))
	}
	return Tests[t].Name
}

// TestNamed finds a test by its name.
func TestNamed(name string) (Test, bool) {
	for t := range Tests {
		if Tests[t].Name == name {
			return Test(t), true
		}
	}
	return 0, false
}

// Form is what one test can say: its attributes in the order in which they are
// printed, each with the points that Nmap gives for it by default.
type Form struct {
	Name  string
	Attrs []AttrForm
}

// AttrForm is one attribute of a test.
type AttrForm struct {
	Name   string
	Points int
}

// Attr finds the place of an attribute in the form.
func (f Form) Attr(name string) (int, bool) {
	i := slices.IndexFunc(f.Attrs, func(a AttrForm) bool { return a.Name == name })
	return i, i >= 0
}

// MaxAttrs is the largest number of attributes in a form.
const MaxAttrs = 11

// Tests are the forms of all tests. The array is only read. Attributes:
// https://nmap.org/book/osdetect-methods.html; points: as Nmap 7.93 has them.
var Tests = [NumTests]Form{
	TestSEQ: {"SEQ", []AttrForm{{"SP", 25}, {"GCD", 75}, {"ISR", 25}, {"TI", 100}, {"CI", 50}, {"II", 100}, {"SS", 80}, {"TS", 100}}},
	TestOPS: {"OPS", []AttrForm{{"O1", 20}, {"O2", 20}, {"O3", 20}, {"O4", 20}, {"O5", 20}, {"O6", 20}}},
	TestWIN: {"WIN", []AttrForm{{"W1", 15}, {"W2", 15}, {"W3", 15}, {"W4", 15}, {"W5", 15}, {"W6", 15}}},
	TestECN: {"ECN", []AttrForm{{"R", 100}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"W", 15}, {"O", 15}, {"CC", 100}, {"Q", 20}}},
	TestT1:  {"T1", []AttrForm{{"R", 100}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"S", 20}, {"A", 20}, {"F", 30}, {"RD", 20}, {"Q", 20}}},
	TestT2:  tcpForm("T2", 80),
	TestT3:  tcpForm("T3", 80),
	TestT4:  tcpForm("T4", 100),
	TestT5:  tcpForm("T5", 100),
	TestT6:  tcpForm("T6", 100),
	TestT7:  tcpForm("T7", 80),
	TestU1: {"U1", []AttrForm{{"R", 50}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"IPL", 100}, {"UN", 100},
		{"RIPL", 100}, {"RID", 100}, {"RIPCK", 100}, {"RUCK", 100}, {"RUD", 100}}},
	TestIE: {"IE", []AttrForm{{"R", 50}, {"DFI", 40}, {"T", 15}, {"TG", 15}, {"CD", 100}}},
}

func tcpForm(name string, answered int) Form {
	return Form{name, []AttrForm{{"R", answered}, {"DF", 20}, {"T", 15}, {"TG", 15}, {"W", 25},
		{"S", 20}, {"A", 20}, {"F", 30}, {"O", 10}, {"RD", 20}, {"Q", 20}}}
}
