package packet

// Kinds of IPv6 extension headers: their protocol numbers (IANA, RFC 8200 section 4).
const (
	ExtHopByHop       = 0
	ExtRouting        = 43
	ExtFragment       = 44
	ExtAuthentication = 51
	ExtDestination    = 60
	ExtMobility       = 135
	ExtHIP            = 139
	ExtShim6          = 140
)

// Extension is one IPv6 extension header.
type Extension struct {
	Kind uint8
	Next uint8  // kind or protocol of what follows it
	Data []byte // what follows the bytes of next header and length
}

// NextExtension takes an extension header of that kind off raw bytes, which begin with
// it: the chain of [IPv6Header] begins with its NextHeader. ok is false if there is no
// such kind or the header is cut off; then rest holds the bytes that could not be read.
func NextExtension(kind uint8, raw []byte) (e Extension, rest []byte, ok bool) {
	unit, ok := extensionUnit(kind)
	if !ok || len(raw) < 8 || 8+int(raw[1])*unit > len(raw) {
		return e, raw, false
	}
	n := 8 + int(raw[1])*unit
	return Extension{Kind: kind, Next: raw[0], Data: raw[2:n]}, raw[n:], true
}

// extensionUnit is what the length byte of a kind of extension header counts in, in
// bytes beyond the first 8; 0 if it has none. ok is false of other protocols.
func extensionUnit(kind uint8) (unit int, ok bool) {
	switch kind {
	case ExtHopByHop, ExtRouting, ExtDestination, ExtMobility, ExtHIP, ExtShim6:
		return 8, true
	case ExtAuthentication: // RFC 4302 section 2.2
		return 4, true
	case ExtFragment:
		return 0, true
	}
	return 0, false
}
