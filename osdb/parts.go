package osdb

import (
	"fmt"
	"slices"

	"whorl/method"
	"whorl/method/deep"
)

// Whole is the record that e, a record of d, narrows: the first of the name that its
// line Within gives, nil if there is none or e narrows nothing. All that is said there
// holds for e too.
func (d *DB) Whole(e *Entry) *Entry {
	if e.Within == "" {
		return nil
	}
	for _, whole := range d.Entries {
		if whole.Name == e.Within && whole.Gen2 != nil {
			return whole
		}
	}
	return nil
}

// lintPart finds why a record cannot narrow the one that it names.
func (d *DB) lintPart(e *Entry) (texts []string) {
	if e.Within == "" {
		return nil
	}
	whole := d.Whole(e)
	if whole == nil {
		return []string{fmt.Sprintf("%q narrows %q, and no record of this file has that name and tests of Nmap's second generation", e.Name, e.Within)}
	}
	if e.Gen2 != nil {
		texts = append(texts, fmt.Sprintf("%q has tests of Nmap's second generation; leave them to %q, which it narrows", e.Name, e.Within))
	}
	if !slices.ContainsFunc(e.Extra, func(l method.Line) bool { return deep.Has(l.Test) }) {
		texts = append(texts, fmt.Sprintf("%q narrows %q by no test; want one of %v", e.Name, e.Within, deep.Tests))
	}
	if !sameFamily(e, whole) {
		texts = append(texts, fmt.Sprintf("%q is of another family than %q, which it narrows", e.Name, e.Within))
	}
	part, ok := Versions(e.Name)
	wide, told := Versions(whole.Name)
	if !ok || told && (part.Family != wide.Family || !wide.Contains(part.Lo) || !wide.Contains(part.Hi)) {
		texts = append(texts, fmt.Sprintf("%q has versions that are not within %q", e.Name, e.Within))
	}
	return texts
}
