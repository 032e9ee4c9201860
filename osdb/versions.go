package osdb

import (
	"slices"
	"strconv"
	"strings"
)

// Span is the range of versions of one system that a name tells of. A name with a
// single version has Lo and Hi equal.
type Span struct {
	Family string // as in the name: "Linux", "Microsoft Windows"
	Lo, Hi string // both included: "6.12", "11.0-RELEASE", "2.6.X"
}

// Versions reads the range out of a name like "Linux 6.12 - 6.18" or "FreeBSD
// 11.0-RELEASE - 12.1". Of a name with several systems ("... or ...", "..., ...")
// it reads the first; what stands in parentheses is passed over. ok is false if
// the name tells no version.
func Versions(name string) (s Span, ok bool) {
	name = withoutAsides(name)
	for _, sep := range []string{" or ", ", ", "; "} {
		name, _, _ = strings.Cut(name, sep)
	}
	words := strings.Fields(name)
	if dash := slices.Index(words, "-"); dash > 0 && dash+1 < len(words) && isVersion(words[dash+1]) {
		// The last version before the dash begins the range: "Windows 10 1507 - 1607".
		for i := dash - 1; i > 0; i-- {
			if isVersion(words[i]) {
				return Span{strings.Join(words[:i], " "), words[i], words[dash+1]}, true
			}
		}
	}
	i := slices.IndexFunc(words, isVersion)
	if i <= 0 {
		return Span{}, false
	}
	return Span{strings.Join(words[:i], " "), words[i], words[i]}, true
}

// Contains tells whether a version lies within the range. The upper end includes
// what refines it: 5.4 - 5.15 contains 5.15.3.
func (s Span) Contains(v string) bool {
	parts, hi := split(v), split(s.Hi)
	return slices.Compare(parts, split(s.Lo)) >= 0 && slices.Compare(parts[:min(len(parts), len(hi))], hi) <= 0
}

// Meets tells whether some version of a generation lies within the range: 4.X, which is all
// that begins with 4, meets 4.15 - 6.19.
func (s Span) Meets(generation string) bool {
	parts, lo, hi := split(generation), split(s.Lo), split(s.Hi)
	return slices.Compare(parts, lo[:min(len(lo), len(parts))]) >= 0 && slices.Compare(parts[:min(len(parts), len(hi))], hi) <= 0
}

// CompareVersions orders versions by their numbers: -1, 0 or 1. Suffixes like
// -RELEASE are not looked at.
func CompareVersions(a, b string) int { return slices.Compare(split(a), split(b)) }

func split(v string) (parts []int) {
	for n := range strings.SplitSeq(v[:numbers(v)], ".") {
		i, _ := strconv.Atoi(n) // too large: the largest
		parts = append(parts, i)
	}
	return parts
}

// withoutAsides leaves out what stands in parentheses, and the space before it.
func withoutAsides(s string) string {
	var out strings.Builder
	for {
		end := strings.IndexByte(s, ')')
		if end < 0 {
			out.WriteString(s)
			return out.String()
		}
		if begin := strings.LastIndexByte(s[:end], '('); begin >= 0 {
			out.WriteString(strings.TrimRight(s[:begin], " \t\n\f\r"))
		} else {
			out.WriteString(s[:end+1])
		}
		s = s[end+1:]
	}
}

// isVersion reports whether a word is a version: 6.12, 2.6.X, 11.0-RELEASE, 10.15.7b.
func isVersion(s string) bool {
	n := numbers(s)
	if n == 0 {
		return false
	}
	if s = s[n:]; strings.HasPrefix(s, ".x") || strings.HasPrefix(s, ".X") {
		s = s[2:]
	}
	if s == "" {
		return true
	}
	if s[0] == '-' || s[0] == '_' {
		s = s[1:]
	}
	return s != "" && isLetter(s[0]) && strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) }) < 0
}

// numbers is the length of the numbers with dots between them that a text begins with.
func numbers(s string) (end int) {
	for i := 0; i < len(s); i++ {
		switch {
		case isDigit(s[i]):
			end = i + 1
		case s[i] != '.' || end != i || i == 0:
			return end
		}
	}
	return end
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' }
func isWord(c byte) bool   { return isDigit(c) || isLetter(c) || c == '_' }
