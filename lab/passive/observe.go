package main

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"

	"whorl/link/pcapfile"
	"whorl/method/syn"
	"whorl/packet"
)

// sighting is one kind of packet of a host.
type sighting struct {
	syn.Signature
	syn.Offer
}

// host is an address in one of its roles.
type host struct {
	addr netip.Addr
	role role
}

// observed are how often each host showed what.
type observed map[host]map[sighting]int

// flow is a connection, seen from the client.
type flow struct{ client, server netip.AddrPort }

// observe reads the handshakes of a capture. A capture that is cut off counts as far as it
// goes. skipped are the records that the reader or the decoder does not understand.
func observe(dir, name string) (out observed, skipped []pcapfile.Skip, err error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		return nil, nil, err
	}
	out = observed{}
	syns := map[flow]syn.Offer{}
	var p packet.Packet
	for {
		frame, link, _, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return out, r.Skipped(), err
			}
			return out, r.Skipped(), nil
		}
		p.Decode(link, frame)
		if s, ok := syn.From(&p); ok {
			out.add(&p, s, syns)
		}
	}
}

func (o observed) add(p *packet.Packet, s syn.Signature, syns map[flow]syn.Offer) {
	from, to := netip.AddrPortFrom(p.Src, p.TCP.SrcPort), netip.AddrPortFrom(p.Dst, p.TCP.DstPort)
	h, seen := host{p.Src, client}, sighting{Signature: s}
	if s.Answer {
		h.role, seen.Offer = server, syns[flow{to, from}]
	} else {
		syns[flow{from, to}] = s.Offer()
	}
	if o[h] == nil {
		o[h] = map[sighting]int{}
	}
	o[h][seen]++
}
