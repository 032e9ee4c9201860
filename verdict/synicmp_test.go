package verdict

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/osdb"
)

const messageRecords = `Fingerprint Linux 5.0 - 7.3
Class Linux | Linux | 6.X | general purpose
U1(R=Y|N%DF=N%T=3B-45%TG=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(R=Y|N%DFI=N%T=3B-45%TG=40%CD=S)
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)
EC(ID=O%TOS=S%TTL=O)
QU(IPL=240%TOS=C0)

Fingerprint Linux 3.0, silent
Class Linux | Linux | 3.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=20*MSS%WS=7%O=MSTNW%FL=N)

Fingerprint Linux 6.5 as a client
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=10*MSS%WS=7%O=MSTNW%FL=N)

Fingerprint Microsoft Windows XP
Class Microsoft | Windows | XP | general purpose
U1(R=Y|N%DF=N%T=7B-85%TG=80%IPL=B0%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
Syn(TTL=80%DF=Y%ID=N%W=FFFF%O=MNNS)

Fingerprint Microsoft Windows 7
Class Microsoft | Windows | 7 | general purpose
U1(R=Y|N%DF=N%T=7B-85%TG=80%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
Syn(TTL=80%DF=Y%ID=N%W=FFFF%O=MNNS)

`

const (
	newLinuxSYN = "Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)"
	clientSYN   = "Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=3908%MSS=5B4%WS=7%O=MSTNW)"
	oldLinuxSYN = "Syn(V=4%TTL=40%H=3C%DF=Y%ID=N%W=7210%MSS=5B4%WS=7%O=MSTNW)"
	windowsSYN  = "Syn(V=4%TTL=80%H=30%DF=Y%ID=N%W=FFFF%MSS=5B4%O=MNNS)"

	asLinux  = "U1(R=Y%DF=N%T=40%IPL=80-164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)\nQU(TOS=C0)\nHeard(N=2%TTL=40)\n"
	asXP     = "U1(R=Y%DF=N%T=80%IPL=B0%UN=0%RIPL=G)\nQU(TOS=0)\nHeard(N=1%TTL=80)\n"
	as7      = "U1(R=Y%DF=N%TG=80%IPL=B8-164%UN=0%RIPL=G)\nQU(TOS=0)\nHeard(N=1%TTL=80)\n"
	asMacOS  = "U1(R=Y%DF=N%T=40%IPL=38%UN=0%RIPL=G%RID=G%RIPCK=G)\nQU(TOS=0)\nHeard(N=1%TTL=40)\n"
	bleached = "U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G)\nQU(IPL=240%TOS=0)\nHeard(N=1%TTL=40)\n"
	asGVisor = "IE(DFI=S%TG=40)\nEC(ID=S)\nHeard(N=2%TTL=40)\n"
)

func messageJudge(t testing.TB) *Handshakes {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(messageRecords), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return NewHandshakes(osdb.Set{db}, Options{}).Explained()
}

// heardWith is a host that showed one kind of packet, if any, and messages.
func heardWith(handshake string, prints ...string) *whorl.Host {
	h := &whorl.Host{}
	if handshake != "" {
		h = heardHost(handshake)
	}
	for _, p := range prints {
		h.Observations = append(h.Observations, whorl.Observation{Method: "icmp", Print: p})
	}
	return h
}

