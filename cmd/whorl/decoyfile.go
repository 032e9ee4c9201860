package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"whorl/decoy"
	"whorl/persona"
)

// decoyFile is a network of decoys as a TOML file describes it. docs/decoy.md has an example
// with every key.
type decoyFile struct {
	iface, tun, key string
	tap             bool // tun is a TAP
	gateway         netip.Addr
	gateway6        netip.Addr
	only            []netip.Prefix
	peerRate, rate  float64 // packets a second; 0 is no limit
	hosts           []decoyHost
}

// newDecoyFile is a network without hosts, with the limits that nobody has chosen.
func newDecoyFile() *decoyFile { return &decoyFile{peerRate: 200, rate: 2000} }

// decoyHost is one kind of host.
type decoyHost struct {
	doc     *tomlDoc // nil: from flags
	path    string
	as      []string
	addrs   []decoy.Range
	also    []decoy.Range
	persona persona.Options
	speaks  []speech        // services in the words of the system
	name    string          // that they use; empty: one for each address
	mac     *decoy.Hardware // nil: as fits the record
	hops    uint8
	jitter  time.Duration
	loss    float64
}

// bad is an error about a key of a host, where it stands.
func (h *decoyHost) bad(key string, err error, hint string) error {
	if h.doc == nil {
		return usage(fmt.Errorf("--%s: %w", key, err), hint)
	}
	return usage(fmt.Errorf("%s:%d: %s: %w", h.doc.name, h.doc.lines.of(h.path+"."+key), key, err), hint)
}

// maxDecoyFile is how many bytes a file may have.
const maxDecoyFile = 16 << 20

func readDecoyFile(name string) (*decoyFile, error) {
	const hint = "docs/decoy.md, which has an example with every key"
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxDecoyFile {
		err = fmt.Errorf("%s: more than %d bytes", name, maxDecoyFile)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, usage(err, "a file that can be read")
	}
	f, err := parseDecoyFile(name, string(text))
	if err != nil {
		return nil, usage(err, hint)
	}
	return f, nil
}

// parseDecoyFile reads a file. The error has a line for each thing that is wrong.
func parseDecoyFile(name, text string) (*decoyFile, error) {
	d, top, err := parseTOML(name, text)
	if err != nil {
		return nil, err
	}
	f := newDecoyFile()
	var tap string
	const fastest = 1e9
	d.table("", top, tomlFields{
		"interface": tomlString(&f.iface), "tun": tomlString(&f.tun), "tap": tomlString(&tap), "key": tomlString(&f.key),
		"gateway":   tomlStrings(f.via),
		"only":      tomlStrings(func(s string) error { return f.onlyPeers(s) }),
		"peer-rate": tomlNumber(&f.peerRate, 0, fastest),
		"rate":      tomlNumber(&f.rate, 0, fastest),
		"host": func(v any) error {
			return d.each("host", v, func(path string, m map[string]any) { f.host(d, path, m) })
		},
	})
	if tap != "" && f.tun != "" {
		d.bad("tap", errors.New("tap: there is a tun already"))
	} else if tap != "" {
		f.tun, f.tap = tap, true
	}
	if len(f.hosts) == 0 && len(d.wrong) == 0 {
		d.bad("", errors.New("no [[host]]"))
	}
	return f, d.err()
}

// via reads a gateway; there may be one of each version of IP.
func (f *decoyFile) via(s string) error {
	a, err := netip.ParseAddr(s)
	into := &f.gateway
	if a.Is6() {
		into = &f.gateway6
	}
	switch {
	case err != nil || a.Zone() != "" || a.Is4In6():
		return fmt.Errorf("%q is no address", s)
	case into.IsValid():
		return fmt.Errorf("%q: there is a gateway of that version of IP already", s)
	}
	*into = a
	return nil
}

func (f *decoyFile) onlyPeers(s string) error {
	p, err := prefix(s)
	if err != nil {
		return fmt.Errorf("%q is neither a prefix nor an address", s)
	}
	f.only = append(f.only, p)
	return nil
}

// host reads a [[host]].
func (f *decoyFile) host(d *tomlDoc, path string, values map[string]any) {
	h := decoyHost{doc: d, path: path}
	d.table(path, values, tomlFields{
		"as":         tomlStrings(func(s string) error { h.as = append(h.as, s); return nil }),
		"addr":       tomlAddresses(&h.addrs),
		"also":       tomlAddresses(&h.also),
		"open":       tomlPorts(&h.persona.OpenTCP),
		"closed":     tomlPorts(&h.persona.ClosedTCP),
		"filtered":   tomlPorts(&h.persona.FilteredTCP),
		"closed-udp": tomlPorts(&h.persona.ClosedUDP),
		"mac":        tomlStrings(func(s string) (err error) { h.mac, err = parseHardware(s); return err }),
		"hops":       tomlCount(&h.hops, decoy.MaxHops),
		"delay":      tomlTime(&h.persona.Delay),
		"jitter":     tomlTime(&h.jitter),
		"loss":       tomlNumber(&h.loss, 0, 0.99),
		"name":       tomlString(&h.name),
		"services":   tomlStrings(h.usual),
		"service": func(v any) error {
			return d.each(path+".service", v, func(path string, m map[string]any) { h.service(d, path, m) })
		},
	})
	for _, key := range []string{"as", "addr"} {
		if _, there := values[key]; !there {
			d.bad(path, fmt.Errorf("a host without %q", key))
		}
	}
	f.hosts = append(f.hosts, h)
}

func tomlAddresses(into *[]decoy.Range) func(any) error {
	return tomlStrings(func(s string) error {
		r, err := decoyAddresses(s)
		*into = append(*into, r...)
		return err
	})
}
