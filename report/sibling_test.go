package report

import (
	"net/netip"
	"strings"
	"testing"

	"whorl"
)

// A sibling is told in one sentence with its evidence, and nothing of it reaches a terminal
// raw.
func TestSibling(t *testing.T) {
	other := netip.MustParseAddr("2001:db8::7")
	for _, c := range []struct {
		whorl.Sibling
		want string
	}{
		{whorl.Sibling{Addr: other, Kinship: whorl.KinshipSame, Confidence: 0.921, Evidence: []string{"one name (www.example)", "closed ports answer alike"}},
			"The same machine as 2001:db8::7, 92 % sure: one name (www.example), closed ports\n    answer alike\n"},
		{whorl.Sibling{Addr: other, Kinship: whorl.KinshipOther, Evidence: []string{"window scale 7 and 8"}},
			"Another machine than 2001:db8::7, or something answers for one of them: window\n    scale 7 and 8\n"},
		{whorl.Sibling{Addr: other, Kinship: whorl.KinshipUnknown, Confidence: 0.41, Evidence: []string{"two \x1b[31mclocks"}},
			"Not shown to be the same machine as 2001:db8::7, 41 % likely: two \uFFFD[31mclocks\n"},
		{whorl.Sibling{Addr: netip.MustParseAddr("192.0.2.7"), Kinship: whorl.KinshipTranslated, Evidence: []string{"NAT64"}},
			"192.0.2.7 behind a translator; scan that: NAT64\n"},
		{whorl.Sibling{Kinship: whorl.KinshipTranslated, Evidence: []string{"NAT64"}},
			"An IPv4 host behind a translator; scan its IPv4 address: NAT64\n"},
	} {
		h := &whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"), Status: whorl.Status{Up: true}, Sibling: &c.Sibling}
		var b strings.Builder
		if err := NewText(&b, TextOptions{}).Host(h); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: %q, want %q", c.Kinship, b.String(), c.want)
		}
		lead, _, _ := strings.Cut(c.want, ":")
		if explained := string(Explain(h, "FILE:1", ExplainOptions{})); !strings.Contains(explained, "\n  "+lead) {
			t.Errorf("%s: explained %q", c.Kinship, explained)
		}
	}
}
