package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"whorl/decoy"
	"whorl/scan"
)

// decoyAddresses reads the addresses of decoys: those of decoy.ParseRange, and PREFIX*N, which
// are the addresses that a scan of an IPv6 prefix asks first.
func decoyAddresses(text string) ([]decoy.Range, error) {
	prefix, _, likely := strings.Cut(text, "*")
	if p, err := netip.ParsePrefix(prefix); !likely || err != nil || !p.Addr().Is6() {
		r, err := decoy.ParseRange(text)
		return []decoy.Range{r}, err
	}
	var t scan.Targets
	if err := t.Add(text, nil); err != nil {
		return nil, err
	}
	var all []netip.Addr
	for target, ok := t.Next(); ok; target, ok = t.Next() {
		all = append(all, target.Addr)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	var out []decoy.Range
	for _, a := range all {
		if n := len(out); n > 0 && out[n-1].Last.Next() == a {
			out[n-1].Last = a
		} else {
			out = append(out, decoy.Range{First: a, Last: a})
		}
	}
	return out, nil
}

// pairs puts hosts, by their addresses, together with as many other addresses, in the order
// in which both were given.
func pairs(hosts, also []decoy.Range) (out [][2]decoy.Range, err error) {
	if len(also) == 0 {
		for _, r := range hosts {
			out = append(out, [2]decoy.Range{r})
		}
		return out, nil
	}
	if n, k := total(hosts), total(also); n != k {
		return nil, fmt.Errorf("%d other addresses of %d hosts; want as many", k, n)
	}
	of6 := func(r decoy.Range) bool { return r.First.Is6() }
	if six := of6(hosts[0]); !every(hosts, func(r decoy.Range) bool { return of6(r) == six }) || !every(also, func(r decoy.Range) bool { return of6(r) != six }) {
		return nil, errors.New("the addresses of hosts want to be of one version of IP, and their other addresses of the other")
	}
	hosts, also = slices.Clone(hosts), slices.Clone(also)
	for len(hosts) > 0 {
		n := min(hosts[0].Len(), also[0].Len())
		out = append(out, [2]decoy.Range{take(&hosts, n), take(&also, n)})
	}
	return out, nil
}

func total(all []decoy.Range) (n int) {
	for _, r := range all {
		n += r.Len()
	}
	return n
}

func every(all []decoy.Range, f func(decoy.Range) bool) bool {
	return !slices.ContainsFunc(all, func(r decoy.Range) bool { return !f(r) })
}

// take takes the first n addresses off ranges of which the first has as many.
func take(all *[]decoy.Range, n int) decoy.Range {
	r := &(*all)[0]
	head := section(*r, 0, n)
	if n == r.Len() {
		*all = (*all)[1:]
	} else {
		*r = section(*r, n, r.Len())
	}
	return head
}

// section is the part of a range from one place up to another; of no range it is none.
func section(r decoy.Range, from, to int) decoy.Range {
	if !r.First.IsValid() {
		return r
	}
	return decoy.Range{First: r.At(from), Last: r.At(to - 1)}
}
