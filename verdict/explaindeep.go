package verdict

// deepReadings say the attributes of package deep, by TEST.ATTR.
var deepReadings = map[string]reading{
	"CLK.HZ":  {number: "timestamp clock of %s Hz"},
	"CLK.OFF": {codes: map[string]string{"S": "one clock offset for all ports", "P": "a clock offset for each port", "R": "a random clock offset", "Z": "timestamps zero", "U": "no timestamps"}},
	"ISN4.C":  {codes: map[string]string{"T": "ISN grows with time", "I": "ISN grows in equal steps", "G": "ISN grows unevenly", "K": "ISN stays", "R": "ISN random"}},
	"ISN4.R":  {number: "ISN rate index %s"},
	"ISN4.D":  {number: "ISN steps of %s"},
	"AE.B":    {number: "bits %s to Accurate ECN"},
	"AE.O":    {codes: map[string]string{"Y": "an AccECN option", "N": "no AccECN option"}},
	"AN.B":    {number: "bits %s to Accurate ECN, Not-ECT"},
	"MD5.R":   {codes: map[string]string{"N": "no answer to an MD5 signature"}, say: answerWords("an MD5 signature")},
	"AO.R":    {codes: map[string]string{"N": "no answer to an authentication option"}, say: answerWords("an authentication option")},
	"EC.ID":   {codes: copied("IP ID", "the ping")},
	"EC.TOS":  {codes: copied("TOS", "the ping")},
	"EC.TTL":  {codes: copied("TTL", "the ping")},
	"RT.ID":   {codes: copied("IP ID", "the SYN in the reset")},
	"RT.TOS":  {codes: copied("TOS", "the SYN in the reset")},
	"QU.IPL":  {number: "%s bytes quoting a long datagram"},
	"QU.TOS":  {number: "TOS %s in the port unreachable"},
	"BU.N":    {number: "%s errors for seven datagrams at once"},
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
