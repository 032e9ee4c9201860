package main

import (
	"container/list"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"whorl/osdb"
	"whorl/persona"
)

// hosts are the personas of a prefix.
type hosts struct {
	prefix  netip.Prefix
	entries []*osdb.Entry   // in the order of the key
	o       persona.Options // what all have in common
	share   float64         // of the addresses, that are live
	keep    int             // personas remembered at most
	start   time.Time       // clocks are set by it
	truth   io.Writer       // a line for each persona made; nil: none

	known map[netip.Addr]*list.Element
	used  list.List // of *persona.Persona, the last used first

	made, forgotten int
}

// order takes the records that can be shown at all, in the order of the key.
func (h *hosts) order(set osdb.Set) error {
	if !h.prefix.Addr().Is4() || h.prefix.Bits() < 8 {
		return fmt.Errorf("%v: want an IPv4 prefix of 8 to 32 bits", h.prefix)
	}
	h.prefix = h.prefix.Masked()
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			h.entries = append(h.entries, e)
		}
	}
	if len(h.entries) == 0 {
		return errors.New("the databases have no record of the second generation")
	}
	s := seeded(h.o.Key, netip.IPv4Unspecified(), "order")
	for i := len(h.entries) - 1; i > 0; i-- {
		j := s.Between(0, i)
		h.entries[i], h.entries[j] = h.entries[j], h.entries[i]
	}
	return nil
}

// live reports whether a host stands at the address.
func (h *hosts) live(addr netip.Addr) bool {
	if !h.prefix.Contains(addr) {
		return false
	}
	s := seeded(h.o.Key, addr, "live")
	return float64(s.Uint32()) < h.share*(1<<32)
}

// at is the persona of an address, or nil if none is live there.
func (h *hosts) at(addr netip.Addr) (*persona.Persona, error) {
	if e, ok := h.known[addr]; ok {
		h.used.MoveToFront(e)
		return e.Value.(*persona.Persona), nil
	}
	if !h.live(addr) {
		return nil, nil
	}
	p, name := h.build(addr)
	return p, h.add(p, name)
}

// build makes the persona of an address. A record that cannot be shown on the wire
// leaves its place to the next one.
func (h *hosts) build(addr netip.Addr) (p *persona.Persona, name string) {
	o := h.o
	o.Addr = addr
	s := seeded(o.Key, addr, "boot")
	o.Boot = h.start.Add(-time.Duration(s.Between(3600, 30*86400)) * time.Second)
	for i := range h.entries {
		e := h.entries[(h.offset(addr)+i)%len(h.entries)]
		if p, err := persona.New(e, o); err == nil {
			return p, e.Name
		}
	}
	return nil, ""
}

// offset is the place of an address in the prefix.
func (h *hosts) offset(addr netip.Addr) int {
	a, b := addr.As4(), h.prefix.Addr().As4()
	n := 0
	for i := range a {
		n = n<<8 + int(a[i]) - int(b[i])
	}
	return n
}

// add remembers a persona and tells the truth about it.
func (h *hosts) add(p *persona.Persona, name string) error {
	if p == nil {
		return errors.New("no record can be shown on the wire")
	}
	if h.known == nil {
		h.known = map[netip.Addr]*list.Element{}
	}
	if len(h.known) >= max(h.keep, 1) {
		oldest := h.used.Back()
		delete(h.known, h.used.Remove(oldest).(*persona.Persona).Addr())
		h.forgotten++
	}
	h.known[p.Addr()] = h.used.PushFront(p)
	h.made++
	if h.truth == nil {
		return nil
	}
	_, err := fmt.Fprintf(h.truth, "%v\t%s\n", p.Addr(), name)
	return err
}

// ahead makes the personas of the first n addresses, with all processors.
func (h *hosts) ahead(n int) error {
	n = min(n, max(h.keep, 1), 1<<(32-h.prefix.Bits()))
	addrs := make([]netip.Addr, n)
	for i, a := 0, h.prefix.Addr(); i < n; i, a = i+1, a.Next() {
		addrs[i] = a
	}
	type result struct {
		p    *persona.Persona
		name string
	}
	results := make([]result, n)
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				if h.live(addrs[i]) {
					results[i].p, results[i].name = h.build(addrs[i])
				}
			}
		})
	}
	wg.Wait()
	for i, r := range results {
		if !h.live(addrs[i]) {
			continue
		}
		if err := h.add(r.p, r.name); err != nil {
			return err
		}
	}
	return nil
}
