package report

import (
	"net/netip"
	"strings"
	"testing"

	"whorl"
)

// What a host says stands beside unknown, never beside a name.
func TestLinesSay(t *testing.T) {
	h := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"), Claims: []whorl.Claim{{Kind: "User-Agent", Name: "Windows 10 or newer\x1b[1m"}},
		Verdicts: []whorl.Verdict{{Name: whorl.Unknown, Source: whorl.Source{Text: "no record describes such handshakes"}}}}
	line := func() string {
		var out strings.Builder
		w := NewLines(&out, TextOptions{})
		if err := w.Host(h); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got, want := line(), "192.0.2.1        unknown: no record describes such handshakes, says Windows 10 or newer\uFFFD[1m (User-Agent)\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	h.Verdicts[0] = whorl.Verdict{Name: "Linux", Confidence: 0.9}
	if got := line(); strings.Contains(got, "says") {
		t.Errorf("%q", got)
	}
}

func TestExplainSays(t *testing.T) {
	h := &whorl.Host{Verdicts: []whorl.Verdict{{Name: "Linux", Confidence: 0.9}},
		Claims: []whorl.Claim{{Kind: "SSH", Name: "Ubuntu"}, {Kind: "User-Agent", Name: "Windows\x1b[1m", Against: true}}}
	want := "  says Ubuntu (SSH)\n  says Windows\uFFFD[1m (User-Agent)\n"
	if got := string(Explain(h, "x", ExplainOptions{})); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}
