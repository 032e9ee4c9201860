package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"whorl/packet"
)

// changes are what paths, taps and tools do to a capture, what must stay then, and how many
// of some 430 addresses with a name may lose it.
var changes = []struct {
	name   string
	change func(recording) recording
	stays  law
	lost   int
}{
	{"checksums of zero", func(r recording) recording { return r.checksums(0) }, everything, 0},
	{"wrong checksums", func(r recording) recording { return r.checksums(0x55) }, everything, 0},
	{"cut after the headers", recording.headersAlone, theName, 0},
	{"every packet twice", func(r recording) recording { return r.again(20*time.Microsecond, every) }, theName, 0},
	{"every packet again behind a router", behindRouter, theName, 0},
	{"two years later", func(r recording) recording { return r.shifted(2 * 365 * 24 * time.Hour) }, everything, 0},
	{"in 1970", func(r recording) recording { return r.shifted(-r[0].at.Sub(time.Unix(1, 0))) }, everything, 0},
	{"all at one time", func(r recording) recording { return r.timed(func(time.Time) time.Time { return time.Unix(1, 0) }) }, theFamily, 0},
	{"1 hop further", func(r recording) recording { return r.further(1) }, theName, 0},
	{"5 hops further", func(r recording) recording { return r.further(5) }, theName, 0},
	{"10 hops further", func(r recording) recording { return r.further(10) }, theFamily, 5},
	{"20 hops further", func(r recording) recording { return r.further(20) }, theFamily, 20},
	{"DSCP set", func(r recording) recording { return r.each((*segment).setDSCP) }, theName, 0},
	{"SYNs again after a second", func(r recording) recording { return r.again(time.Second, (*segment).begins) }, theFamily, 0},
	{"SYN-ACKs again after a second", func(r recording) recording { return r.again(time.Second, (*segment).accepts) }, theFamily, 2},
	{"disordered by 10 ms", recording.disordered, theFamily, 2},
	{"without SYNs", func(r recording) recording { return r.without((*segment).begins) }, theFamily, 5},
	{"without SYN-ACKs", func(r recording) recording { return r.without((*segment).accepts) }, theFamily, 0},
	{"one direction", func(r recording) recording { return r.without((*segment).fromHigh) }, theFamily, 2},
	{"the second half", func(r recording) recording { return slices.Clone(r[len(r)/2:]) }, theFamily, 2},
	{"MSS at most 1360", func(r recording) recording { return r.each(func(s *segment) { s.clamp(1360) }) }, theFamily, 5},
	{"MSS at most 1220", func(r recording) recording { return r.each(func(s *segment) { s.clamp(1220) }) }, theFamily, 5},
	{"DF cleared", func(r recording) recording { return r.each((*segment).clearDF) }, theFamily, 90},
	{"IP IDs drawn anew", func(r recording) recording { return r.each((*segment).newID) }, theFamily, 80},
	{"ECN cleared", func(r recording) recording { return r.each((*segment).clearECN) }, theFamily, 0},
	{"timestamps taken out", func(r recording) recording { return r.each(func(s *segment) { s.blank(packet.OptTimestamp) }) }, theFamily, 190},
	{"scale taken out", func(r recording) recording { return r.each(func(s *segment) { s.blank(packet.OptWScale) }) }, theFamily, 400},
	{"SACK taken out", func(r recording) recording { return r.each(func(s *segment) { s.blank(packet.OptSACKOK) }) }, theFamily, 190},
}

func every(*segment) bool { return true }

func (s *segment) begins() bool  { return s.syn && !s.answer }
func (s *segment) accepts() bool { return s.answer }

// fromHigh reports whether the sender has the higher address of the two.
func (s *segment) fromHigh() bool {
	at, n := 12, 4
	if s.version == 6 {
		at, n = 8, 16
	}
	return bytes.Compare(s.ip[at:at+n], s.ip[at+n:at+2*n]) > 0
}

