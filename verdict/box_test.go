package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/method/deep"
)

// accepting is the line of a port that accepts six times, with some attributes changed.
func accepting(port int, changes ...string) string {
	return changed(fmt.Sprintf("TCP%d(N=6%%AT=1,51,A1,F1,141,191%%T=40%%DF=Y%%TOS=0%%ID=0%%F=AS%%W=FAF0%%O=M5B4ST11NW7%%SEQ=1,2,3,4,5,6%%A=S+%%TS=-)", port), changes...)
}

// refusing is the same of a port that refuses.
func refusing(port int, changes ...string) string {
	return changed(fmt.Sprintf("TCP%d(N=6%%AT=1,51,A1,F1,141,191%%T=40%%DF=Y%%TOS=0%%ID=0%%F=AR%%W=0%%O=%%SEQ=0%%A=S+%%TS=-)", port), changes...)
}

func pings(changes ...string) string {
	return changed("ECHO(N=6%AT=1,51,A1,F1,141,191%T=40%DF=Y%TOS=0%ID=0)", changes...)
}

// changed gives attributes other values, as in T=3F.
func changed(line string, changes ...string) string {
	for _, c := range changes {
		name, _, _ := strings.Cut(c, "=")
		i := strings.Index(line, "%"+name+"=") + 1
		end := i + strings.IndexAny(line[i:], "%)")
		line = line[:i] + c + line[end:]
	}
	return line
}

func surveyed(lines ...string) *whorl.Host {
	return &whorl.Host{Observations: []whorl.Observation{{Method: "survey", Print: strings.Join(lines, "\n")}}}
}

// Contradictions that no one stack explains are boxes; those that it may explain are not.
func TestBoxes(t *testing.T) {
	const away, far = "T=3F", "T=7F"
	clock := func(from int) string { // 1000 ticks a second
		return fmt.Sprintf("TS=%X,%X,%X,%X,%X,%X", from, from+0x50, from+0xa0, from+0xf0, from+0x140, from+0x190)
	}
	counter := func(from int) string {
		return fmt.Sprintf("ID=%X,%X,%X,%X,%X,%X", from, from+4, from+8, from+12, from+16, from+20)
	}
	for _, c := range []struct {
		name  string
		lines []string
		want  string // kinds and ports
	}{
		{"nothing", nil, ""},
		{"one stack", []string{accepting(22), accepting(80), refusing(81), pings()}, ""},
		{"initial TTLs by kind", []string{accepting(22), accepting(80), refusing(81, "T=FF"), pings("T=80")}, ""},
		{"a way of another length now and then", []string{accepting(22, "T=40,3F,40,40,3F,40"), accepting(80), refusing(81, away), pings()}, ""},
		{"an initial TTL of 60", []string{accepting(22, "T=3C"), accepting(80, "T=3C"), refusing(81), pings()}, ""},
		{"an initial TTL of 100", []string{accepting(22, "T=64"), accepting(80, "T=64"), refusing(81), pings()}, ""},
		{"pings alone from afar", []string{accepting(22), accepting(80), refusing(81), pings(away)}, ""},
		{"too few answers", []string{changed(accepting(80), "AT=1", "SEQ=1"), changed(refusing(81, away), "AT=1")}, ""},
		{"TTL protection of one socket", []string{accepting(80), accepting(179, "T=FF"), refusing(81), pings()}, ""},
		{"all that one socket may set", []string{accepting(80), accepting(179, "T=FF", "DF=N", "ID=7", "W=4000", "O=M218ST11NW2")}, ""},
		{"windows by buffer", []string{accepting(80), accepting(443, "W=2000", "O=M5B4ST11NW0")}, ""},
		{"window 0 at the host's own distance", []string{accepting(80, "W=0"), refusing(81), pings()}, ""},
		{"two systems, and the same clock", []string{accepting(80, clock(5000)), accepting(443, clock(5003), "O=M5B4", "T=80", "ID=7")}, ""},

		{"two systems", []string{accepting(80), accepting(443, "T=80", "O=M5B4NW8NNS", "W=FFFF")}, "nat [proxy] [80 443]"},
		{"two clocks and other options", []string{accepting(80, clock(5000)), accepting(443, clock(9000000), "O=M5B4NNT11")}, "nat [proxy] [80 443]"},
		{"two counters and other options", []string{accepting(80, counter(0x100)), accepting(443, counter(0x9000), "O=M5B4NW8NNS")}, "nat [proxy] [80 443]"},
		{"one counter, whatever else", []string{accepting(80, counter(0x100)), accepting(443, counter(0x102), "T=80", "O=M5B4NW8NNS")}, ""},
		{"a port from behind", []string{accepting(22), accepting(80, away), refusing(81), pings()}, "nat [] [80]"},
		{"resets from before", []string{accepting(80, away), refusing(81), pings(away)}, "reset-forger [] [81]"},
		{"resets from before, no pings", []string{accepting(80, away), refusing(81)}, "reset-forger [nat] [81]"},
		{"some resets from before", []string{accepting(80, away), refusing(81), refusing(82, away), pings(away)}, "reset-forger [] [81]"},
		{"connections from before", []string{accepting(80), refusing(81, far), pings(far)}, "syn-proxy [proxy] [80]"},
		{"connections from before, window 0", []string{accepting(80, "W=0"), refusing(81, far)}, "syn-proxy [] [80]"},
		{"two systems by turns", []string{accepting(80, "T=40,80,40,40,80,80", "O=M5B4ST11NW7,M5B4NW8,M5B4ST11NW7,M5B4ST11NW7,M5B4NW8,M5B4NW8"), refusing(81)}, "load-balancer [] [80]"},
		{"two clocks by turns", []string{accepting(80, "TS=10000,9000051,100A1,90000F1,9000141,10191"), refusing(81)}, "load-balancer [] [80]"},
		{"a clock for each connection", []string{accepting(80, "TS=1,90000,7000000,20000000,50000000,F0000000"), refusing(81)}, ""},
		{"memory runs out", []string{accepting(80, "W=FAF0,FAF0,F000,F000,E000,E000"), refusing(81)}, ""},
	} {
		h := surveyed(c.lines...)
		var got []string
		for _, b := range Boxes(h) {
			got = append(got, fmt.Sprint(b.Kind, " ", b.Or, " ", b.Ports))
			if b.Weight < 4.8 || len(b.Evidence) == 0 {
				t.Errorf("%s: weight %.1f, evidence %q", c.name, b.Weight, b.Evidence)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, cmp.Or(s, "no box"), cmp.Or(c.want, "none"))
		}
	}
}

