package verdict

// deepReading says an attribute of package deep, by TEST.ATTR.
func deepReading(name string) (r reading, ok bool) {
	switch name {
	case "CLK.HZ":
		r = reading{number: "timestamp clock of %s Hz"}
	case "CLK.OFF":
		r = reading{codes: map[string]string{"S": "one clock offset for all ports", "P": "a clock offset for each port", "R": "a random clock offset", "Z": "timestamps zero", "U": "no timestamps"}}
	case "ISN4.C":
		r = reading{codes: map[string]string{"T": "ISN grows with time", "I": "ISN grows in equal steps", "G": "ISN grows unevenly", "K": "ISN stays", "R": "ISN random"}}
	case "ISN4.R":
		r = reading{number: "ISN rate index %s"}
	case "ISN4.D":
		r = reading{number: "ISN steps of %s"}
	case "AE.B":
		r = reading{number: "bits %s to Accurate ECN"}
	case "AE.O":
		r = reading{codes: map[string]string{"Y": "an AccECN option", "N": "no AccECN option"}}
	case "AN.B":
		r = reading{number: "bits %s to Accurate ECN, Not-ECT"}
	case "MD5.R":
		r = reading{codes: map[string]string{"N": "no answer to an MD5 signature"}, say: answerWords("an MD5 signature")}
	case "AO.R":
		r = reading{codes: map[string]string{"N": "no answer to an authentication option"}, say: answerWords("an authentication option")}
	case "EC.ID":
		r = reading{codes: copied("IP ID", "the ping")}
	case "EC.TOS":
		r = reading{codes: copied("TOS", "the ping")}
	case "EC.TTL":
		r = reading{codes: copied("TTL", "the ping")}
	case "RT.ID":
		r = reading{codes: copied("IP ID", "the SYN in the reset")}
	case "RT.TOS":
		r = reading{codes: copied("TOS", "the SYN in the reset")}
	case "QU.IPL":
		r = reading{number: "%s bytes quoting a long datagram"}
	case "QU.TOS":
		r = reading{number: "TOS %s in the port unreachable"}
	case "BU.N":
		r = reading{number: "%s errors for seven datagrams at once"}
	case "BU6.N":
		r = reading{number: "%s errors for seven datagrams at once over IPv6"}
	case "BU6.L":
		r = reading{number: "%s errors for ten more in 0.7 s over IPv6"}
	default:
		return r, false
	}
	return r, true
}

func copied(what, of string) map[string]string {
	return map[string]string{
		"S": what + " of " + of, "Z": what + " zero, not of " + of,
		"D": what + " of " + of + " without ECN", "O": what + " unlike " + of,
	}
}

func answerWords(to string) func(string) (string, bool) {
	return func(text string) (string, bool) {
		flags, ok := flagWords(text)
		return flags + " to " + to, ok && text != ""
	}
}
