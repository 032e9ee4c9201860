package decoy

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"whorl/persona"
)

// The PROXY protocol tells a program behind a relay who the visitor is and what he asked for
// (HAProxy, "The PROXY protocol, versions 1 and 2", sections 2.1 and 2.2).

// proxySignature begins version 2.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// proxyHeader is what a backend is told of a visit before anything else; nil: nothing. Numbers
// of version 2 are big-endian.
func proxyHeader(v *persona.Visit) []byte {
	from, to := v.Peer.Addr().Unmap(), v.Local.Addr().Unmap()
	switch {
	case v.Header == persona.ProxyV1:
		family := "TCP4"
		if from.Is6() {
			family = "TCP6"
		}
		return fmt.Appendf(nil, "PROXY %s %s %s %d %d\r\n", family, from.WithZone(""), to.WithZone(""), v.Peer.Port(), v.Local.Port())
	case v.Header == persona.ProxyV2:
		const (
			proxied = 0x21 // version 2, for somebody else
			tcp4    = 0x11
			tcp6    = 0x21
		)
		family := byte(tcp4)
		if from.Is6() {
			family = tcp6
		}
		b := append([]byte(proxySignature), proxied, family)
		b = binary.BigEndian.AppendUint16(b, uint16(2*addrLen(from)+4)) // bytes that follow
		b = append(append(b, from.AsSlice()...), to.AsSlice()...)
		b = binary.BigEndian.AppendUint16(b, v.Peer.Port())
		return binary.BigEndian.AppendUint16(b, v.Local.Port())
	}
	return nil
}

// addrLen is how many bytes an address has.
func addrLen(a netip.Addr) int { return a.BitLen() / 8 }
