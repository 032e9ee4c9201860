package verdict

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ test, attr, text, want string }{
		{"OPS", "O1", "M5B4ST11NW7", "MSS 1460, SACK, timestamps, scale 7"},
		{"OPS", "O1", "M5B4ST11NW[0-A|E]", "MSS 1460, SACK, timestamps, scale 0 to 10 or 14"},
		{"OPS", "O6", "", "no options"},
		{"OPS", "O6", "NNL", "padding only"},
		{"OPS", "O1", "M5B4T10", "MSS 1460, timestamps (10)"},
		{"OPS", "O1", "M5B4X", "M5B4X"},
		{"ECN", "O", "M5B4|", "MSS 1460 or no options"},
		{"WIN", "W1", "FE88", "window 65160"},
		{"WIN", "W1", "FE88|FAF0", "window 65160 or 64240"},
		{"WIN", "W1", "1|2|3|4|5", "window 1, 2, 3 or others"},
		{"T2", "W", ">FF", "window over 255"},
		{"T1", "T", "40", "TTL 64"},
		{"T1", "T", "3B-45", "TTL 64"},
		{"T1", "T", "FA-104", "TTL 255"},
		{"T1", "T", "100", "TTL 256"},
		{"T1", "TG", "80", "TTL about 128"},
		{"T5", "F", "AR", "ACK+RST"},
		{"T5", "F", "", "no flags"},
		{"T5", "F", "XY", "XY"},
		{"ECN", "CC", "Y", "ECN accepted"},
		{"SEQ", "TI", "Z", "IP ID zero"},
		{"SEQ", "TI", "1F", "IP ID always 31"},
		{"SEQ", "TS", "U|A", "no timestamps or timestamps at 1000 Hz"},
		{"SEQ", "TS", "21", "timestamps of no common clock"},
		{"SEQ", "TS", "1E-23|U", "1E-23 or no timestamps"},
		{"SEQ", "TS", "0-FF", "timestamps of any rate"},
		{"U1", "RUCK", "8718", "quoted UDP checksum wrong"},
		{"U1", "RUD", "G", "quoted data intact"},
		{"IE", "CD", "S", "code as sent"},
		{"T1", "R", "Y|N", "an answer or no answer"},
		{"CLK", "OFF", "P", "a clock offset for each port"},
		{"MD5", "R", "AS", "ACK+SYN to an MD5 signature"},
		{"BU", "N", "6", "6 errors for seven datagrams at once"},
		{"SynAck", "O", "whatever", "whatever"},
		{"IE", "XX", "1", "1"},
	} {
		if got := inWords(c.test, c.attr, c.text); got != c.want {
			t.Errorf("%s.%s=%s: %q, want %q", c.test, c.attr, c.text, got, c.want)
		}
	}
}

func TestWindowWords(t *testing.T) {
	for _, c := range []struct{ window, options, want string }{
		{"FE88", "M5B4ST11NW7", "65160 = 45 x 1448"},
		{"FAF0", "M5B4NNSNW7", "64240 = 44 x 1460"},
		{"FFFF", "M5B4NW6", ""},
		{"5B4", "M5B4", ""},
		{"FE88", "", ""},
		{"FE88", "M0T11", ""},
		{"x", "M5B4", ""},
	} {
		if got := windowWords(c.window, c.options); got != c.want {
			t.Errorf("%s with %s: %q, want %q", c.window, c.options, got, c.want)
		}
	}
}

// Any value from the network gets words: at least itself.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"M5B4ST11NW7", "3B-45|FF", "[", "M[W", "T1", ">", "-", "FFFFFFFFFFFFFFFFF"} {
		f.Add("OPS", "O1", s)
		f.Add("T1", "T", s)
		f.Add("SEQ", "TS", s)
	}
	f.Fuzz(func(t *testing.T, test, attr, text string) {
		words := inWords(test, attr, text)
		if text != "" && words == "" {
			t.Errorf("%s.%s=%q has no words", test, attr, text)
		}
		if strings.Contains(words, "%!") {
			t.Errorf("%s.%s=%q: %q", test, attr, text, words)
		}
		windowWords(text, text)
	})
}