// What a box answers is left out of the fingerprint, and of that alone.
func TestLeftOut(t *testing.T) {
	for _, c := range []struct {
		name         string
		open, closed uint16 // used for the fingerprint
		lines        []string
		want         string // tests that are left
	}{
		{"none", 80, 81, []string{accepting(80), refusing(81), pings()}, "SEQ(TI=Z%CI=Z%II=I) OPS(O1=) T1(R=Y) T5(R=Y) U1(R=N) IE(R=Y)"},
		{"forged resets", 80, 81, []string{accepting(80, "T=3F"), refusing(81), pings("T=3F")}, "SEQ(TI=Z%II=I) OPS(O1=) T1(R=Y) U1(R=N) IE(R=Y)"},
		{"another reset is forged", 80, 82, []string{accepting(80, "T=3F"), refusing(81), refusing(82, "T=3F"), pings("T=3F")},
			"SEQ(TI=Z%CI=Z%II=I) OPS(O1=) T1(R=Y) T5(R=Y) U1(R=N) IE(R=Y)"},
		{"SYN proxy", 80, 81, []string{accepting(80), refusing(81, "T=3F"), pings("T=3F")}, "SEQ(CI=Z%II=I) T5(R=Y) U1(R=N) IE(R=Y)"},
		{"behind a NAT", 80, 81, []string{accepting(80, "T=3F"), refusing(81), pings()}, "SEQ(TI=Z) OPS(O1=) T1(R=Y)"},
		{"the NAT itself", 22, 81, []string{accepting(22), accepting(80, "T=3F"), refusing(81), pings()},
			"SEQ(TI=Z%CI=Z%II=I) OPS(O1=) T1(R=Y) T5(R=Y) U1(R=N) IE(R=Y)"},
	} {
		h := surveyed(c.lines...)
		h.Ports = []whorl.Port{{Proto: "tcp", Number: c.open, State: whorl.Open, Used: true},
			{Proto: "tcp", Number: c.closed, State: whorl.Closed, Used: true}, {Proto: "tcp", Number: 81, State: whorl.Closed, Forged: true}}
		h.Observations = append(h.Observations, whorl.Observation{Method: "gen2",
			Print: "SEQ(TI=Z%CI=Z%II=I)\nOPS(O1=)\nT1(R=Y)\nT5(R=Y)\nU1(R=N)\nIE(R=Y)\n"})
		h.Boxes = Boxes(h)
		seen, _, _ := seenBy(h)
		var got []string
		for _, l := range seen {
			got = append(got, l.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		markForged(h)
		forger := slices.ContainsFunc(h.Boxes, func(b whorl.Box) bool { return b.Kind == whorl.BoxForger })
		if h.Ports[2].Forged != forger {
			t.Errorf("%s: port 81 is forged: %v", c.name, h.Ports[2].Forged)
		}
	}
}

// What cannot be read, or comes from a file, breaks nothing.
func FuzzBoxes(f *testing.F) {
	f.Add(accepting(80)+"\n"+refusing(81, "T=3F")+"\n"+pings(), "")
	f.Add(accepting(80, "TS=1,2,3,4,5,6"), accepting(443, "ID=1,2,3,4,5,6"))
	f.Fuzz(func(t *testing.T, a, b string) {
		h := surveyed(a, b)
		for _, box := range Boxes(h) {
			if !proves(box.Weight) || len(box.Ports) == 0 || len(box.Evidence) == 0 {
				t.Errorf("%+v", box)
			}
		}
	})
}

// Of deep probes too, what a box answers is left out.
func TestDeepOwn(t *testing.T) {
	seen, err := deep.Parse("CLK(OFF=R)\nMD5(R=Y%F=AS)\nEC(R=Y%ID=S%TOS=S%TTL=O)\nRT(R=Y%ID=O%TOS=Z)\nBU(N=7)\n")
	if err != nil {
		t.Fatal(err)
	}
	for want, left := range map[string][]string{"CLK MD5 EC RT BU": nil, "EC RT BU": testsOfOpen, "CLK MD5 EC BU": testsOfClosed,
		"CLK MD5": slices.Concat(testsOfClosed, testsOfPings)} {
		var got []string
		for _, l := range deepOwn(seen, []whorl.Box{{LeftOut: left}}) {
			got = append(got, l.Test)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("without %v: %s, want %s", left, s, want)
		}
	}
}
