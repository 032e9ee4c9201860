package decoy

import (
	"encoding/binary"
	"net/netip"

	"whorl/method"
	"whorl/packet"
)

// Hardware says which hardware addresses decoys have. The zero value makes a locally
// administered one for each address (IEEE 802 section 8.4), by the key.
type Hardware struct {
	MAC    packet.MAC // this one, for all
	Vendor [3]byte    // the first half, which belongs to a vendor; the rest is by the key
	Own    bool       // that of the interface; radio links pass no other
}

// mac is the hardware address of a decoy; own is that of the interface.
func (h Hardware) mac(key method.Key, addr netip.Addr, own packet.MAC) (m packet.MAC) {
	switch {
	case h.Own:
		return own
	case !h.MAC.IsZero():
		return h.MAC
	}
	s := key.Stream(addr, "decoy hardware")
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], s.Uint64())
	copy(m[:], b[:])
	m[0] = m[0]&^3 | 2 // one station, locally administered
	if h.Vendor != [3]byte{} {
		copy(m[:], h.Vendor[:])
	}
	return m
}
