package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// burst is how often frames are handed over: what is due since the last time, but no more than
// is due in catchUp, so that a rate out of reach ends in time.
const (
	burst   = time.Millisecond
	catchUp = 20 * time.Millisecond
)

// Places in an Ethernet frame of TCP over IPv4 without options.
const (
	atSource      = 14 + 20
	atDestination = atSource + 2
	atFlags       = atSource + 13
	atChecksum    = atSource + 16
)

// send puts the packets on an interface, so many a second.
func send(o options) error {
	frames, err := frames(o)
	if err != nil {
		return err
	}
	all, err := link.Interfaces()
	if err != nil {
		return err
	}
	n := slices.IndexFunc(all, func(i link.Interface) bool { return i.Name == o.to })
	if n < 0 {
		return fmt.Errorf("there is no interface %q", o.to)
	}
	conn, err := afpacket.Open(afpacket.Options{Route: all[n].Route()})
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &sender{conn: conn, frames: frames}
	begin := time.Now()
	for passed := time.Duration(0); passed < o.last; passed = time.Since(begin) {
		due := int(passed.Seconds()*float64(o.rate)) - s.sent
		most := max(int(catchUp.Seconds()*float64(o.rate)), 1)
		if err := s.send(min(due, most)); err != nil {
			return err
		}
		if due < most {
			time.Sleep(burst)
		}
	}
	took := time.Since(begin)
	fmt.Printf("%d %d %d %.0f\n", s.sent, s.syns, s.answers, float64(s.sent)/took.Seconds())
	return nil
}

// frames are all packets as they go over an Ethernet.
func frames(o options) (out [][]byte, err error) {
	err = generate(o, func(p *packet.Packet) error {
		b, err := p.Append(nil)
		out = append(out, b)
		return err
	})
	return out, err
}

// sender sends frames in a circle.
type sender struct {
	conn   *afpacket.Conn
	frames [][]byte
	next   int
	times  []time.Time

	sent, syns, answers int
}

// send sends the next n frames.
func (s *sender) send(n int) error {
	for n > 0 {
		k := min(n, len(s.frames)-s.next)
		s.times = slices.Grow(s.times[:0], k)[:k]
		now := s.frames[s.next:][:k]
		went, err := s.conn.SendBatch(now, s.times)
		lost := errors.Is(err, unix.ENOBUFS) // the far end is full: as if the frame had not been
		if err != nil && !lost {
			return err
		}
		now = now[:went]
		for _, f := range now {
			s.count(f)
			anew(f)
		}
		s.sent, s.next = s.sent+went, s.next+went
		n -= went
		if lost {
			anew(s.frames[s.next])
			s.next++
			n = 0
		}
		s.next %= len(s.frames)
	}
	return nil
}

func (s *sender) count(f []byte) {
	switch packet.Flags(f[atFlags]) & (packet.SYN | packet.ACK) {
	case packet.SYN:
		s.syns++
	case packet.SYN | packet.ACK:
		s.answers++
	}
}

// anew gives the client of a frame its next port, so that the connection is another one in
// the next round, and mends the checksum (RFC 1624).
func anew(f []byte) {
	at := atSource
	if binary.BigEndian.Uint16(f[atSource:]) == serverPort {
		at = atDestination
	}
	was := binary.BigEndian.Uint16(f[at:])
	is := was + 1
	if is == 0 {
		is = 1024
	}
	binary.BigEndian.PutUint16(f[at:], is)
	sum := uint32(^binary.BigEndian.Uint16(f[atChecksum:])) + uint32(^was) + uint32(is)
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	binary.BigEndian.PutUint16(f[atChecksum:], ^uint16(sum))
}
