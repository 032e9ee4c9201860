package verdict

import (
	"whorl/method/expr"
	"whorl/method/icmp"
)

// messageName says of which messages a test is.
func messageName(test string) string {
	switch test {
	case icmp.TestIE, icmp.TestEC, icmp.TestIEv6:
		return "echo replies"
	}
	return "port unreachables"
}

// messageWords say an attribute of one of them.
func messageWords(test, attr, text string) string {
	if test != icmp.TestU1v6 && test != icmp.TestIEv6 {
		return inWords(test, attr, text)
	}
	e, err := expr.Parse(text)
	if err != nil {
		return text
	}
	r := messageReading6(attr)
	return r.all(e)
}

// messageReading6 says an attribute over IPv6.
func messageReading6(attr string) (r reading) {
	switch attr {
	case "R":
		r.codes = map[string]string{"Y": "an answer", "N": "no answer"}
	case "HL", "HLG":
		r.number = "hop limit %s"
	case "TC":
		r.number = "traffic class %s"
	case "FL":
		r.codes = map[string]string{"Z": "flow label zero", "S": "flow label of the packet", "O": "flow label of its own"}
	case "PL":
		r.number = "payload of %s bytes"
	case "ET":
		r.number = "type %s"
	case "EC":
		r.number = "code %s"
	case "UN":
		r.number = "unused field %s"
	case "RPL":
		r.codes = map[string]string{"G": "quoted length intact"}
	case "RFL":
		r.codes = map[string]string{"G": "quoted flow label intact"}
	case "RUCK":
		r.codes, r.number = map[string]string{"G": "quoted UDP checksum intact"}, "quoted UDP checksum %s"
	case "RUD":
		r.codes = map[string]string{"G": "quoted data intact", "I": "quoted data changed"}
	}
	return r
}
