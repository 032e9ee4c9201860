package scan

import (
	"fmt"
	"strconv"
	"strings"
)

// String lists the targets one a line, with the name that led to them, and after a plus how
// many more addresses of the version that name has; those that are left out follow a minus.
// [ParseTargets] reads it.
func (t *Targets) String() string {
	var b strings.Builder
	for i := range t.include {
		s := &t.include[i]
		words := append([]string{s.String()}, s.names...)
		if s.more > 0 {
			words = append(words, fmt.Sprintf("+%d", s.more))
		}
		fmt.Fprintln(&b, strings.Join(words, " "))
	}
	for i := range t.exclude.spans {
		fmt.Fprintln(&b, "-", t.exclude.spans[i].String())
	}
	return b.String()
}

// ParseTargets reads targets as String has them. Nothing is looked up.
func ParseTargets(text string) (*Targets, error) {
	t := &Targets{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		var err error
		switch {
		case len(words) == 2 && words[0] == "-":
			err = t.Exclude(words[1], nil)
		case len(words) > 0:
			before, names := len(t.include), words[1:]
			more, plus := moreOf(words)
			if plus {
				names = names[:len(names)-1]
			}
			err = t.Add(words[0], nil)
			for i := range t.include[before:] {
				t.include[before+i].names, t.include[before+i].more = names, more
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// moreOf reads the number after the plus that ends a line; ok is false if there is none, or
// no name before it.
func moreOf(words []string) (n int, ok bool) {
	last, ok := strings.CutPrefix(words[len(words)-1], "+")
	if !ok || len(words) < 3 {
		return 0, false
	}
	n, err := strconv.Atoi(last)
	return n, err == nil && n > 0
}
