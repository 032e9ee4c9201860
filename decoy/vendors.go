package decoy

import (
	"slices"
	"strings"

	"whorl/osdb"
)

// vendors are prefixes that the IEEE has given to who makes network adapters (its MA-L
// registry), one for each, under the names that classes of records have. Makers of systems
// alone stand with the adapter that their systems are met on: that of a virtual machine.
var vendors = [...]struct {
	name   string
	prefix [3]byte
}{
	{"3com", [3]byte{0x00, 0x60, 0x8c}},
	{"apc", [3]byte{0x00, 0xc0, 0xb7}},
	{"apple", [3]byte{0x00, 0x03, 0x93}},
	{"aruba", [3]byte{0x00, 0x0b, 0x86}},
	{"avaya", [3]byte{0x00, 0x04, 0x0d}},
	{"axis", [3]byte{0x00, 0x40, 0x8c}},
	{"brocade", [3]byte{0x00, 0x01, 0x0f}},
	{"brother", [3]byte{0x00, 0x80, 0x77}},
	{"canon", [3]byte{0x00, 0x00, 0x85}},
	{"check point", [3]byte{0x00, 0x1c, 0x7f}},
	{"cisco", [3]byte{0x00, 0x00, 0x0c}},
	{"d-link", [3]byte{0x00, 0x05, 0x5d}},
	{"dec", [3]byte{0x00, 0x00, 0xf8}},
	{"dell", [3]byte{0x00, 0x06, 0x5b}},
	{"epson", [3]byte{0x00, 0x00, 0x48}},
	{"extreme networks", [3]byte{0x00, 0x04, 0x96}},
	{"f5 networks", [3]byte{0x00, 0x01, 0xd7}},
	{"fortinet", [3]byte{0x00, 0x09, 0x0f}},
	{"google", [3]byte{0x00, 0x1a, 0x11}},
	{"hp", [3]byte{0x00, 0x01, 0xe6}},
	{"huawei", [3]byte{0x00, 0x18, 0x82}},
	{"ibm", [3]byte{0x00, 0x02, 0x55}},
	{"intel", [3]byte{0x00, 0x02, 0xb3}},
	{"juniper", [3]byte{0x00, 0x05, 0x85}},
	{"lantronix", [3]byte{0x00, 0x80, 0xa3}},
	{"lexmark", [3]byte{0x00, 0x04, 0x00}},
	{"linksys", [3]byte{0x00, 0x06, 0x25}},
	{"microsoft", [3]byte{0x00, 0x15, 0x5d}},
	{"mikrotik", [3]byte{0x00, 0x0c, 0x42}},
	{"moxa", [3]byte{0x00, 0x90, 0xe8}},
	{"netapp", [3]byte{0x00, 0xa0, 0x98}},
	{"netgear", [3]byte{0x00, 0x09, 0x5b}},
	{"nintendo", [3]byte{0x00, 0x09, 0xbf}},
	{"novell", [3]byte{0x00, 0x00, 0x1b}},
	{"oracle", [3]byte{0x08, 0x00, 0x27}},
	{"palo alto", [3]byte{0x00, 0x1b, 0x17}},
	{"polycom", [3]byte{0x00, 0x04, 0xf2}},
	{"qnap", [3]byte{0x24, 0x5e, 0xbe}},
	{"raspberry pi", [3]byte{0xb8, 0x27, 0xeb}},
	{"ricoh", [3]byte{0x00, 0x00, 0x74}},
	{"rockwell automation", [3]byte{0x00, 0x00, 0xbc}},
	{"samsung", [3]byte{0x00, 0x00, 0xf0}},
	{"sgi", [3]byte{0x08, 0x00, 0x69}},
	{"siemens", [3]byte{0x00, 0x01, 0xe3}},
	{"sonicwall", [3]byte{0x00, 0x06, 0xb1}},
	{"sun", [3]byte{0x08, 0x00, 0x20}},
	{"synology", [3]byte{0x00, 0x11, 0x32}},
	{"tp-link", [3]byte{0x00, 0x0a, 0xeb}},
	{"ubiquiti", [3]byte{0x00, 0x15, 0x6d}},
	{"vmware", [3]byte{0x00, 0x0c, 0x29}},
	{"watchguard", [3]byte{0x00, 0x90, 0x7f}},
	{"xen", [3]byte{0x00, 0x16, 0x3e}},
	{"xerox", [3]byte{0x00, 0x00, 0x01}},
	{"zyxel", [3]byte{0x00, 0x13, 0x49}},
	{"linux", [3]byte{0x52, 0x54, 0x00}}, // no maker's: what QEMU gives its guests
	{"qemu", [3]byte{0x52, 0x54, 0x00}},
	{"freebsd", [3]byte{0x52, 0x54, 0x00}},
	{"netbsd", [3]byte{0x52, 0x54, 0x00}},
	{"openbsd", [3]byte{0x52, 0x54, 0x00}},
	{"schneider electric", [3]byte{0x00, 0x00, 0x54}},
}

// Vendor is the prefix of a maker's hardware addresses, by the name that classes have for
// him, in any case.
func Vendor(name string) (prefix [3]byte, known bool) {
	for i := range vendors {
		if strings.EqualFold(vendors[i].name, name) {
			return vendors[i].prefix, true
		}
	}
	return prefix, false
}

// Vendors are the names that Vendor knows, in order.
func Vendors() []string {
	out := make([]string, 0, len(vendors))
	for i := range vendors {
		out = append(out, vendors[i].name)
	}
	slices.Sort(out)
	return out
}

// VendorOf is the prefix that fits a record; zero if none is known.
func VendorOf(e *osdb.Entry) [3]byte {
	for _, c := range e.Classes {
		if p, ok := Vendor(c.Vendor); ok {
			return p
		}
	}
	return [3]byte{}
}
