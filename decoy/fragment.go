package decoy

import (
	"encoding/binary"

	"whorl/packet"
)

// MTUs in bytes: of an Ethernet, and the least that there is (RFC 791 section 3.2).
const (
	usualMTU = 1500
	leastMTU = 68
)

// fragments cuts a frame with an IPv4 packet without options, whose header begins at that byte,
// into fragments that fit the MTU (RFC 791 section 3.2). None of them forbids that.
func fragments(frame []byte, at, mtu int) (out [][]byte) {
	const header = 20
	most := (mtu - header) &^ 7
	data := frame[at+header:]
	for from := 0; from < len(data); from += most {
		n := min(most, len(data)-from)
		f := append(append(make([]byte, 0, at+header+n), frame[:at+header]...), data[from:from+n]...)
		ip := f[at:]
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		place := uint16(from / 8)
		if from+n < len(data) {
			place |= 0x2000 // more fragments
		}
		binary.BigEndian.PutUint16(ip[6:], place)
		ip[10], ip[11] = 0, 0
		binary.BigEndian.PutUint16(ip[10:], packet.Checksum(ip[:header]))
		out = append(out, f)
	}
	return out
}