func TestMessages(t *testing.T) {
	j := messageJudge(t)
	const against = "are not those of "
	for _, tt := range []struct {
		name      string
		handshake string
		messages  []string
		want      string
		warning   string // empty: none
	}{
		{"Linux confirmed", newLinuxSYN, []string{asLinux}, "Linux 5.0 - 7.3", ""},
		{"Linux, its TOS cleared on the way", newLinuxSYN, []string{bleached}, "Linux 5.0 - 7.3", ""},
		{"Linux with the errors of macOS", newLinuxSYN, []string{asMacOS}, "Linux 5.0 - 7.3", "its port unreachables " + against + "Linux (U1.IPL 38, there 164)"},
		{"Linux with the pings of gVisor", newLinuxSYN, []string{asLinux, asGVisor}, "Linux 5.0 - 7.3", "its echo replies " + against + "Linux (IE.DFI S, there N)"},
		{"a record that tells nothing of them", oldLinuxSYN, []string{asMacOS}, "Linux 3.X", ""},
		{"a record of SYNs alone", clientSYN, []string{asLinux}, "Linux 6.X", ""},
		{"a record of SYNs alone, and the errors of macOS", clientSYN, []string{asMacOS}, "Linux 6.X", "its port unreachables " + against + "Linux (U1.IPL 38, there 164)"},
		{"no generation", windowsSYN, nil, "Microsoft Windows XP|7", ""},
		{"XP by its quote", windowsSYN, []string{asXP}, "Microsoft Windows XP", ""},
		{"7 by its quote", windowsSYN, []string{as7}, "Microsoft Windows 7", ""},
		{"from another hop", windowsSYN, []string{strings.Replace(asXP, "Heard(N=1%TTL=80)", "Heard(N=1%TTL=7E)", 1)}, "Microsoft Windows XP|7", ""},
		{"from another hop, as nobody sends", newLinuxSYN, []string{strings.Replace(asMacOS, "TTL=40)", "TTL=3F)", 1)}, "Linux 5.0 - 7.3", ""},
		{"from this hop and others", newLinuxSYN, []string{strings.Replace(asMacOS, "TTL=40)", "TTL=3E-40)", 1)}, "Linux 5.0 - 7.3", against},
		{"of several machines", newLinuxSYN, []string{"Heard(N=2%TTL=40-FF)\n"}, "Linux 5.0 - 7.3", ""},
		{"that cannot be read", newLinuxSYN, []string{"U1(\n"}, "Linux 5.0 - 7.3", ""},
	} {
		for range 2 { // the second time from memory
			h := heardWith(tt.handshake, tt.messages...)
			j.Judge(h)
			if len(h.Verdicts) == 0 || h.Verdicts[0].Name != tt.want {
				t.Errorf("%s: %+v, want %s", tt.name, h.Verdicts, tt.want)
			}
			if tt.warning == "" && len(h.Warnings) > 0 || tt.warning != "" && (len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0], tt.warning)) {
				t.Errorf("%s: warnings %q, want %q", tt.name, h.Warnings, tt.warning)
			}
		}
	}
}

// Messages alone name Windows at most, and say otherwise what sends the like.
func TestMessagesAlone(t *testing.T) {
	for _, tt := range []struct {
		name, print, want string
		sure              float64 // least confidence asked for
		why               string
	}{
		{"XP", asXP, "Microsoft Windows", 0.95, ""},
		{"7", as7, "Microsoft Windows", 0.95, ""},
		{"7, to be surer", as7, whorl.Unknown, 0.99, "Microsoft Windows or others send the like"},
		{"Linux", asLinux, whorl.Unknown, 0.75, "Linux or others send the like"},
		{"Linux with another TTL", strings.ReplaceAll(strings.Replace(asLinux, "T=40", "T=80", 1), "TTL=40", "TTL=80"), whorl.Unknown, 0.75, "does not tell"},
		{"an empty datagram, quoted whole", strings.Replace(as7, "B8-164", "38-164", 1), whorl.Unknown, 0.75, "does not tell"},
		{"macOS", asMacOS, whorl.Unknown, 0.75, "does not tell"},
		{"several machines", "Heard(N=2%TTL=40-FA)\n", whorl.Unknown, 0.75, "left with different TTLs"},
		{"pings", "IE(DFI=S|N%TG=80)\nHeard(N=9%TTL=80)\n", whorl.Unknown, 0.75, "does not tell"},
	} {
		db, _ := osdb.Read(strings.NewReader(messageRecords), osdb.Embedded, "test.osdb")
		h := heardWith("", tt.print)
		NewHandshakes(osdb.Set{db}, Options{Confidence: whorl.Fraction(tt.sure)}).Explained().Judge(h)
		if len(h.Verdicts) != 1 {
			t.Fatalf("%s: %+v", tt.name, h.Verdicts)
		}
		v := &h.Verdicts[0]
		if v.Name != tt.want || !strings.Contains(v.Source.Text, tt.why) {
			t.Errorf("%s: %s (%s), want %s (%s)", tt.name, v.Name, v.Source.Text, tt.want, tt.why)
		}
		if v.Name != whorl.Unknown && (v.Confidence < 0.95 || v.Generation != "" || len(v.Evidence) == 0) {
			t.Errorf("%s: %+v", tt.name, v)
		}
	}
}

