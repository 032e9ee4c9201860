package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from the network safe to print on one line. What would move a
// cursor, colour a terminal, turn the reading direction or hide (control and
// format characters, odd spaces, private code points) and what is not UTF-8
// becomes U+FFFD.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, s)
}

// cleanLines is Clean for text of our own making that has lines.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Clean(l)
	}
	return strings.Join(lines, "\n")
}

// plain is the quick test that most strings pass.
func plain[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
