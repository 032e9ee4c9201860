package verdict

// reading says an attribute as a person does.
type reading struct {
	codes  map[string]string // values that have a meaning of their own
	number string            // a phrase for all other numbers, %s being the number; empty: none
	say    func(text string) (words string, ok bool)
}

// readings by TEST.ATTR, or by ATTR for all tests that have no reading of their own.
var readings = map[string]reading{
	"SEQ.SP":  {number: "ISN spread index %s"},
	"SEQ.GCD": {codes: map[string]string{"1": "ISN steps without a common divisor"}, number: "ISN steps are multiples of %s"},
	"SEQ.ISR": {number: "ISN rate index %s"},
	"SEQ.TI":  ipIDs("IP ID"),
	"SEQ.CI":  ipIDs("IP ID of closed ports"),
	"SEQ.II":  ipIDs("IP ID of pings"),
	"SEQ.SS":  {codes: map[string]string{"S": "one IP ID counter for TCP and pings", "O": "IP ID counters apart for TCP and pings"}},
	"SEQ.TS":  {say: clockWords},
	"O":       {say: optionWords},
	"W":       {number: "window %s"},
	"R":       {codes: map[string]string{"Y": "an answer", "N": "no answer"}},
	"DF":      {codes: map[string]string{"Y": "DF set", "N": "DF not set"}},
	"T":       {say: ttlWords},
	"TG":      {number: "TTL about %s"},
	"S":       {codes: map[string]string{"Z": "sequence 0", "A": "sequence as acknowledged", "A+": "sequence as acknowledged + 1", "O": "other sequence"}},
	"A":       {codes: map[string]string{"Z": "ACK number 0", "S": "ACK number as sent", "S+": "ACK number as sent + 1", "O": "other ACK number"}},
	"F":       {say: flagWords},
	"RD":      {codes: map[string]string{"0": "no text in the reset"}},
	"Q":       {codes: map[string]string{"": "no odd bits", "R": "reserved bits set", "U": "urgent pointer without URG", "RU": "reserved bits set, urgent pointer without URG"}},
	"CC":      {codes: map[string]string{"Y": "ECN accepted", "N": "ECN not accepted", "S": "ECN flags sent back", "O": "CWR without ECE"}},
	"IPL":     {number: "%s bytes long"},
	"UN":      {number: "unused field %s"},
	"RIPL":    {codes: quoted("length"), number: "quoted length %s"},
	"RID":     {codes: quoted("IP ID"), say: wrong("quoted IP ID wrong")},
	"RIPCK":   {codes: quoted("IP checksum")},
	"RUCK":    {codes: quoted("UDP checksum"), say: wrong("quoted UDP checksum wrong")},
	"RUD":     {codes: quoted("data")},
	"DFI":     {codes: map[string]string{"Y": "DF always set", "N": "DF never set", "S": "DF as sent", "O": "DF unlike what was sent"}},
	"CD":      {codes: map[string]string{"Z": "code 0", "S": "code as sent", "O": "other codes"}, number: "code %s"},
}

// places say which answer a test looks at.
var places = map[string]string{
	"ECN": "ECN SYN", "T2": "no flags, open port", "T3": "SYN+FIN, open port", "T4": "ACK, open port",
	"T5": "SYN, closed port", "T6": "ACK, closed port", "T7": "FIN, closed port", "U1": "closed UDP port",
	"T1": "SYN", "IE": "ping",
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
