package verdict

import (
	"net/netip"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

func TestNext(t *testing.T) {
	scan := func(open, closed string) string {
		return "SCAN(V=1%OT=" + open + "%CT=" + closed + "%CU=3%G=Y)\n"
	}
	own := ours(t)
	foreign := NewJudges(append(embedded(t), records(t, "Fingerprint Other\nT1(R=Y)\n")...), Options{}).New()
	for _, c := range []struct {
		name  string
		judge *Judge
		host  whorl.Host
		print string
		want  []string // beginnings of the commands
	}{
		{"a stranger, scanned", own, whorl.Host{Addr: netip.MustParseAddr("192.0.2.7")}, scan("22", "1") + everything, []string{
			"whorl scan 192.0.2.7 -p 22,1 --deep", "whorl scan 192.0.2.7 --db ", "whorl db add --host 192.0.2.7 -p 22,1 --name ",
			"whorl scan 192.0.2.7 -p 22,1 -oN unknown.nmap && whorl submit unknown.nmap "}},
		{"a stranger, from a file", own, whorl.Host{Status: whorl.Status{Reason: "print"}}, scan("22", "1") + everything, []string{
			"whorl scan ADDRESS -p 22,1 --deep", "whorl explain FILE --db ", "whorl db add FILE --name ", "whorl submit FILE --name "}},
		{"no port known", own, whorl.Host{}, scan("", "") + "IE(R=Y%DFI=N%T=40%CD=S)", []string{"whorl scan ADDRESS -p -", "whorl scan ADDRESS --db "}},
		{"no closed port", own, whorl.Host{}, scan("443", "") + strings.Split(everything, "T5(")[0], []string{
			"whorl scan ADDRESS -p 443,1-1024", "whorl scan ADDRESS -p 443 --deep", "whorl scan ADDRESS --db "}},
		{"all databases there", foreign, whorl.Host{}, scan("443", "") + strings.Split(everything, "T5(")[0], []string{
			"whorl scan ADDRESS -p 443,1-1024", "whorl scan ADDRESS -p 443 --deep"}},
		{"a port that is a command", foreign, whorl.Host{}, "SCAN(V=1%OT=1;ls%CT=`ls`)\n" + strings.Split(everything, "T5(")[0], []string{
			"whorl scan ADDRESS -p 1-1024", "whorl scan ADDRESS --deep"}},
	} {
		h := c.host
		h.Observations = []whorl.Observation{{Method: "gen2", Print: c.print}}
		c.judge.Judge(&h)
		c.judge.Explain(&h, 1)
		if !unanswered(&h) {
			t.Errorf("%s: got the name %s", c.name, h.Verdicts[0].Name)
		}
		if len(h.Next) != len(c.want) {
			t.Errorf("%s: %d steps, want %d: %v", c.name, len(h.Next), len(c.want), h.Next)
			continue
		}
		for i, s := range h.Next {
			if !strings.HasPrefix(s.Command, c.want[i]) || s.Why == "" {
				t.Errorf("%s: step %d is %q because %q, want %q", c.name, i, s.Command, s.Why, c.want[i])
			}
		}
	}
}

// A host that was not fingerprinted has neither reasons nor steps.
func TestExplainNothing(t *testing.T) {
	h := &whorl.Host{}
	NewJudges(osdb.Set{}, Options{}).New().Explain(h, 3)
	if len(h.Next) > 0 || len(h.Verdicts) > 0 {
		t.Errorf("%+v", h)
	}
}
