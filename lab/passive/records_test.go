package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// record is one IP packet of a capture, without the header of its link.
type record struct {
	ip []byte
	at time.Time
}

// recording is a capture in the order in which it was written.
type recording []record

// recordings are all labelled captures by name, without UDP.
func recordings(t *testing.T, dir string) map[string]recording {
	t.Helper()
	out := map[string]recording{}
	for _, name := range []string{labelsFile, boxesFile} {
		labels, err := readLabels(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range labels {
			if out[l.capture] == nil {
				out[l.capture] = readRecording(t, filepath.Join(dir, l.capture))
			}
		}
	}
	return out
}

// keptBytes is how much of a packet is kept: all headers, and the beginning of what it says.
const keptBytes = 200

func readRecording(t *testing.T, name string) (out recording) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var p packet.Packet
	for {
		frame, link, at, err := r.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p.Skim(link, frame)
		if ip := ipOf(&p, frame); ip != nil && p.Transport != packet.UDP {
			out = append(out, record{bytes.Clone(ip[:min(len(ip), keptBytes)]), at})
		}
	}
}

// ipOf is the IP packet in a frame, without what pads the frame; nil if there is none, or
// only a part of one that is not the first.
func ipOf(p *packet.Packet, frame []byte) []byte {
	var begin []byte
	at, length := 12, int(p.IPv4.TotalLen)
	switch {
	case p.Transport == packet.Fragment, p.Odd.Has(packet.OddShort), p.Odd.Has(packet.OddIPHeader):
		return nil
	case p.Network == packet.IPv4:
		begin = append(p.Src.AsSlice(), p.Dst.AsSlice()...)
	case p.Network == packet.IPv6:
		begin, at = append(p.Src.AsSlice(), p.Dst.AsSlice()...), 8
	default:
		return nil
	}
	i := bytes.Index(frame, begin) - at
	if i < 0 {
		return nil
	}
	ip := frame[i:]
	if p.Network == packet.IPv6 {
		length = 40 + int(binary.BigEndian.Uint16(ip[4:]))
	}
	if length == 0 { // segmented by the network card later
		return ip
	}
	return ip[:min(length, len(ip))]
}

// segment is a TCP segment in an IP packet, to look at and to change.
type segment struct {
	version int
	ip, tcp []byte
	syn     bool
	answer  bool // a SYN-ACK
}

// segmentOf finds the TCP header. ok is false if there is none.
func segmentOf(ip []byte) (s segment, ok bool) {
	var p packet.Packet
	p.Skim(packet.Raw, ip)
	if p.Transport != packet.TCP {
		return s, false
	}
	s = segment{4, ip, nil, p.TCP.Flags.Has(packet.SYN), p.TCP.Flags.Has(packet.SYN | packet.ACK)}
	at := 0
	if p.Network == packet.IPv6 {
		s.version, at = 6, 40+len(p.IPv6.Extensions)
	} else {
		at = 20 + len(p.IPv4.Options)
	}
	s.tcp = ip[at:]
	return s, true
}

// ttl is where the TTL or hop limit is.
func (s *segment) ttl() *byte {
	if s.version == 4 {
		return &s.ip[8]
	}
	return &s.ip[7]
}

// checksums are where those of IPv4 and of TCP are.
func (s *segment) checksums() (out [][]byte) {
	if s.version == 4 {
		out = append(out, s.ip[10:12])
	}
	return append(out, s.tcp[16:18])
}

// valid is a recording with the right checksums of IPv4, without which routers that add
// labels forward nothing.
func (r recording) valid() recording {
	return r.each(func(s *segment) {
		if s.version == 4 {
			sum := s.checksums()[0]
			sum[0], sum[1] = 0, 0
			binary.BigEndian.PutUint16(sum, packet.Checksum(s.ip[:len(s.ip)-len(s.tcp)]))
		}
	})
}

// each is a recording with something changed on a copy of each TCP segment.
func (r recording) each(change func(*segment)) (out recording) {
	for _, x := range r {
		x.ip = bytes.Clone(x.ip)
		if s, ok := segmentOf(x.ip); ok {
			change(&s)
		}
		out = append(out, x)
	}
	return out
}

// without is a recording without some TCP segments.
func (r recording) without(gone func(*segment) bool) recording {
	return slices.DeleteFunc(slices.Clone(r), func(x record) bool {
		s, ok := segmentOf(x.ip)
		return ok && gone(&s)
	})
}

// again is a recording in which some TCP segments come again later.
func (r recording) again(later time.Duration, which func(*segment) bool) recording {
	out := slices.Clone(r)
	for _, x := range r {
		if s, ok := segmentOf(x.ip); ok && which(&s) {
			out = append(out, record{x.ip, x.at.Add(later)})
		}
	}
	return out.sorted()
}

// sorted is a recording in the order of its times.
func (r recording) sorted() recording {
	slices.SortStableFunc(r, func(a, b record) int { return a.at.Compare(b.at) })
	return r
}

// strangers are other addresses for those of recordings, one each.
type strangers map[stranger]netip.Addr

type stranger struct {
	recording string
	addr      netip.Addr
}

// in are the other addresses of one recording.
func (s strangers) in(name string) masks { return masks{s, name} }

type masks struct {
	all  strangers
	name string
}

// of is the other address; one that is no host's stays.
func (m masks) of(a netip.Addr) netip.Addr {
	if a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return a
	}
	who := stranger{m.name, a}
	if _, ok := m.all[who]; !ok {
		n := len(m.all) + 1
		m.all[who] = netip.AddrFrom16([16]byte{0: 0x2a, 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)})
		if a.Is4() {
			m.all[who] = netip.AddrFrom4([4]byte{1, byte(n >> 16), byte(n >> 8), byte(n)})
		}
	}
	return m.all[who]
}

// move gives all packets of a recording their other addresses, and leaves checksums as they
// were: anonymisers do.
func (m masks) move(r recording) (out recording) {
	for _, x := range r {
		x.ip = bytes.Clone(x.ip)
		at, n := 12, 4
		if x.ip[0]>>4 == 6 {
			at, n = 8, 16
		}
		for i := range 2 {
			b := x.ip[at+i*n:][:n]
			a, _ := netip.AddrFromSlice(b)
			copy(b, m.of(a).AsSlice())
		}
		out = append(out, x)
	}
	return out
}