// Port unreachables as Windows sends them name nobody if other messages of the address
// contradict that.
func TestMessagesAloneContradict(t *testing.T) {
	for other, want := range map[string]string{
		"QU(TOS=0)\nHeard(N=1%TTL=80)\n":         "Microsoft Windows",
		"U1(DF=Y%IPL=38)\nHeard(N=1%TTL=40)\n":   whorl.Unknown,
		"U1(TG=40%RIPCK=I)\nHeard(N=1%TTL=40)\n": whorl.Unknown,
	} {
		h := heardWith("", as7, other)
		if messageJudge(t).Judge(h); h.Verdicts[0].Name != want {
			t.Errorf("%q: %s, want %s", other, h.Verdicts[0].Name, want)
		}
	}
}

// What messages say stands beside what the handshake says, and why those of another hop say
// nothing.
func TestMessageEvidence(t *testing.T) {
	j := messageJudge(t)
	h := heardWith(newLinuxSYN, asMacOS)
	j.Judge(h)
	got := messageEvidenceOf(&h.Verdicts[0])
	for _, want := range []string{"U1.DF N agrees", "U1.IPL 38 differs from 164 (-2)", "QU.TOS 0 differs from C0 (-1)"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing: %q", want, got)
		}
	}
	h = heardWith(newLinuxSYN, strings.Replace(asMacOS, "TTL=40)", "TTL=3F)", 1))
	j.Judge(h)
	if got := messageEvidenceOf(&h.Verdicts[0]); len(got) != 1 || !strings.Contains(got[0], "more or fewer hops") {
		t.Errorf("%q", got)
	}
}

func messageEvidenceOf(v *whorl.Verdict) (out []string) {
	for _, e := range v.Evidence {
		switch {
		case e.Method != "icmp":
		case e.Missing != "":
			out = append(out, e.Missing)
		case e.Agrees:
			out = append(out, fmt.Sprintf("%s.%s %s agrees", e.Test, e.Attr, e.Got))
		default:
			out = append(out, fmt.Sprintf("%s.%s %s differs from %s (%v)", e.Test, e.Attr, e.Got, e.Want, e.Weight))
		}
	}
	return out
}

func TestMessageWords(t *testing.T) {
	for _, tt := range [][4]string{
		{"U1", "TG", "40", "TTL about 64"}, {"EC", "ID", "S", "IP ID of the ping"}, {"QU", "TOS", "C0", "TOS 192 in the port unreachable"},
		{"U1_6", "FL", "O|Z", "flow label of its own or flow label zero"}, {"U1_6", "PL", "9C-164", "payload of 156 to 356 bytes"},
		{"U1_6", "RUCK", "0", "quoted UDP checksum 0"}, {"IE1_6", "HLG", "80", "hop limit 128"}, {"U1_6", "NEW", "5", "5"},
	} {
		if got := messageWords(tt[0], tt[1], tt[2]); got != tt[3] {
			t.Errorf("%s.%s=%s: %q, want %q", tt[0], tt[1], tt[2], got, tt[3])
		}
	}
}

// A scan takes what was heard before as a witness, and what it caused itself as none.
func TestMessagesBesideScan(t *testing.T) {
	h := heardWith("", as7)
	h.Addr = netip.MustParseAddr("192.0.2.1")
	if s := handshakesOf(h); len(s.own.Observations) != 1 || s.own.Addr != h.Addr || s.before.Addr != h.Addr {
		t.Errorf("%+v", s)
	}
	h.Observations[0].Conditions.Heard = "office.json"
	if s := handshakesOf(h); len(s.before.Observations) != 1 || len(s.own.Observations) > 0 {
		t.Errorf("%+v", s)
	}
	h.Seen.First = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	h.Observations[0].Conditions.At = h.Seen.First
	if s := handshakesOf(h); len(s.before.Observations) > 0 {
		t.Errorf("what the scan caused is a witness: %+v", s)
	}
}
