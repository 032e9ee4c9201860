package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

const witnessRecords = `Fingerprint Linux 4.15 - 6.4
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)
Habits(SI=R%RR=N)
SynSent(G=1,2,4,8,16,32%J=0.004%W=Y%E=none)

Fingerprint Linux 6.5 - 7.3
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)
Habits(SI=R%RR=N)
SynSent(G=1,1,1,1,1,2,4,8,16,32%J=0.004%W=Y%E=none)

Fingerprint Microsoft Windows 8.1
Class Microsoft | Windows | 8.1 | general purpose
SEQ(TI=I|RD%CI=I%TS=7|U)
SynAck(TTL=80%DF=Y%ID=N%W=2000%WS=8%O=MNWST)
SynRcvd(G=3,6,12%E=rst)

Fingerprint Microsoft Windows 10
Class Microsoft | Windows | 10 | general purpose
SEQ(TI=I|RD%CI=I%TS=A|U)
CLK(HZ=3E8%OFF=S)
SynAck(TTL=80%DF=Y%ID=N%W=2000%WS=8%O=MNWST)
SynRcvd(G=1,2,4,8%E=rst)

`

const windowsAnswer = "SynAck(V=4%TTL=80%H=34%DF=Y%ID=N%W=2000%MSS=5B4%WS=8%O=MNWST)"

func witnessJudge(t testing.TB) *Handshakes {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(witnessRecords), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return NewHandshakes(osdb.Set{db}, Options{}).Explained()
}

func TestWitnesses(t *testing.T) {
	j := witnessJudge(t)
	linux := fmt.Sprintf(linuxSyn, 60)
	for _, tt := range []struct {
		name   string
		prints []string
		want   string
	}{
		{"none", []string{linux}, "Linux 4.15 - 7.3"},
		{"doubling", []string{linux, "Again(T=3F0,BD0,1B90)\n"}, "Linux 4.15 - 6.4"},
		{"a second each", []string{linux, "Again(T=3F0,7F0,BD0)\n"}, "Linux 6.5 - 7.3"},
		{"a copy lost", []string{linux, "Again(T=3F0,7F0,FA0)\n"}, "Linux 6.5 - 7.3"},
		{"once tells nothing", []string{linux, "Again(T=3F0)\n"}, "Linux 4.15 - 7.3"},
		{"at once", []string{linux, "Again(T=5,6)\n"}, "Linux 4.15 - 7.3"},
		{"as nobody does", []string{linux, "Again(T=12C,190)\n"}, "Linux 4.15 - 7.3"},
		{"a habit that is not told of", []string{linux, "Habits(HZ=64)\n"}, "Linux 4.15 - 7.3"},
		{"a habit of neither", []string{linux, "Habits(SI=I)\n"}, "Linux 4.15 - 7.3"},
		{"a server", []string{windowsAnswer}, "Microsoft Windows 8.1|10"},
		{"SYN-ACKs after 1 2 4 s", []string{windowsAnswer, "AgainAck(T=3F0,BD0,1B90)\n"}, "Microsoft Windows 10"},
		{"SYN-ACKs after 3 6 s", []string{windowsAnswer, "AgainAck(T=BB8,2328)\n"}, "Microsoft Windows 8.1"},
		{"100 Hz", []string{windowsAnswer, "Habits(HZ=64)\n"}, "Microsoft Windows 8.1"},
		{"1000 Hz", []string{windowsAnswer, "Habits(AI=I%HZ=3E8)\n"}, "Microsoft Windows 10"},
		{"a witness that cannot be read", []string{windowsAnswer, "Habits(HZ=x)\n"}, "Microsoft Windows 8.1|10"},
	} {
		for range 2 { // the second time from memory
			h := heardHost(tt.prints...)
			if j.Judge(h); len(h.Verdicts) == 0 || h.Verdicts[0].Name != tt.want {
				t.Errorf("%s: %+v, want %s", tt.name, h.Verdicts, tt.want)
			}
		}
	}
	alone := heardHost("Habits(SI=R)\n", "Clocks(N=5,5%T=5%F=8%S=C)\n")
	if j.Judge(alone); len(alone.Verdicts)+len(alone.Boxes) > 0 {
		t.Errorf("witnesses alone: %+v %+v", alone.Verdicts, alone.Boxes)
	}
}

