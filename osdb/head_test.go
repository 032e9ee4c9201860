package osdb

import (
	"regexp"
	"strings"
	"testing"
)

// The slow oracles of what heads of files and names of records say.
var (
	slowDate    = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
	slowModes   = regexp.MustCompile(`-\*-.*-\*-`)
	slowAside   = regexp.MustCompile(`\s*\([^()]*\)`)
	slowVersion = regexp.MustCompile(`^\d+(\.\d+)*(\.[xX])?([-_]?[A-Za-z]\w*)?$`)
	slowNumbers = regexp.MustCompile(`^\d+(\.\d+)*`)
)

func FuzzWords(f *testing.F) {
	for _, s := range []string{"$Id: nmap-os-db 38505 2022-02-18 07:06:48Z $", "-*- mode: fundamental; -*-", "-*-*-", "x2022-02-18 2022-2-188",
		"a (b (c) d) (e", ") (x)", "6.12", "2.6.X", "2.6.x-rc1", "11.0-RELEASE", "10.", "1..2", ".5", "5-", "5-é", "7_b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?") // the oracles take what is not for a character
		if strings.ContainsRune(s, '\n') {
			return
		}
		if got, want := dateIn(s), slowDate.FindString(s); got != want {
			t.Errorf("%q: date %q, want %q", s, got, want)
		}
		if got, want := withoutModes(s), slowModes.ReplaceAllString(s, ""); got != want {
			t.Errorf("%q: without modes %q, want %q", s, got, want)
		}
		if got, want := withoutAsides(s), slowAside.ReplaceAllString(s, ""); got != want {
			t.Errorf("%q: without asides %q, want %q", s, got, want)
		}
		if got, want := isVersion(s), slowVersion.MatchString(s); got != want {
			t.Errorf("%q: version %v, want %v", s, got, want)
		}
		if got, want := s[:numbers(s)], slowNumbers.FindString(s); got != want {
			t.Errorf("%q: numbers %q, want %q", s, got, want)
		}
	})
}
