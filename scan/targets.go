package scan

import (
	"bufio"
	"fmt"
	"io"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
)

// Targets is what to scan: prefixes, ranges and single addresses, without those
// that are excluded. It is walked lazily, so a /8 takes no memory.
type Targets struct {
	include []span
	exclude []span
	at      int        // span under way
	cur     netip.Addr // next address of it
}

// span is a set of addresses: for IPv4 each octet has a range, as Nmap's 10.0-3.1.1-254;
// else first to last.
type span struct {
	octets      [4][2]uint8
	v4          bool
	first, last netip.Addr
	names       []string
}

// Resolve looks a host name up.
type Resolve func(name string) ([]netip.Addr, error)

// Add adds a target: an address, a prefix (10.0.0.0/24), octet ranges
// (10.0-3.1.1-254, also with lists 1,3,5 and *), or a name that resolve turns into
// addresses, of which the first IPv4 one is taken.
func (t *Targets) Add(spec string, resolve Resolve) error {
	s, err := parseTarget(spec, resolve)
	if err != nil {
		return err
	}
	t.include = append(t.include, s...)
	return nil
}

// Exclude leaves a target out.
func (t *Targets) Exclude(spec string, resolve Resolve) error {
	s, err := parseTarget(spec, resolve)
	if err != nil {
		return err
	}
	t.exclude = append(t.exclude, s...)
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

// Count is how many addresses there are at most, before exclusions.
func (t *Targets) Count() uint64 {
	total := new(big.Int)
	for i := range t.include {
		total.Add(total, t.include[i].size())
	}
	if !total.IsUint64() {
		return 1<<64 - 1
	}
	return total.Uint64()
}

// Next gives the next address; ok is false at the end.
func (t *Targets) Next() (target Target, ok bool) {
	for t.at < len(t.include) {
		s := &t.include[t.at]
		if !t.cur.IsValid() {
			t.cur = s.first
		}
		addr := t.cur
		if addr == s.last {
			t.at++
			t.cur = netip.Addr{}
		} else {
			t.cur = s.after(addr)
		}
		if !t.excluded(addr) {
			return Target{Addr: addr, Names: s.names}, true
		}
	}
	return target, false
}

func (t *Targets) excluded(addr netip.Addr) bool {
	for i := range t.exclude {
		if t.exclude[i].contains(addr) {
			return true
		}
	}
	return false
}

// after is the address of the span that follows addr, which is not the last.
func (s *span) after(addr netip.Addr) netip.Addr {
	if !s.v4 {
		return addr.Next()
	}
	b := addr.As4()
	for i := 3; i >= 0; i-- {
		if b[i] < s.octets[i][1] {
			b[i]++
			return netip.AddrFrom4(b)
		}
		b[i] = s.octets[i][0]
	}
	return s.last
}

func (s *span) contains(addr netip.Addr) bool {
	if !s.v4 {
		return addr.BitLen() == s.first.BitLen() && s.first.Compare(addr) <= 0 && addr.Compare(s.last) <= 0
	}
	if !addr.Is4() {
		return false
	}
	for i, v := range addr.As4() {
		if v < s.octets[i][0] || v > s.octets[i][1] {
			return false
		}
	}
	return true
}

func (s *span) size() *big.Int {
	n := big.NewInt(1)
	if s.v4 {
		for _, o := range s.octets {
			n.Mul(n, big.NewInt(int64(o[1])-int64(o[0])+1))
		}
		return n
	}
	a, b := s.first.As16(), s.last.As16()
	n.Sub(new(big.Int).SetBytes(b[:]), new(big.Int).SetBytes(a[:]))
	return n.Add(n, big.NewInt(1))
}

func parseTarget(spec string, resolve Resolve) ([]span, error) {
	if p, err := netip.ParsePrefix(spec); err == nil {
		return []span{prefixSpan(p)}, nil
	}
	if a, err := netip.ParseAddr(spec); err == nil {
		return []span{prefixSpan(netip.PrefixFrom(a.Unmap().WithZone(""), a.Unmap().BitLen()))}, nil
	}
	if looksNumeric(spec) {
		return octetSpans(spec)
	}
	name, bits, slash := strings.Cut(spec, "/")
	if resolve == nil || name == "" {
		return nil, fmt.Errorf("scan: target %q is neither an address nor a range", spec)
	}
	addrs, err := resolve(name)
	if err != nil {
		return nil, fmt.Errorf("scan: target %q does not resolve: %w", spec, err)
	}
	for _, a := range addrs {
		if a = a.Unmap(); !a.Is4() {
			continue
		}
		n := 32
		if slash {
			if n, err = strconv.Atoi(bits); err != nil || n < 0 || n > 32 {
				return nil, fmt.Errorf("scan: target %q: prefix length %q is not between 0 and 32", spec, bits)
			}
		}
		s := prefixSpan(netip.PrefixFrom(a, n))
		s.names = []string{name}
		return []span{s}, nil
	}
	return nil, fmt.Errorf("scan: target %q has no IPv4 address", spec)
}

// prefixSpan covers all addresses of a prefix.
func prefixSpan(p netip.Prefix) span {
	p = p.Masked()
	first := p.Addr()
	if first.Is4() {
		s := span{v4: true, first: first}
		b := first.As4()
		for i := range b {
			host := max(0, min(8, 8*(i+1)-p.Bits()))
			s.octets[i] = [2]uint8{b[i], b[i] | uint8(1<<host-1)}
		}
		s.last = netip.AddrFrom4([4]byte{s.octets[0][1], s.octets[1][1], s.octets[2][1], s.octets[3][1]})
		return s
	}
	b := first.As16()
	for i := range b {
		host := max(0, min(8, 8*(i+1)-p.Bits()))
		b[i] |= uint8(1<<host - 1)
	}
	return span{first: first, last: netip.AddrFrom16(b)}
}

// looksNumeric reports whether a target can only be meant as IPv4 octets.
func looksNumeric(s string) bool {
	return strings.Count(s, ".") == 3 && strings.Trim(s, "0123456789.,-*") == ""
}

// octetSpans reads Nmap's ranges: every octet a number, lo-hi, a list of these, or *.
// A list makes several spans.
func octetSpans(spec string) ([]span, error) {
	spans := []span{{v4: true}}
	for i, part := range strings.Split(spec, ".") {
		var next []span
		for item := range strings.SplitSeq(part, ",") {
			lo, hi, err := octetRange(item)
			if err != nil {
				return nil, fmt.Errorf("scan: target %q: %w", spec, err)
			}
			for _, s := range spans {
				s.octets[i] = [2]uint8{lo, hi}
				next = append(next, s)
			}
			if len(next) > maxSpans {
				return nil, fmt.Errorf("scan: target %.80q: lists make more than %d ranges", spec, maxSpans)
			}
		}
		spans = next
	}
	for i := range spans {
		o := &spans[i].octets
		spans[i].first = netip.AddrFrom4([4]byte{o[0][0], o[1][0], o[2][0], o[3][0]})
		spans[i].last = netip.AddrFrom4([4]byte{o[0][1], o[1][1], o[2][1], o[3][1]})
	}
	return spans, nil
}

const maxSpans = 4096

func octetRange(item string) (lo, hi uint8, err error) {
	if item == "*" {
		return 0, 255, nil
	}
	a, b, isRange := strings.Cut(item, "-")
	if !isRange {
		b = a
	}
	if a == "" && isRange {
		a = "0"
	}
	if b == "" && isRange {
		b = "255"
	}
	x, errA := strconv.ParseUint(a, 10, 8)
	y, errB := strconv.ParseUint(b, 10, 8)
	if errA != nil || errB != nil {
		return 0, 0, fmt.Errorf("octet %q is not a number or range from 0 to 255", item)
	}
	if x > y {
		return 0, 0, fmt.Errorf("octet %q runs backwards", item)
	}
	return uint8(x), uint8(y), nil
}
