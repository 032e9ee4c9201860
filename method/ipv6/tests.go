package ipv6

import (
	"fmt"
	"slices"

	"whorl/method/gen2"
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
	TestIE1
	TestIE2
	TestNS
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

// Has reports whether a test of that name belongs to the method.
func Has(name string) bool { _, ok := TestNamed(name); return ok }

// Form is what one test can say: its attributes in the order in which they are printed.
type Form struct {
	Name  string
	Like  gen2.Test // that some attributes are carried over from; NumTests if none are
	Attrs []AttrForm
}

// AttrForm is one attribute of a test.
type AttrForm struct {
	Name    string
	Points  int  // what it is worth when a record is compared
	Carried bool // named, valued and worth the same as in Like: any record of that can judge it
}

// Attr finds the place of an attribute in the form.
func (f *Form) Attr(name string) (int, bool) {
	i := slices.IndexFunc(f.Attrs, func(a AttrForm) bool { return a.Name == name })
	return i, i >= 0
}

// Whether an attribute is carried over from the test of the second generation that its test
// is like.
const carried, own = true, false

// Tests are the forms of all tests. The array is only read. HL, HLG, TC and FL are what IPv6
// headers say, ET and EC what errors are.
var Tests = [NumTests]Form{
	TestSEQ: {"SEQ6", gen2.TestSEQ, []AttrForm{{"SP", 25, carried}, {"GCD", 75, carried}, {"ISR", 25, carried}, {"TS", 100, carried}, {"FL", 40, own}}},
	TestOPS: {"OPS6", gen2.TestOPS, []AttrForm{{"O1", 20, carried}, {"O2", 20, carried}, {"O3", 20, carried}, {"O4", 20, carried},
		{"O5", 20, carried}, {"O6", 20, carried}}},
	TestWIN: {"WIN6", gen2.TestWIN, []AttrForm{{"W1", 15, carried}, {"W2", 15, carried}, {"W3", 15, carried}, {"W4", 15, carried},
		{"W5", 15, carried}, {"W6", 15, carried}}},
	TestECN: {"ECN6", gen2.TestECN, []AttrForm{{"R", 100, carried}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"W", 15, carried}, {"O", 15, carried}, {"CC", 100, carried}, {"Q", 20, carried}}},
	TestT1: {"T1_6", gen2.TestT1, []AttrForm{{"R", 100, carried}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"S", 20, carried}, {"A", 20, carried}, {"F", 30, carried}, {"RD", 20, carried}, {"Q", 20, carried}}},
	TestT2: tcpForm("T2_6", gen2.TestT2, 80),
	TestT3: tcpForm("T3_6", gen2.TestT3, 80),
	TestT4: tcpForm("T4_6", gen2.TestT4, 100),
	TestT5: tcpForm("T5_6", gen2.TestT5, 100),
	TestT6: tcpForm("T6_6", gen2.TestT6, 100),
	TestT7: tcpForm("T7_6", gen2.TestT7, 80),
	TestU1: {"U1_6", gen2.TestU1, []AttrForm{{"R", 50, carried}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"PL", 100, own}, {"ET", 50, own}, {"EC", 50, own}, {"UN", 100, carried}, {"RPL", 100, own}, {"RFL", 50, own},
		{"RUCK", 100, carried}, {"RUD", 100, carried}}},
	TestIE1: {"IE1_6", gen2.TestIE, []AttrForm{{"R", 50, own}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"PL", 100, own}, {"CD", 100, carried}, {"ET", 50, own}, {"EC", 50, own}, {"EP", 50, own}}},
	TestIE2: {"IE2_6", gen2.NumTests, []AttrForm{{"R", 50, own}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"PL", 100, own}, {"CD", 100, own}, {"ET", 50, own}, {"EC", 50, own}, {"EP", 50, own}}},
	TestNS: {"NS6", gen2.NumTests, []AttrForm{{"R", 50, own}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"PL", 50, own}, {"NF", 50, own}}},
}

func tcpForm(name string, like gen2.Test, answered int) Form {
	return Form{name, like, []AttrForm{{"R", answered, carried}, {"HL", 15, own}, {"HLG", 15, own}, {"TC", 20, own}, {"FL", 20, own},
		{"W", 25, carried}, {"S", 20, carried}, {"A", 20, carried}, {"F", 30, carried}, {"O", 10, carried}, {"RD", 20, carried}, {"Q", 20, carried}}}
}
