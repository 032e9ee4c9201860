package osdb

import (
	"regexp"
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

var (
	aside   = regexp.MustCompile(`\s*\([^()]*\)`)
	version = regexp.MustCompile(`^\d+(\.\d+)*(\.[xX])?([-_]?[A-Za-z]\w*)?$`)
	numbers = regexp.MustCompile(`^\d+(\.\d+)*`)
)

// Versions reads the range out of a name like "Linux 6.12 - 6.18" or "FreeBSD
// 11.0-RELEASE - 12.1". Of a name with several systems ("... or ...", "..., ...")
// it reads the first; what stands in parentheses is passed over. ok is false if
// the name tells no version.
func Versions(name string) (s Span, ok bool) {
	name = aside.ReplaceAllString(name, "")
	for _, sep := range []string{" or ", ", ", "; "} {
		name, _, _ = strings.Cut(name, sep)
	}
	words := strings.Fields(name)
	if dash := slices.Index(words, "-"); dash > 0 && dash+1 < len(words) && version.MatchString(words[dash+1]) {
		// The last version before the dash begins the range: "Windows 10 1507 - 1607".
		for i := dash - 1; i > 0; i-- {
			if version.MatchString(words[i]) {
				return Span{strings.Join(words[:i], " "), words[i], words[dash+1]}, true
			}
		}
	}
	i := slices.IndexFunc(words, version.MatchString)
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

// CompareVersions orders versions by their numbers: -1, 0 or 1. Suffixes like
// -RELEASE are not looked at.
func CompareVersions(a, b string) int { return slices.Compare(split(a), split(b)) }

func split(v string) (parts []int) {
	for n := range strings.SplitSeq(numbers.FindString(v), ".") {
		i, _ := strconv.Atoi(n) // too large: the largest
		parts = append(parts, i)
	}
	return parts
}
