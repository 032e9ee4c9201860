package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// list makes verdicts of "vendor|family|name" with a probability or none.
func list(confidence whorl.Fraction, texts ...string) (out []whorl.Verdict) {
	for _, text := range texts {
		f := strings.Split(text, "|")
		out = append(out, whorl.Verdict{Vendor: f[0], Family: f[1], Name: f[2], Confidence: confidence, Accuracy: 0.9, Source: whorl.Source{File: "/a/b.osdb", Line: 1}})
	}
	return out
}

func TestOthers(t *testing.T) {
	sure := list(0.9, "Linux|Linux|Linux 6.1 - 7.3")
	for _, c := range []struct {
		name     string
		verdicts []whorl.Verdict
		want     string
	}{
		{"alone", sure, ""},
		{"the same name again", append(sure, list(0, "Linux|Linux|Linux 6.1 - 7.3")...), ""},
		{"its own family by points", append(sure, list(0, "Linux|Linux|Linux 5.0", "Linux|Linux|Linux 5.1")...),
			"    and 2 more: all Linux\n"},
		{"devices that run it", append(sure, list(0, "ASUS|embedded|ASUS WAP (Linux 3.4)", "AXIS|embedded|AXIS camera")...),
			"    or AXIS camera, 90 % of Nmap's points [b.osdb:1]\n    and 1 more: Linux\n"},
		{"probable ones of one family", append(sure, list(0.1, "Linux|Linux|Linux 2.4", "Linux|Linux|Linux 2.6")...),
			"    or Linux 2.4, 10 % sure, 90 % of Nmap's points [b.osdb:1]\n    or Linux 2.6, 10 % sure, 90 % of Nmap's points [b.osdb:1]\n"},
		{"many families", append(sure, list(0, "|a|a", "|b|b", "|c|c", "|d|d", "|e|e", "|f|f", "|f|f 2", "|g|g", "|h|h", "|i|i", "|j|j")...),
			"    or a, 90 % of Nmap's points [b.osdb:1]\n    or b, 90 % of Nmap's points [b.osdb:1]\n    or c, 90 % of Nmap's points [b.osdb:1]\n" +
				"    or d, 90 % of Nmap's points [b.osdb:1]\n    or e, 90 % of Nmap's points [b.osdb:1]\n    and 6 more: 2 f, g, h, i, ...\n"},
		{"points alone", list(0, "|a|a 1", "|a|a 2", "|a|a 2", "|a|a 3"),
			"    or a 2, 90 % of Nmap's points [b.osdb:1]\n    or a 3, 90 % of Nmap's points [b.osdb:1]\n"},
	} {
		p := &page{}
		p.others(c.verdicts)
		if diff := cmp.Diff(c.want, p.String()); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

func TestNearest(t *testing.T) {
	near := list(0.05, "|a|a", "|b|b", "|b|b", "|c|c", "|d|d", "|d|d 2")
	near[0].Evidence = []whorl.Evidence{
		{Test: "SEQ", Attr: "TI", Got: "Z", Want: "Z", Agrees: true, Weight: 2},
		{Test: "T5", Missing: "not measured"},
		{Test: "WIN", Attr: "W1", Got: "1", Want: "2", Weight: -1},
		{Test: "T1", Attr: "T", Got: "40", Want: "80", GotWords: "TTL 64 (SYN)", WantWords: "TTL 128", Weight: -2},
	}
	near[1].Evidence = near[0].Evidence[:2]
	p := &page{}
	p.nearest(append(list(0, "||unknown"), near...))
	want := `    near a, 5 % sure, 90 % of Nmap's points [b.osdb:1]
        against: TTL 64 (SYN); there TTL 128
    near b, 5 % sure, 90 % of Nmap's points [b.osdb:1]
        against: nothing that was seen
    near c, 5 % sure, 90 % of Nmap's points [b.osdb:1]
    and 2 more: all d
`
	if diff := cmp.Diff(want, p.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Readers take the match with the most points: a tie must be it, and not without any.
func TestTieAsNmap(t *testing.T) {
	v := viewAsNmap(tieHost())
	if len(v.matches) != 4 || v.matches[0].Name != "FreeBSD or Apple macOS" || v.matches[0].Accuracy != 0.97 {
		t.Errorf("matches %+v", v.matches)
	}
}

func TestFold(t *testing.T) {
	p := &page{}
	p.fold("    or ", strings.Repeat("word ", 40)+"a\x1bb")
	for i, line := range strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n") {
		if n := utf8.RuneCountInString(line); n > textWidth {
			t.Errorf("line %d has %d characters", i, n)
		}
		if i > 0 && !strings.HasPrefix(line, "        w") {
			t.Errorf("line %d is not indented: %q", i, line)
		}
	}
	if got := strings.Count(p.String(), "word"); got != 40 {
		t.Errorf("%d of 40 words are left", got)
	}
	if strings.Contains(p.String(), "\x1b") {
		t.Error("an escape got through")
	}
}
