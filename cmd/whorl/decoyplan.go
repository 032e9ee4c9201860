package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"whorl/decoy"
	"whorl/method/seek"
	"whorl/osdb"
	"whorl/persona"
)

// decoyPlan is what is to answer, and where.
type decoyPlan struct {
	set        osdb.Set
	options    decoy.Options
	iface, tun string
	tap        bool // tun is a TAP
	where      string
	lent       map[*osdb.Entry]*osdb.Entry // records with the times of a relative, by the record
}

// anyRecord stands for all records.
const anyRecord = "any"

// decoyPlan makes a plan of what was typed, and of the file if one is named.
func (a *app) decoyPlan(o *decoyOptions, args []string) (p *decoyPlan, err error) {
	p = &decoyPlan{}
	if p.set, err = a.load(); err != nil {
		return nil, err
	}
	f := newDecoyFile()
	if len(args) == 1 {
		if name := o.ofHosts(); name != "" {
			return nil, usage(fmt.Errorf("--%s does not go with a file", name), "put it into "+args[0])
		}
		f, err = readDecoyFile(args[0])
	} else {
		err = o.host(f)
	}
	if err != nil {
		return nil, err
	}
	if err := o.over(f); err != nil {
		return nil, err
	}
	if p.options.Key, err = decoyKey(f.key); err != nil {
		return nil, err
	}
	for i := range f.hosts {
		if err := p.add(&f.hosts[i]); err != nil {
			return nil, err
		}
		for _, doubt := range f.hosts[i].doubts(p.options.Groups[len(p.options.Groups)-1].Entries) {
			fmt.Fprintf(a.people, "whorl: %s\n", doubt)
		}
	}
	p.iface, p.tun, p.tap, p.where = f.iface, f.tun, f.tap, f.iface
	if p.tun != "" {
		p.where = p.tun
	}
	p.options.Gateway, p.options.Gateway6 = f.gateway, f.gateway6
	p.options.Peers, p.options.Keep, p.options.Start = f.only, o.keep, time.Now()
	p.options.Dialogue = o.logPayload
	p.options.Limits = decoy.Limits{Peer: f.peerRate, All: f.rate}
	return p, cmp.Or(p.reached(), p.apart())
}

// reached refuses a gateway of one version of IP for decoys of the other.
func (p *decoyPlan) reached() error {
	four, six := p.options.Gateway.IsValid(), p.options.Gateway6.IsValid()
	if (four || six) && (p.has(netip.Addr.Is4) != four || p.has(netip.Addr.Is6) != six) {
		return usage(errors.New("decoys behind a gateway want one of each version of IP that they have addresses of"), "--gateway 192.0.2.2 --gateway 2001:db8::2")
	}
	return nil
}

// apart refuses routers before a host of the same segment, which answers ARP.
func (p *decoyPlan) apart() error {
	routed := p.options.Gateway.IsValid() || p.options.Gateway6.IsValid() || p.iface == ""
	if !routed && slices.ContainsFunc(p.options.Groups, func(g decoy.Group) bool { return g.Hops > 0 }) {
		return usage(errors.New("there are no routers between hosts of one segment"), "--hops with --gateway or --tun")
	}
	return nil
}

// has reports whether some address is of that version of IP.
func (p *decoyPlan) has(version func(netip.Addr) bool) bool {
	return slices.ContainsFunc(p.prefixes(), func(n netip.Prefix) bool { return version(n.Addr()) })
}

// add makes groups of one kind of host.
func (p *decoyPlan) add(h *decoyHost) error {
	entries, err := p.records(h)
	if err != nil {
		return err
	}
	g := decoy.Group{Entries: p.timed(entries), Persona: h.persona, Services: h.services(), Hops: h.hops, Jitter: h.jitter, Loss: h.loss}
	if h.mac != nil {
		g.Hardware = *h.mac
	} else {
		g.Hardware.Vendor = vendorOf(entries)
	}
	all, err := pairs(h.addrs, h.also)
	if err != nil {
		return h.bad("also", err, "addresses like those of the hosts, as 2001:db8::66-69 for 192.0.2.66-69")
	}
	for _, r := range all {
		g.Addrs, g.Also = r[0], r[1]
		p.options.Groups = append(p.options.Groups, g)
	}
	return nil
}

// prefixes are those of all addresses.
func (p *decoyPlan) prefixes() (out []netip.Prefix) {
	for i := range p.options.Groups {
		g := &p.options.Groups[i]
		out = append(out, g.Addrs.Prefixes()...)
		if g.Also.First.IsValid() {
			out = append(out, g.Also.Prefixes()...)
		}
	}
	return out
}

// records finds those that a host is to answer as. One name can be several records'.
func (p *decoyPlan) records(h *decoyHost) (entries []*osdb.Entry, err error) {
	for _, name := range h.as {
		var found []*osdb.Entry
		if name == anyRecord {
			for _, e := range p.set.Entries() {
				found = append(found, e)
			}
		} else {
			found = p.set.Find(name)
		}
		n := len(entries)
		for _, e := range found {
			if answers(e) {
				entries = append(entries, e)
			}
		}
		if len(found) > 0 && len(entries) == n {
			_, err := persona.New(found[0], persona.Options{Addr: exampleAddr})
			return nil, h.bad("as", err, "whorl decoy list")
		}
		if len(found) == 0 {
			return nil, h.bad("as", fmt.Errorf("no record is named %q", name), fmt.Sprintf("whorl decoy list %s", firstWord(name)))
		}
	}
	return entries, nil
}

// vendorOf is the maker that fits all of the records; none if they differ.
func vendorOf(entries []*osdb.Entry) (prefix [3]byte) {
	for i, e := range entries {
		p := decoy.VendorOf(e)
		if i > 0 && p != prefix {
			return [3]byte{}
		}
		prefix = p
	}
	return prefix
}

// answers reports whether a record says anything of answers to probes.
func answers(e *osdb.Entry) bool { return e.Gen2 != nil || e.Gen1 != nil || persona.Over6(e) }

// exampleAddr is for documentation (RFC 5737).
var exampleAddr = netip.AddrFrom4([4]byte{192, 0, 2, 1})

func tcpPorts(text string) ([]uint16, error) {
	if text == "" {
		return nil, nil
	}
	tcp, udp, err := seek.ParsePorts(text)
	if err == nil && len(udp) > 0 {
		err = errors.New("decoys have TCP ports only")
	}
	return tcp, err
}