// What witnesses say stands beside what the handshake says.
func TestWitnessEvidence(t *testing.T) {
	j := witnessJudge(t)
	h := heardHost(windowsAnswer, "AgainAck(T=3F0,BD0)\n", "Habits(RI=Z%HZ=3E8)\n")
	j.Judge(h)
	for attr, want := range map[string]whorl.Evidence{
		"G":  {Method: "backoff", Test: "SynRcvd", Got: "1,2", Agrees: true},
		"HZ": {Method: "syn", Test: "Habits", Got: "3E8", Want: "3E8", GotWords: "clock of 1000 Hz", Agrees: true},
		"RI": {Method: "syn", Test: "Habits", Got: "Z", Want: "N", GotWords: "IP IDs of resets zero"},
	} {
		i := slices.IndexFunc(h.Verdicts[0].Evidence, func(e whorl.Evidence) bool { return e.Attr == attr })
		if i < 0 {
			t.Fatalf("%s is missing: %+v", attr, h.Verdicts[0].Evidence)
		}
		e := h.Verdicts[0].Evidence[i]
		if e.Method != want.Method || e.Test != want.Test || e.Got != want.Got || e.Agrees != want.Agrees || want.GotWords != "" && e.GotWords != want.GotWords {
			t.Errorf("%s: %+v", attr, e)
		}
	}
}

// Several hosts of one system share an address if lines take turns often enough, and the
// host keeps its name.
func TestSeveralAlike(t *testing.T) {
	j := witnessJudge(t)
	linux := fmt.Sprintf(linuxSyn, 60) + "\nSeen(N=C%F=1%L=C%P=1BB)\n"
	for line, want := range map[string]int{
		"Clocks(N=6,4%T=7%F=A%S=C)":                                  2,
		"Clocks(N=6,4,3%T=7%F=A%S=C)":                                3,
		"Clocks(N=6,4%T=2%F=A%S=C)":                                  0, // too few turns
		"Clocks(N=6,4%T=7%F=A%S=100)":                                0, // by chance
		"Clocks(N=6%T=7%F=A%S=C)":                                    0,
		"Counters(N=6,4%T=7%F=A%S=C)":                                2,
		"Counters(N=6,4%T=7%F=A%S=20)":                               0,
		"Clocks(N=6,4%T=1%F=A%S=C)\x00Counters(N=6,4%T=1%F=A%S=C)":   0,
		"Clocks(N=6,4%T=7%F=A%S=C)\x00Counters(N=6,4,3%T=7%F=A%S=C)": 3,
	} {
		h := heardHost(append([]string{linux}, strings.Split(line, "\x00")...)...)
		j.Judge(h)
		behind := 0
		for _, b := range h.Boxes {
			behind += len(b.Behind)
			if b.Kind != whorl.BoxShared || !proves(b.Weight) || len(b.Evidence) == 0 {
				t.Errorf("%q: %+v", line, b)
			}
		}
		if behind != want || h.Verdicts[0].Name != "Linux 4.15 - 7.3" {
			t.Errorf("%q: %d hosts, want %d; %s", line, behind, want, h.Verdicts[0].Name)
		}
	}
}

func BenchmarkWitness(b *testing.B) {
	j := witnessJudge(b)
	j.explained = false
	var w witnesses
	if _, err := w.take("Again(T=3F0,7F0,BD0,FC0)"); err != nil {
		b.Fatal(err)
	}
	h, _ := j.handshake(fmt.Sprintf(linuxSyn, 60))
	for b.Loop() {
		j.weigh(&h, &w)
	}
}
