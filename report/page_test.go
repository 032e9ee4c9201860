package report

import (
	"strings"
	"testing"
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
