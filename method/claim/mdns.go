package claim

import (
	"bytes"
	"encoding/binary"
)

// Of DNS messages (RFC 1035 section 4.1, RFC 6762 section 18). Numbers are big endian.
const (
	dnsHeader   = 12
	dnsResponse = 0x80 // of the first byte of the flags
	typeTXT     = 16
	questionLen = 4 // after the name
	recordLen   = 10
	maxRecords  = 64
	maxLabels   = 32
)

// deviceInfo reads the TXT record of _device-info in a response: osxvers, the major
// version of Darwin, or else the model.
func deviceInfo(b []byte) string {
	if len(b) < dnsHeader || b[2]&dnsResponse == 0 {
		return ""
	}
	count := func(n int) int { return int(binary.BigEndian.Uint16(b[4+2*n:])) }
	at := dnsHeader
	for range min(count(0), maxRecords) {
		if _, at = name(b, at); at == 0 || at+questionLen > len(b) {
			return ""
		}
		at += questionLen
	}
	for range min(count(1)+count(2)+count(3), maxRecords) {
		var device bool
		if device, at = name(b, at); at == 0 || at+recordLen > len(b) {
			return ""
		}
		kind, length := binary.BigEndian.Uint16(b[at:]), int(binary.BigEndian.Uint16(b[at+8:]))
		at += recordLen
		if at+length > len(b) {
			return ""
		}
		if device && kind == typeTXT {
			if s := pairs(b[at : at+length]); s != "" {
				return s
			}
		}
		at += length
	}
	return ""
}

// pairs looks osxvers and model up in the strings of a TXT record (RFC 6763 section 6.4).
func pairs(b []byte) string {
	var model []byte
	for len(b) > 0 && int(b[0]) < len(b) {
		s := b[1 : 1+int(b[0])]
		b = b[1+int(b[0]):]
		switch {
		case bytes.HasPrefix(s, []byte("osxvers=")):
			return clean(s)
		case bytes.HasPrefix(s, []byte("model=")):
			model = s
		}
	}
	return clean(model)
}

// name passes a name and tells whether _device-info is a label of it. next is where it
// ends; 0 if it is malformed.
func name(b []byte, at int) (device bool, next int) {
	for range maxLabels {
		if at >= len(b) {
			return false, 0
		}
		switch n := int(b[at]); {
		case n == 0:
			if next == 0 {
				next = at + 1
			}
			return device, next
		case n >= 0xC0 && at+1 < len(b): // a pointer to where the name goes on
			if next == 0 {
				next = at + 2
			}
			at = (n&0x3F)<<8 | int(b[at+1])
		case n < 0x40 && at+1+n <= len(b):
			device = device || string(b[at+1:at+1+n]) == "_device-info"
			at += 1 + n
		default:
			return false, 0
		}
	}
	return false, 0
}
