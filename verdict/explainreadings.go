package verdict

// reading says an attribute as a person does.
type reading struct {
	codes  map[string]string // values that have a meaning of their own
	number string            // a phrase for all other numbers, %s being the number; empty: none
	say    func(text string) (words string, ok bool)
}

// readingOf finds a reading by TEST.ATTR, or by ATTR for all tests that have none of their own.
func readingOf(name string) (r reading, ok bool) {
	switch name {
	case "SEQ.SP":
		r = reading{number: "ISN spread index %s"}
	case "SEQ.GCD":
		r = reading{codes: map[string]string{"1": "ISN steps without a common divisor"}, number: "ISN steps are multiples of %s"}
	case "SEQ.ISR":
		r = reading{number: "ISN rate index %s"}
	case "SEQ.TI":
		r = ipIDs("IP ID")
	case "SEQ.CI":
		r = ipIDs("IP ID of closed ports")
	case "SEQ.II":
		r = ipIDs("IP ID of pings")
	case "SEQ.SS":
		r = reading{codes: map[string]string{"S": "one IP ID counter for TCP and pings", "O": "IP ID counters apart for TCP and pings"}}
	case "SEQ.TS":
		r = reading{say: clockWords}
	case "O":
		r = reading{say: optionWords}
	case "W":
		r = reading{number: "window %s"}
	case "R":
		r = reading{codes: map[string]string{"Y": "an answer", "N": "no answer"}}
	case "DF":
		r = reading{codes: map[string]string{"Y": "DF set", "N": "DF not set"}}
	case "T":
		r = reading{say: ttlWords}
	case "TG":
		r = reading{number: "TTL about %s"}
	case "S":
		r = reading{codes: map[string]string{"Z": "sequence 0", "A": "sequence as acknowledged", "A+": "sequence as acknowledged + 1", "O": "other sequence"}}
	case "A":
		r = reading{codes: map[string]string{"Z": "ACK number 0", "S": "ACK number as sent", "S+": "ACK number as sent + 1", "O": "other ACK number"}}
	case "F":
		r = reading{say: flagWords}
	case "RD":
		r = reading{codes: map[string]string{"0": "no text in the reset"}}
	case "Q":
		r = reading{codes: map[string]string{"": "no odd bits", "R": "reserved bits set", "U": "urgent pointer without URG", "RU": "reserved bits set, urgent pointer without URG"}}
	case "CC":
		r = reading{codes: map[string]string{"Y": "ECN accepted", "N": "ECN not accepted", "S": "ECN flags sent back", "O": "CWR without ECE"}}
	case "IPL":
		r = reading{number: "%s bytes long"}
	case "UN":
		r = reading{number: "unused field %s"}
	case "RIPL":
		r = reading{codes: quoted("length"), number: "quoted length %s"}
	case "RID":
		r = reading{codes: quoted("IP ID"), say: wrong("quoted IP ID wrong")}
	case "RIPCK":
		r = reading{codes: quoted("IP checksum")}
	case "RUCK":
		r = reading{codes: quoted("UDP checksum"), say: wrong("quoted UDP checksum wrong")}
	case "RUD":
		r = reading{codes: quoted("data")}
	case "DFI":
		r = reading{codes: map[string]string{"Y": "DF always set", "N": "DF never set", "S": "DF as sent", "O": "DF unlike what was sent"}}
	case "CD":
		r = reading{codes: map[string]string{"Z": "code 0", "S": "code as sent", "O": "other codes"}, number: "code %s"}
	default:
		return r, false
	}
	return r, true
}

// placeOf says which answer a test looks at; empty: several.
func placeOf(test string) string {
	switch test {
	case "ECN":
		return "ECN SYN"
	case "T1":
		return "SYN"
	case "T2":
		return "no flags, open port"
	case "T3":
		return "SYN+FIN, open port"
	case "T4":
		return "ACK, open port"
	case "T5":
		return "SYN, closed port"
	case "T6":
		return "ACK, closed port"
	case "T7":
		return "FIN, closed port"
	case "U1":
		return "closed UDP port"
	case "IE":
		return "ping"
	}
	return ""
}

func ipIDs(what string) reading {
	return reading{number: what + " always %s", codes: map[string]string{
		"Z": what + " zero", "I": what + " counts up", "BI": what + " counts up, bytes swapped",
		"RD": what + " random", "RI": what + " grows at random",
	}}
}

func quoted(what string) map[string]string {
	return map[string]string{"G": "quoted " + what + " intact", "Z": "quoted " + what + " zero", "I": "quoted " + what + " wrong"}
}

// wrong says all numbers with the same words.
func wrong(words string) func(string) (string, bool) {
	return func(text string) (string, bool) {
		_, ok := decimal(text)
		return words, ok
	}
}
