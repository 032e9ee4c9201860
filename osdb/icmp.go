package osdb

import (
	"whorl/method/gen2"
	"whorl/method/icmp"
)

// ICMP is what the record says of ICMP messages, in the tests of all methods that cause some.
func (e *Entry) ICMP() icmp.Reference {
	lines := e.Tests(icmp.Has)
	for _, t := range []gen2.Test{gen2.TestU1, gen2.TestIE} {
		if said := e.Gen2.Test(t); said != nil {
			lines = append(lines, said.Line())
		}
	}
	return icmp.NewReference(lines)
}
