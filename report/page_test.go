package report

import (
	"net/netip"
	"strings"
	"testing"

	"whorl"
)

func TestTable(t *testing.T) {
	long := strings.Repeat("x", 100)
	p := page{color: true}
	p.table("  ", [][]cell{
		plainCells("PORT", "STATE"),
		{{"1", normal}, {"open", green}},
		{{"ä\x1b", red}, {"a\tb", normal}},
		{{long, normal}, {"c", normal}},
	})
	pad := strings.Repeat(" ", maxWidth)
	want := "  PORT" + pad[4:] + " STATE\n" +
		"  1" + pad[1:] + " \x1b[32mopen\x1b[0m\n" +
		"  \x1b[31mä\uFFFD\x1b[0m" + pad[2:] + " a\uFFFDb\n" +
		"  " + long + " c\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// Who could not be sent anything does not ignore pings.
func TestNoHostAnswered(t *testing.T) {
	for reason, want := range map[string]bool{whorl.Unreachable: false, "no-response": true} {
		var b strings.Builder
		w := NewText(&b, TextOptions{})
		w.Begin(Run{})
		w.Host(&whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"), Status: whorl.Status{Reason: reason}})
		w.End(Summary{Total: 1})
		if got := strings.Contains(b.String(), "ignores pings"); got != want {
			t.Errorf("%s: %s", reason, b.String())
		}
	}
}
