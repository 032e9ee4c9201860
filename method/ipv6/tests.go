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

// Tests are the forms of all tests. The array is only read.
var Tests = [NumTests]Form{
	TestSEQ: form("SEQ6", gen2.TestSEQ, carried(gen2.TestSEQ, "SP", "GCD", "ISR", "TS"), own("FL", 40)),
	TestOPS: form("OPS6", gen2.TestOPS, carried(gen2.TestOPS, "O1", "O2", "O3", "O4", "O5", "O6")),
	TestWIN: form("WIN6", gen2.TestWIN, carried(gen2.TestWIN, "W1", "W2", "W3", "W4", "W5", "W6")),
	TestECN: form("ECN6", gen2.TestECN, carried(gen2.TestECN, "R"), header, carried(gen2.TestECN, "W", "O", "CC", "Q")),
	TestT1:  form("T1_6", gen2.TestT1, carried(gen2.TestT1, "R"), header, carried(gen2.TestT1, "S", "A", "F", "RD", "Q")),
	TestT2:  tcpForm("T2_6", gen2.TestT2),
	TestT3:  tcpForm("T3_6", gen2.TestT3),
	TestT4:  tcpForm("T4_6", gen2.TestT4),
	TestT5:  tcpForm("T5_6", gen2.TestT5),
	TestT6:  tcpForm("T6_6", gen2.TestT6),
	TestT7:  tcpForm("T7_6", gen2.TestT7),
	TestU1: form("U1_6", gen2.TestU1, carried(gen2.TestU1, "R"), header, own("PL", 100), failure,
		carried(gen2.TestU1, "UN"), own("RPL", 100), own("RFL", 50), carried(gen2.TestU1, "RUCK", "RUD")),
	TestIE1: form("IE1_6", gen2.TestIE, own("R", 50), header, own("PL", 100), carried(gen2.TestIE, "CD"), failure, own("EP", 50)),
	TestIE2: form("IE2_6", gen2.NumTests, own("R", 50), header, own("PL", 100), own("CD", 100), failure, own("EP", 50)),
	TestNS:  form("NS6", gen2.NumTests, own("R", 50), header, own("PL", 50), own("NF", 50)),
}

// header are what IPv6 headers say, failure what errors are.
var (
	header  = slices.Concat(own("HL", 15), own("HLG", 15), own("TC", 20), own("FL", 20))
	failure = slices.Concat(own("ET", 50), own("EC", 50))
)

func form(name string, like gen2.Test, attrs ...[]AttrForm) Form {
	return Form{name, like, slices.Concat(attrs...)}
}

func tcpForm(name string, like gen2.Test) Form {
	return form(name, like, carried(like, "R"), header, carried(like, "W", "S", "A", "F", "O", "RD", "Q"))
}

func own(name string, points int) []AttrForm { return []AttrForm{{Name: name, Points: points}} }

// carried are attributes of a test of the second generation.
func carried(t gen2.Test, names ...string) (out []AttrForm) {
	for _, name := range names {
		i, _ := gen2.Tests[t].Attr(name)
		out = append(out, AttrForm{name, gen2.Tests[t].Attrs[i].Points, true})
	}
	return out
}
