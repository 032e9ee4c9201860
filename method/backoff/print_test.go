package backoff

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const somePrint = `SynRcvd(G=1.043,2.012,4.26%E=none%T=8%B=0.0006%W=FE88%TTL=40%O=MSTNW)
LastAck(E=none%T=5.001%R=0.001)
FinWait1(G=%E=rst%T=1%R=0.8)
`

func TestParse(t *testing.T) {
	whole := strings.Replace(somePrint, "G=%", "G=0.5%", 1)
	p, err := Parse(whole)
	if err != nil || p.String() != whole {
		t.Errorf("%v, %s", err, p)
	}
	want := []Run{
		{State: SynRcvd, Seen: true, Gaps: gaps("1.043,2.012,4.26"), Heard: 8 * time.Second, Delay: 600 * time.Microsecond},
		{State: LastAck, Heard: 5001 * ms, RTT: ms},
		{State: FinWait1, Seen: true, Gaps: gaps("0.5"), End: Reset, Heard: time.Second, RTT: 800 * ms},
	}
	if d := cmp.Diff(want, Runs(p)); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		somePrint:                           "backoff: line 3: FinWait1: E=rst wants a gap before it",
		"SynRcvd(G=1)\n\nSynRcvd(G=2)":      "backoff: line 3: SynRcvd stands twice",
		"SEQ(SP=1)":                         "backoff: line 1: there is no state SEQ; want one of [SynRcvd LastAck FinWait1 Held SynSent]",
		"SynRcvd(T=-1)":                     `backoff: line 1: SynRcvd: T: "-1" is no time; want seconds like 1.043, at most 86400`,
		"SynRcvd(E=x)\nLastAck(E=none%T=1)": `backoff: line 1: SynRcvd: E: "x" is no ending; want one of none rst fin icmp`,
	} {
		p, err := Parse(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if strings.HasPrefix(text, "SynRcvd(E=x)") && len(p) != 1 {
			t.Errorf("%q: the rest is lost: %s", text, p)
		}
	}
}

// FuzzParse: what can be read is written so that it reads the same, and so are its
// times.
func FuzzParse(f *testing.F) {
	f.Add(somePrint)
	f.Add("SynRcvd(G=0.0005,86400%E=icmp)")
	f.Fuzz(func(t *testing.T, text string) {
		p, _ := Parse(text)
		again, err := Parse(p.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, p, err)
		}
		if d := cmp.Diff(p, again); d != "" {
			t.Error(d)
		}
		for _, r := range Runs(p) {
			back, err := ReadRun(r.Line())
			if err != nil || back.State != r.State || back.End != r.End || back.Seen != r.Seen || len(back.Gaps) != len(r.Gaps) {
				t.Errorf("%v: %v", r, err)
			}
		}
	})
}

// FuzzSchedule: a schedule that can be read is written so that it reads the same.
func FuzzSchedule(f *testing.F) {
	for _, s := range []string{linuxFin, gvisor, "SynRcvd(G=%E=none)", "FinWait1(G=0.000001,86400%S=0.5%E=rst)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, _ := NewReference(parseLines(text))
		for i := range r {
			again, errs := NewReference(parseLines(r[i].Line().String()))
			if len(errs) > 0 || len(again) != 1 {
				t.Fatalf("%v: %v", r[i].Line(), errs)
			}
			if d := cmp.Diff(r[i], again[0]); d != "" {
				t.Error(d)
			}
		}
	})
}

func TestParseStates(t *testing.T) {
	for text, want := range map[string]States{"slf": All, "s": 1 << SynRcvd, "fl": 1<<LastAck | 1<<FinWait1} {
		got, err := ParseStates(text)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if All.String() != "slf" || States(1<<FinWait1).String() != "f" {
		t.Errorf("%v", All)
	}
	for _, bad := range []string{"", "sx", "slF"} {
		if _, err := ParseStates(bad); err == nil {
			t.Errorf("%q can be read", bad)
		}
	}
}

func TestDefaultRequest(t *testing.T) {
	for port, want := range map[uint16]string{25: "QUIT\r\n", 110: "QUIT\r\n", 21: "QUIT\r\n", 80: "GET / HTTP/1.0\r\n\r\n", 22: "GET / HTTP/1.0\r\n\r\n"} {
		if got := string(DefaultRequest(port)); got != want {
			t.Errorf("%d: %q", port, got)
		}
	}
}

func TestNames(t *testing.T) {
	for s := range NumStates {
		if got, ok := StateNamed(s.String()); !ok || got != s || !Has(s.String()) {
			t.Errorf("%v", s)
		}
	}
	if Has("Backoff") || !slices.Equal(Tests, []string{"SynRcvd", "LastAck", "FinWait1", "Held", "SynSent"}) {
		t.Error(Tests)
	}
}
