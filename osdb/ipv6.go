package osdb

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"whorl/method"
	"whorl/method/expr"
	"whorl/method/ipv6"
)

// FromObservationIPv6 makes the lines of a record from the tests over IPv6 in one print, as
// [FromObservation] does from those of the second generation; none if the print has none.
func FromObservationIPv6(seen []method.Line) (lines []method.Line, err error) {
	for t := range ipv6.NumTests {
		l, ok := method.Lines(seen).Test(t.String())
		if !ok {
			continue
		}
		claims, err := claimsOf(ipv6.Tests[t].Attr, l)
		if err != nil {
			return nil, err
		}
		want := wanted(l.Test, claims)
		if _, errs := ipv6.NewTest(want); len(errs) > 0 {
			return nil, fmt.Errorf("osdb: print: %w", errs[0])
		}
		lines = append(lines, want)
	}
	return lines, nil
}

// widenIPv6 widens the tests over IPv6 among the lines of a record, or adds them to a
// record that has none. common is that both know one; without that the result is the
// record's.
func widenIPv6(was []method.Line, seen []method.Line) (wide []method.Line, changes []Change, common bool, err error) {
	if !slices.ContainsFunc(was, func(l method.Line) bool { return ipv6.Has(l.Test) }) {
		added, err := FromObservationIPv6(seen)
		for _, l := range added {
			changes = append(changes, Change{Test: l.Test, Old: "-", New: attributes(l)})
		}
		return slices.Concat(was, added), changes, len(added) > 0, err
	}
	var errs []error
	widened := map[string]bool{} // of a test that stands twice the first counts
	for _, line := range was {
		l, ok := method.Lines(seen).Test(line.Test)
		if ok && ipv6.Has(line.Test) && !widened[line.Test] {
			common, widened[line.Test] = true, true
			more, err := changesOf(claimedByIPv6(line), l)
			errs = append(errs, err)
			changes = append(changes, more...)
			if line, err = changedIPv6(line, more); err != nil {
				errs = append(errs, err)
			}
		}
		wide = append(wide, line)
	}
	if !common {
		return was, nil, false, nil
	}
	return wide, changes, true, errors.Join(errs...)
}

// attributes are what stands between the parentheses of a line.
func attributes(l method.Line) string {
	return strings.TrimSuffix(strings.TrimPrefix(l.String(), l.Test+"("), ")")
}

func claimedByIPv6(line method.Line) claimed {
	t, _ := ipv6.NewTest(line) // what is wrong was told when it was read
	form := &ipv6.Tests[t.Test]
	c := claimed{form.Name, form.Attr, map[string]expr.Expr{}, false}
	for _, term := range t.Terms() {
		c.terms[form.Attrs[term.Attr].Name] = term.Expr
	}
	if r, ok := c.terms["R"]; ok {
		c.silent = !r.Match("Y")
	}
	return c
}

// changedIPv6 is the line with new expressions, in the order of its form. What could not
// be read in the old one stays as it is.
func changedIPv6(line method.Line, changes []Change) (method.Line, error) {
	if len(changes) == 0 {
		return line, nil
	}
	wide := method.Line{Test: line.Test, Attrs: slices.Clone(line.Attrs)}
	for _, c := range changes {
		if i := slices.IndexFunc(wide.Attrs, func(a method.Attr) bool { return a.Name == c.Attr }); i >= 0 {
			wide.Attrs[i].Value = c.New
		} else {
			wide.Set(c.Attr, c.New)
		}
	}
	t, _ := ipv6.TestNamed(line.Test)
	slices.SortStableFunc(wide.Attrs, func(a, b method.Attr) int { return placeIPv6(t, a) - placeIPv6(t, b) })
	_, before := ipv6.NewTest(line)
	if _, errs := ipv6.NewTest(wide); len(errs) > len(before) {
		return line, errs[len(errs)-1]
	}
	return wide, nil
}

// placeIPv6 is where an attribute stands in its test, those that nobody knows last.
func placeIPv6(t ipv6.Test, a method.Attr) int {
	if i, ok := ipv6.Tests[t].Attr(a.Name); ok {
		return i
	}
	return len(ipv6.Tests[t].Attrs)
}
