package scan

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sort"
	"strings"
)

// Targets is what to scan: prefixes, ranges and single addresses, without those that
// are excluded. It is walked lazily and in an order that spreads neighbours, so a /8
// takes no memory and no network gets all packets at once.
//
// A position counts the addresses of the shard in this order, the excluded ones
// included. It is what a journal calls a target.
type Targets struct {
	Family Family // which addresses of names are taken
	// Likely is how many addresses of an IPv6 prefix that has more are taken, the likeliest
	// first; 0: all of them.
	Likely uint64

	include []span // in the order of their starts
	exclude exclusions
	order   order // of all included addresses
	shard   Shard

	next    uint64 // position
	ended   bool   // next has been the last
	skipped uint64 // excluded addresses that were passed over
	done    *Positions
}

// Resolve looks a host name up.
type Resolve func(name string) ([]netip.Addr, error)

// Add adds a target: an address, of IPv6 with its zone (fe80::1%eth0), a prefix
// (10.0.0.0/24), the likeliest addresses of an IPv6 prefix (2001:db8::/64*1000), octet
// ranges (10.0-3.1.1-254, also with lists 1,3,5 and *), or a name that resolve turns into
// addresses, of which those are taken that Family says. There may be 2^64 addresses in all.
func (t *Targets) Add(spec string, resolve Resolve) error {
	s, err := parseTarget(spec, resolve, t.Family)
	if err != nil {
		return err
	}
	for i := range s {
		if s[i].likely == 0 && t.Likely > 0 {
			s[i].limit(t.Likely)
		}
	}
	if err := t.append(s); err != nil {
		return fmt.Errorf("scan: target %.80q: %w", spec, err)
	}
	return nil
}

// Exclude leaves a target out.
func (t *Targets) Exclude(spec string, resolve Resolve) error {
	s, err := parseTarget(spec, resolve, t.Family)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(s, func(s span) bool { return s.likely > 0 }) {
		return fmt.Errorf("scan: target %.80q: the likeliest addresses cannot be left out, only a whole prefix", spec)
	}
	t.exclude.add(s)
	return nil
}

// Read adds (or excludes) the targets of a list, separated by white space, with
// comments from # on. Bad ones are reported by name and line and lose no others.
func (t *Targets) Read(r io.Reader, file string, add func(string, Resolve) error, resolve Resolve) (problems []error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxLine)
	for n := 1; sc.Scan(); n++ {
		line, _, _ := strings.Cut(sc.Text(), "#")
		for spec := range strings.FieldsSeq(line) {
			if err := add(spec, resolve); err != nil {
				problems = append(problems, fmt.Errorf("%s:%d: %w", file, n, err))
			}
		}
	}
	if err := sc.Err(); err != nil {
		problems = append(problems, fmt.Errorf("%s: %w", file, err))
	}
	return problems
}

// maxLine bounds a line of a list, which may hold all targets.
const maxLine = 16 << 20

var errTooMany = errors.New("more than 2^64 addresses in all")

// append includes spans, all or none.
func (t *Targets) append(spans []span) error {
	last := t.order.last
	for i := range spans {
		start := last + 1
		if len(t.include) == 0 && i == 0 {
			start = 0
		} else if start == 0 {
			return errTooMany
		}
		n, ok := spans[i].last()
		if !ok || start+n < start {
			return errTooMany
		}
		spans[i].start, last = start, start+n
	}
	t.include = append(t.include, spans...)
	t.order = newOrder(last)
	return nil
}

// HasIPv6 reports whether there is an IPv6 address among the targets.
func (t *Targets) HasIPv6() bool {
	return slices.ContainsFunc(t.include, func(s span) bool { return !s.v4() })
}

// Mixed reports whether there are addresses of both versions of IP among the targets.
func (t *Targets) Mixed() bool {
	return t.HasIPv6() && slices.ContainsFunc(t.include, func(s span) bool { return s.v4() })
}

// DualNames are the names of which an address of each version of IP is a target; true are
// those that have more of one.
func (t *Targets) DualNames() map[string]bool {
	var names [2]map[string]bool // by version
	dual := map[string]bool{}
	for version := range names {
		names[version] = map[string]bool{}
	}
	for i := range t.include {
		s := &t.include[i]
		own, other := names[0], names[1]
		if s.v4() {
			own, other = other, own
		}
		for _, n := range s.names {
			own[n] = own[n] || s.more > 0
			if more, both := other[n]; both {
				dual[n] = own[n] || more
			}
		}
	}
	return dual
}

// Divide makes the targets one shard of themselves. It comes before the first Next.
func (t *Targets) Divide(s Shard) { t.shard = s }

// Skip leaves out the targets that are done. It comes before the first Next.
func (t *Targets) Skip(done *Positions) {
	t.done, t.next, t.skipped = done, done.low, done.skipped
	if last, ok := t.last(); ok && t.next > last {
		t.ended = true
	}
}

// last is the last position; ok is false if there is none.
func (t *Targets) last() (position uint64, ok bool) {
	if len(t.include) == 0 {
		return 0, false
	}
	return t.shard.lastPosition(t.order.last)
}

// Count is how many addresses the shard has at most, before exclusions. It stops at
// 2^64-1.
func (t *Targets) Count() uint64 {
	last, ok := t.last()
	if !ok {
		return 0
	}
	return max(last, last+1)
}

// Skipped is how many excluded addresses have been passed over so far.
func (t *Targets) Skipped() uint64 { return t.skipped }

// Next gives the next address; ok is false at the end.
func (t *Targets) Next() (target Target, ok bool) {
	last, any := t.last()
	for any && !t.ended {
		position := t.next
		if t.ended = position == last; !t.ended {
			t.next++
		}
		if t.done != nil && t.done.Has(position) {
			continue
		}
		if target = t.At(position); !t.excluded(target.Addr) {
			return target, true
		}
		t.skipped++
	}
	return Target{}, false
}

// At is the target at a position below Count, be it excluded or not.
func (t *Targets) At(position uint64) Target {
	index := t.order.at(t.shard.place(position))
	after := sort.Search(len(t.include), func(i int) bool { return t.include[i].start > index })
	s := &t.include[after-1]
	return Target{Addr: s.at(index - s.start), Names: s.names, Position: position}
}

func (t *Targets) excluded(addr netip.Addr) bool { return t.exclude.have(addr) }
