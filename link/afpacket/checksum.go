package afpacket

import (
	"encoding/binary"
	"net/netip"

	"whorl/packet"
)

// complete computes the TCP or UDP checksum of a frame that this machine sent to
// itself or over a virtual link. The kernel leaves it to hardware that never comes,
// and a reader would take the frame for a damaged one. Frames that were cut, or
// whose transport does not follow the IP header, stay as they are.
func complete(t packet.LinkType, frame []byte) {
	ip := network(t, frame)
	var src, dst netip.Addr
	var proto uint8
	var segment []byte
	switch {
	case len(ip) >= 20 && ip[0]>>4 == 4:
		head, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
		if head < 20 || total < head || total > len(ip) {
			return
		}
		src, dst = netip.AddrFrom4([4]byte(ip[12:16])), netip.AddrFrom4([4]byte(ip[16:20]))
		proto, segment = ip[9], ip[head:total]
	case len(ip) >= 40 && ip[0]>>4 == 6:
		n := int(binary.BigEndian.Uint16(ip[4:]))
		if 40+n > len(ip) {
			return
		}
		src, dst = netip.AddrFrom16([16]byte(ip[8:24])), netip.AddrFrom16([16]byte(ip[24:40]))
		proto, segment = ip[6], ip[40:40+n]
	}
	switch {
	case proto == packet.ProtoTCP && len(segment) >= 20:
		put(segment[16:18], src, dst, proto, segment)
	case proto == packet.ProtoUDP && len(segment) >= 8:
		put(segment[6:8], src, dst, proto, segment)
		if segment[6] == 0 && segment[7] == 0 { // zero would mean none (RFC 768)
			segment[6], segment[7] = 0xff, 0xff
		}
	}
}

func put(field []byte, src, dst netip.Addr, proto uint8, segment []byte) {
	field[0], field[1] = 0, 0
	binary.BigEndian.PutUint16(field, packet.TransportChecksum(src, dst, proto, segment))
}

// network is the frame from its network header on.
func network(t packet.LinkType, frame []byte) []byte {
	if t != packet.Ethernet {
		return frame
	}
	at := 12
	for at+2 <= len(frame) {
		switch binary.BigEndian.Uint16(frame[at:]) {
		case packet.EtherTypeVLAN, packet.EtherTypeQinQ:
			at += 4
		default:
			return frame[at+2:]
		}
	}
	return nil
}
