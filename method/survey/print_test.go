package survey

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/packet"
)

const sample = `TCP80(N=3%AT=1,55,A9%T=3F%DF=Y%TOS=0%ID=0,1,2%F=AS%W=FAF0%O=M5B4ST11NW7,M5B4,M5B4ST11NW7%SEQ=1,2,FFFFFFFF%A=S+%TS=10,-,0)
TCP81(N=6)
TCP8080(N=2%AT=14%T=40%DF=N%TOS=C0%ID=FFFF%F=AR%W=0%O=%SEQ=0%A=S+%TS=-)
ECHO(N=3%AT=19,E8%T=80,7F%DF=N%TOS=0%ID=1,2)
`

func TestParse(t *testing.T) {
	p, err := Parse("\n" + strings.ReplaceAll(sample, "\n", " \r\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample, p.String()); d != "" {
		t.Error(d)
	}
	want := Answer{At: 0x55 * time.Millisecond, TTL: 63, DF: true, IPID: 1, Flags: packet.SYN | packet.ACK, Window: 64240, Options: "M5B4", Seq: 2, Ack: "S+"}
	if d := cmp.Diff(want, p[0].Answers[1]); d != "" {
		t.Error(d)
	}
	if a := p[0].Answers[2]; a.Stamp != 0 || !a.Stamped || !a.Accepts() || a.Refuses() {
		t.Errorf("%+v", a)
	}
	if len(p) != 4 || p[1].Sent != 6 || p[1].Answers != nil || p[3].Number != 0 || !p[2].Answers[0].Refuses() {
		t.Errorf("%+v", p)
	}
}

// A bad line is named, and those around it are kept.
func TestParseErrors(t *testing.T) {
	good := "TCP80(N=1%AT=1%T=3F%DF=Y%TOS=0%ID=0%F=AS%W=FAF0%O=%SEQ=1%A=S+%TS=-)"
	for _, c := range []struct{ old, text, want string }{
		{good, "TCP80", "test line"},
		{"TCP80", "TCP0", "there is no test TCP0"},
		{"TCP80", "TCP080", "there is no test TCP080"},
		{"TCP80", "TCP65536", "there is no test TCP65536"},
		{"TCP80", "UDP80", "there is no test UDP80"},
		{"N=1", "N=x", "TCP80: N: "},
		{"AT=1", "AT=1,2", "TCP80: AT: 2 answers, and 1 packets"},
		{"AT=1", "AT=FFFFFFFF", `TCP80: AT: bad value "FFFFFFFF"`},
		{"T=3F", "T=100", `TCP80: T: bad value "100"`},
		{"T=3F", "T=3F,3F", "TCP80: T: 2 values for 1 answers"},
		{"%W=FAF0", "", "TCP80: W: is missing"},
		{"F=AS", "F=A", `TCP80: F: bad value "A"`},
		{"F=AS", "F=SA", `TCP80: F: bad value "SA"`},
		{"F=AS", "F=AX", `TCP80: F: bad value "AX"`},
		{"O=", "O=m", `TCP80: O: bad value "m"`},
		{"A=S+", "A=Q", `TCP80: A: bad value "Q"`},
		{"TS=-", "TS=", `TCP80: TS: bad value ""`},
	} {
		bad := strings.Replace(good, c.old, c.text, 1)
		p, err := Parse("ECHO(N=1)\n" + bad + "\nTCP443(N=1)")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "survey: line 2: ") {
			t.Errorf("%s: %v, want %s", bad, err, c.want)
		}
		if len(p) != 2 || p[1].Number != 443 {
			t.Errorf("%s: %v is left", bad, p)
		}
	}
	if _, err := Parse(good + "\n" + good); err == nil || err.Error() != "survey: line 2: TCP80 stands twice" {
		t.Error(err)
	}
}

// FuzzParse: what can be read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	for s := range strings.Lines(sample) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, _ := Parse(text)
		again, err := Parse(p.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, p, err)
		}
		if d := cmp.Diff(p, again); d != "" {
			t.Error(d)
		}
	})
}
