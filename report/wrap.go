package report

import (
	"strings"
	"unicode/utf8"
)

// Wrapping of a print, measured on nmap 7.93: pieces of 72 characters, cut
// without regard to tests, each after a prefix that marks it as part of a print.
const (
	wrapPrefix = "OS:"
	wrapPiece  = 72
)

// Wrap gives the form of an IPv4 print that Nmap asks to be sent in: all tests in
// one run of text, cut into lines of 75 characters that begin with OS:. The fingerprint
// has one test a line; the result ends with a newline unless it is empty.
//
// Taking it apart again is the business of the method that measured it.
func Wrap(fingerprint string) string {
	var b strings.Builder
	rest := strings.ReplaceAll(fingerprint, "\n", "")
	for rest != "" {
		cut := pieceEnd(rest)
		b.WriteString(wrapPrefix)
		b.WriteString(rest[:cut])
		b.WriteByte('\n')
		rest = rest[cut:]
	}
	return b.String()
}

// pieceEnd is the index in bytes behind the first piece of s. Characters are
// kept whole should s not be ASCII.
func pieceEnd(s string) int {
	end := 0
	for range wrapPiece {
		if end == len(s) {
			break
		}
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
	}
	return end
}