func (s *segment) setDSCP() {
	if s.version == 4 {
		s.ip[1] = 0x28 | s.ip[1]&3
	}
}

// clearDF lets the packet be fragmented, and gives it an ID if it has none, as it needs one
// then.
func (s *segment) clearDF() {
	if s.version == 6 {
		return
	}
	s.ip[6] &^= 0x40
	if s.ip[4]|s.ip[5] == 0 {
		s.newID()
	}
}

// newID gives the packet an IP ID that follows from its TCP header.
func (s *segment) newID() {
	if s.version == 4 {
		sum := packet.Checksum(s.tcp[:16])
		binary.BigEndian.PutUint16(s.ip[4:], sum|1)
	}
}

func (s *segment) clearECN() {
	if s.version == 4 {
		s.ip[1] &^= 3
	}
	if s.syn {
		s.tcp[13] &^= 0xc0
	}
}

// clamp lowers the MSS, as tunnels do.
func (s *segment) clamp(most uint16) {
	s.option(packet.OptMSS, func(o []byte) {
		if len(o) == 4 {
			binary.BigEndian.PutUint16(o[2:], min(most, binary.BigEndian.Uint16(o[2:])))
		}
	})
}

// blank overwrites an option of a handshake with NOPs, as firewalls do.
func (s *segment) blank(kind byte) {
	if !s.syn {
		return
	}
	s.option(kind, func(o []byte) {
		for i := range o {
			o[i] = packet.OptNOP
		}
	})
}

// option hands over the bytes of an option of a SYN or SYN-ACK.
func (s *segment) option(kind byte, change func([]byte)) {
	if !s.syn {
		return
	}
	rest := s.tcp[20:min(int(s.tcp[12]>>4)*4, len(s.tcp))]
	for len(rest) > 0 {
		o, more, ok := packet.NextOption(rest)
		if !ok {
			return
		}
		if o.Kind == kind {
			change(rest[:len(rest)-len(more)])
			return
		}
		rest = more
	}
}

func (r recording) checksums(value byte) recording {
	return r.each(func(s *segment) {
		for _, c := range s.checksums() {
			c[0], c[1] = value, value
		}
	})
}

// headersAlone cuts the data off, as a short snap length does; lengths in headers stay.
func (r recording) headersAlone() (out recording) {
	for _, x := range r {
		if s, ok := segmentOf(x.ip); ok && !s.syn {
			x.ip = x.ip[:len(x.ip)-len(s.tcp)+min(int(s.tcp[12]>>4)*4, len(s.tcp))]
		}
		out = append(out, x)
	}
	return out
}

func (r recording) shifted(by time.Duration) recording {
	return r.timed(func(at time.Time) time.Time { return at.Add(by) })
}

func (r recording) timed(change func(time.Time) time.Time) (out recording) {
	for _, x := range r {
		out = append(out, record{x.ip, change(x.at)})
	}
	return out
}

func (r recording) further(hops byte) recording {
	return r.each(func(s *segment) { *s.ttl() -= min(hops, *s.ttl()-1) })
}

// behindRouter is a tap on both sides of a router.
func behindRouter(r recording) recording {
	far := r.further(1)
	for i := range far {
		far[i].at = far[i].at.Add(50 * time.Microsecond)
	}
	return append(slices.Clone(r), far...).sorted()
}

// disordered has packets up to 9 ms late in the file, with their own times: as the queues of
// a network card deliver them.
func (r recording) disordered() recording {
	type late struct {
		record
		until time.Time
	}
	var all []late
	for i, x := range r {
		all = append(all, late{x, x.at.Add(time.Duration(i*7%10) * time.Millisecond)})
	}
	slices.SortStableFunc(all, func(a, b late) int { return a.until.Compare(b.until) })
	var out recording
	for _, x := range all {
		out = append(out, x.record)
	}
	return out
}
