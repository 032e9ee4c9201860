package verdict

import (
	"strings"

	"whorl"
	"whorl/method/ipv6"
)

// Boxes in the path of IPv6 are found as those of IPv4 are: by hop limits, options, windows
// and clocks of many answers. What they answer is left out under the names of either version.

// toIPv6 are the tests over IPv6 that are made of the answers of a test of IPv4.
func toIPv6(name string) []string {
	if name == "IE" {
		return []string{"IE1_6", "IE2_6", "NS6"}
	}
	test, attr, one := strings.Cut(name, ".")
	if test = testIPv6(test); one {
		test += "." + attr
	}
	return []string{test}
}

// toIPv4 is the other way round; nothing for what is there already.
func toIPv4(name string) []string {
	test, attr, one := strings.Cut(name, ".")
	switch {
	case test == "IE2_6" || test == "NS6":
		return nil
	case test == "IE1_6":
		test = "IE"
	case ipv6.Has(test):
		test = strings.TrimSuffix(strings.TrimSuffix(test, "6"), "_")
	}
	if one {
		test += "." + attr
	}
	return []string{test}
}

// renamed are boxes with other names of what they answer. What of our own answers everything
// has no names to tell.
func renamed(boxes []whorl.Box, name func(string) []string) (out []whorl.Box) {
	for _, b := range boxes {
		if b.Kind != whorl.BoxOwnNAT {
			all := b.LeftOut
			b.LeftOut = nil
			for _, n := range all {
				b.LeftOut = append(b.LeftOut, name(n)...)
			}
		}
		out = append(out, b)
	}
	return out
}
