package backoff

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl/method"
)

// Lines that Cron-OS printed.
const (
	cronSyn     = "CronOS_Syn(nbPkt=2%Time=30%p=2806316%p=6010910)"
	cronLastAck = "CronOS_LastAck(nbPkt=3%Time=30%Connect=134571%p=2918695%p=5909092%p=12014080)"
	cronFinWait = "CronOS_FinWait(nbPkt=0%Time=30%Connect=136213)"
)

func parseLines(text string) (out []method.Line) {
	for s := range strings.Lines(text) {
		if l, err := method.ParseLine(strings.TrimSpace(s)); err == nil {
			out = append(out, l)
		}
	}
	return out
}

func cron(t testing.TB, lines ...string) (out []CronOS) {
	t.Helper()
	for _, l := range lines {
		c, err := ParseCronOS(l)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func TestParseCronOS(t *testing.T) {
	for _, text := range []string{cronSyn, cronLastAck, cronFinWait} {
		if got := cron(t, text)[0].String(); got != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	want := CronOS{State: SynRcvd, Time: 30 * time.Second, Copies: []time.Duration{2806316 * time.Microsecond, 6010910 * time.Microsecond}}
	if d := cmp.Diff(want, cron(t, cronSyn)[0]); d != "" {
		t.Error(d)
	}
	for text, want := range map[string]string{
		"CronOS_Syn(nbPkt=1%Time=30)":                   "nbPkt=1, and p stands 0 times",
		"CronOS_Syn(nbPkt=0%Time=30%Connect=5)":         `unexpected attribute "Connect=5"`,
		"CronOS_Syn(nbPkt=1%Time=30%p=x)":               `bad attribute "p=x"`,
		"CronOS_Syn(nbPkt=1%nbPkt=1%Time=30%p=1)":       `bad attribute "nbPkt=1"`,
		"CronOS_Syn(nbPkt=0%Time=30":                    "is no line like",
		"CronOS_Foo(nbPkt=0%Time=30)":                   "is no line like",
		"CronOS_Syn(nbPkt=1%Time=30%p=999999999999999)": "bad attribute",
	} {
		if _, err := ParseCronOS(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzParseCronOS(f *testing.F) {
	f.Add(cronSyn)
	f.Add(cronLastAck)
	f.Add(cronFinWait)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCronOS(text)
		if err != nil {
			return
		}
		again, err := ParseCronOS(c.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, c, err)
		}
		if d := cmp.Diff(c, again); d != "" {
			t.Error(d)
		}
	})
}

// The systems whose gaps are those of FreeBSD 4 are all listed as equal, as Cron-OS
// did: gaps alone cannot separate them.
func TestGuesses(t *testing.T) {
	records := []Reference{
		{*schedule(t, "SynRcvd(G=1,2,4,8,16%E=none)")},
		{*schedule(t, "SynRcvd(G=2.99,6,12%E=none)")},
		{*schedule(t, "SynRcvd(G=2.95,6.01,12.02%E=none)"), *schedule(t, "LastAck(G=3,6,12%E=none)")},
		{*schedule(t, "SynRcvd(G=3,6,12,24%E=none)")},
		nil,
	}
	names := []string{"Linux", "FreeBSD 4", "Windows NT 4", "OpenBSD", "nothing"}
	for _, c := range []struct {
		seen []CronOS
		want string
	}{
		{cron(t, "CronOS_Syn(nbPkt=3%Time=60%p=2990000%p=6000000%p=12000000)"),
			"Remote OS guesses: FreeBSD 4 (1success/1tests), Windows NT 4 (1success/1tests)"},
		{cron(t, "CronOS_Syn(nbPkt=3%Time=30%p=2990000%p=6000000%p=12000000)"), // 24 s more would not fit
			"Remote OS guesses: FreeBSD 4 (1success/1tests), OpenBSD (1success/1tests), Windows NT 4 (1success/1tests)"},
		{cron(t, "CronOS_Syn(nbPkt=3%Time=60%p=2990000%p=6000000%p=12000000)", cronLastAck),
			"Remote OS guesses: Windows NT 4 (2success/2tests), FreeBSD 4 (1success/1tests)"},
		{cron(t, cronFinWait), "Remote OS guesses: "},
	} {
		if got := string(AppendGuesses(nil, Guesses(c.seen, records), names)); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// An exchange reads as Cron-OS would have printed it.
func TestExchangeCronOS(t *testing.T) {
	h := linux()
	h.reset = 5 * time.Second
	w := newWire(t, h, Options{Timeout: 38 * time.Second, Hold: 500 * ms})
	w.run()
	var text []string
	for _, c := range w.m.CronOS(38 * time.Second) {
		text = append(text, c.String())
	}
	want := []string{
		"CronOS_Syn(nbPkt=5%Time=38%p=1040000%p=2010000%p=4260000%p=8190000%p=16130000)",
		"CronOS_LastAck(nbPkt=8%Time=38%Connect=1000%p=210000%p=210000%p=430000%p=820000%p=1670000%p=3450000%p=6650000%p=13300000)",
		"CronOS_FinWait(nbPkt=8%Time=38%Connect=1000%p=210000%p=210000%p=430000%p=820000%p=1670000%p=3450000%p=6650000%p=13300000)",
	}
	if d := cmp.Diff(want, text); d != "" {
		t.Error(d)
	}
}
