package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"whorl/osdb"
	"whorl/persona"
)

// speech is a service in the words that a system comes with.
type speech struct {
	protocol string
	port     uint16
}

// usualPorts are where services are when nothing is said.
var usualPorts = map[string]uint16{"ssh": 22, "http": 80, "ftp": 21, "smtp": 25, "telnet": 23, "smb": 445}

// usual reads NAME or NAME:PORT, or PORT=BACKEND.
func (h *decoyHost) usual(text string) error {
	if strings.Contains(text, "=") {
		return h.backend(text)
	}
	name, number, given := strings.Cut(text, ":")
	port := usualPorts[name]
	if !slices.Contains(persona.Protocols, name) {
		return fmt.Errorf("%q: no service is called so; there are %s", text, strings.Join(persona.Protocols, ", "))
	}
	if given {
		var err error
		if port, err = parsePort(number); err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
	}
	h.speaks = append(h.speaks, speech{name, port})
	h.persona.OpenTCP = append(h.persona.OpenTCP, port) // also where no words are known
	return nil
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no port", text)
	}
	return uint16(n), nil
}

// services gives each address its own; nil if there are none.
func (h *decoyHost) services() func(*osdb.Entry, netip.Addr) []persona.Service {
	if len(h.speaks) == 0 {
		return nil
	}
	return func(e *osdb.Entry, addr netip.Addr) (out []persona.Service) {
		name := h.name
		if name == "" {
			name = "host" + lastPart(addr)
		}
		for _, s := range h.speaks {
			if service, ok := persona.Usual(s.protocol, s.port, e, name); ok {
				out = append(out, service)
			}
		}
		return out
	}
}

// lastPart is what an address ends in: 7 of 192.0.2.7, 1f of 2001:db8::1f.
func lastPart(addr netip.Addr) string {
	all := addr.AsSlice()
	if addr.Is4() {
		return strconv.Itoa(int(all[3]))
	}
	return fmt.Sprintf("%x", binary.BigEndian.Uint16(all[14:]))
}

// doubts tells what of the services does not go with what a host is, if that is one record.
func (h *decoyHost) doubts(entries []*osdb.Entry) (out []string) {
	if len(entries) != 1 {
		return nil
	}
	e := entries[0]
	for _, s := range h.speaks {
		if _, ok := persona.Usual(s.protocol, s.port, e, ""); !ok {
			out = append(out, fmt.Sprintf("%s: no words of %s are known; port %d is open and says nothing", e.Name, s.protocol, s.port))
		}
	}
	return append(out, persona.Doubts(e, h.persona.Services)...)
}
