package main

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method/syn"
)

// captures is the directory of the labelled captures; the test is skipped without it.
func captures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("WHORL_CAPTURES")
	if dir == "" {
		t.Skip("no captures; set WHORL_CAPTURES to their directory")
	}
	return dir
}

// What p0f shows of a packet is what we show of it, but for ack+, which it sees every
// second time. p0f shows fewer: no SYN-ACK whose SYN it has not seen, no repetition, no
// IPv6 with extensions, and nothing of odd links.
func TestSignaturesOfP0f(t *testing.T) {
	dir := captures(t)
	if _, err := exec.LookPath("p0f"); err != nil {
		t.Skip(err)
	}
	labels, err := readLabels(dir, labelsFile)
	if err != nil {
		t.Fatal(err)
	}
	done, compared := map[string]bool{}, 0
	for _, l := range labels {
		if done[l.capture] {
			continue
		}
		done[l.capture] = true
		log := filepath.Join(t.TempDir(), "log")
		exec.Command("p0f", "-r", filepath.Join(dir, l.capture), "-o", log).Run() // no log: nothing to compare
		text, err := os.ReadFile(log)
		if err != nil {
			continue
		}
		seen, _, err := observe(dir, l.capture)
		if err != nil {
			t.Fatal(err)
		}
		ours := map[host]map[string]bool{}
		for h, all := range seen.shown {
			ours[h] = map[string]bool{}
			for s := range all {
				p := s.Observed(s.Offer.MSS)
				ours[h][p.String()] = true
				p.Quirks &^= syn.ACKPlus
				ours[h][p.String()] = true
			}
		}
		for line := range strings.Lines(string(text)) {
			h, sig, ok := shownByP0f(line)
			if !ok {
				continue
			}
			compared++
			if !ours[h][sig] {
				t.Errorf("%s: %v %v: p0f shows %s, we show %v", l.capture, h.addr, h.role, sig, ours[h])
			}
		}
	}
	if compared < 1000 {
		t.Errorf("%d signatures compared, want at least 1000", compared)
	}
}

func shownByP0f(line string) (h host, sig string, ok bool) {
	_, sig, ok = strings.Cut(strings.TrimSpace(line), "|raw_sig=")
	who := "|cli="
	switch {
	case strings.Contains(line, "mod=syn+ack|"):
		who, h.role = "|srv=", server
	case !strings.Contains(line, "mod=syn|"):
		return h, "", false
	}
	_, rest, _ := strings.Cut(line, who)
	addr, _, _ := strings.Cut(rest, "/")
	var err error
	h.addr, err = netip.ParseAddr(addr)
	return h, sig, ok && err == nil
}

func TestReadP0f(t *testing.T) {
	got := readP0f(`[2020/01/01 00:00:00] mod=syn|cli=192.0.2.1/40000|srv=192.0.2.2/80|subj=cli|os=???|dist=0|params=none|raw_sig=x
[2020/01/01 00:00:01] mod=syn|cli=192.0.2.1/40001|srv=192.0.2.2/80|subj=cli|os=Windows 7 or 8|dist=0|params=none|raw_sig=x
[2020/01/01 00:00:01] mod=mtu|cli=192.0.2.1/40001|srv=192.0.2.2/80|subj=cli|link=DSL|raw_mtu=1492
[2020/01/01 00:00:02] mod=syn+ack|cli=192.0.2.1/40001|srv=2001:db8:0:0:0:0:0:1/80|subj=srv|os=Linux 3.x|dist=0|params=none|raw_sig=x
`)
	want := map[host]string{
		{netip.MustParseAddr("192.0.2.1"), client}:   "Windows",
		{netip.MustParseAddr("2001:db8::1"), server}: "Linux",
	}
	families := map[host]string{}
	for h, a := range got {
		families[h] = a.family
	}
	if d := cmp.Diff(want, families, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}
