package main

import (
	"encoding/binary"

	"whorl/packet"
)

// Places in an Ethernet frame of TCP over IPv4 without options.
const (
	atSource      = 14 + 20
	atDestination = atSource + 2
	atFlags       = atSource + 13
	atChecksum    = atSource + 16
)

// frames are all packets as they go over an Ethernet.
func frames(o options) (out [][]byte, err error) {
	err = generate(o, func(p *packet.Packet) error {
		b, err := p.Append(nil)
		out = append(out, b)
		return err
	})
	return out, err
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
