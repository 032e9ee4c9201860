package main

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"whorl"
	"whorl/link/pcapfile"
	"whorl/listen"
	"whorl/method/syn"
)

// host is an address in one of its roles.
type host struct {
	addr netip.Addr
	role role
}

// observed is what a capture tells.
type observed struct {
	hosts map[host]*whorl.Host
	shown map[host]map[syn.Sighting]bool
}

// observe listens to a capture. One that is cut off counts as far as it goes. skipped are
// the records that the reader does not understand.
func observe(dir, name string) (out observed, skipped []pcapfile.Skip, err error) {
	out = observed{map[host]*whorl.Host{}, map[host]map[syn.Sighting]bool{}}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return out, nil, err
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		return out, nil, err
	}
	l := listen.New(listen.Options{Handshake: out.show})
	for err == nil {
		frame, link, at, end := r.Next()
		if err = end; err == nil {
			l.Frame(link, frame, at)
		}
	}
	for h := range l.Hosts() {
		out.add(h, host{h.Addr, client})
		out.add(h, host{h.Addr, server})
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return out, r.Skipped(), err
}

// show notes a handshake.
func (o *observed) show(s *listen.Handshake) {
	h := host{s.Client.Addr(), client}
	if s.Sighting.Answer {
		h = host{s.Server.Addr(), server}
	}
	if o.shown[h] == nil {
		o.shown[h] = map[syn.Sighting]bool{}
	}
	o.shown[h][s.Sighting] = true
}

// add keeps what a host shows in one role, and what it shows in any; ICMP messages too.
func (o *observed) add(h *whorl.Host, as host) {
	other := [...]string{client: syn.TestSynAck, server: syn.TestSyn}[as.role]
	part, shown := &whorl.Host{Addr: h.Addr}, false
	for _, seen := range h.Observations {
		test, _, _ := strings.Cut(seen.Print, "(")
		if seen.Method != "syn" && seen.Method != "icmp" || test == other {
			continue
		}
		part.Observations = append(part.Observations, seen)
		shown = shown || test == syn.TestSyn || test == syn.TestSynAck
	}
	if shown {
		o.hosts[as] = part
	}
}
