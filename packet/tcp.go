package packet

import "encoding/binary"

// TCPHeader is RFC 9293 section 3.1.
type TCPHeader struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Reserved         uint8 // the four bits after the data offset, 0 to 15; RFC 9768 uses the lowest as AE
	Flags            Flags
	Window           uint16 // as on the wire, unscaled
	Checksum         uint16 // as received; Append computes it
	Urgent           uint16
	Options          []byte // raw, padding included
}

// Flags are the eight control bits.
type Flags uint8

// The control bits, in wire order (RFC 9293, RFC 3168).
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// Has reports whether all of f are set.
func (s Flags) Has(f Flags) bool { return s&f == f }

// String gives one letter a flag, in the order C E U A P R S F.
func (s Flags) String() string {
	const letters = "CEUAPRSF"
	var b [8]byte
	n := 0
	for i := range letters {
		if s&(1<<(7-i)) != 0 {
			b[n] = letters[i]
			n++
		}
	}
	return string(b[:n])
}

// TCP option kinds (IANA).
const (
	OptEOL       = 0
	OptNOP       = 1
	OptMSS       = 2
	OptWScale    = 3
	OptSACKOK    = 4
	OptSACK      = 5
	OptTimestamp = 8
	OptMD5       = 19
	OptAO        = 29
	OptFastOpen  = 34
	OptAccECN0   = 172
	OptAccECN1   = 174
)

// Option is one TCP option; Data is its body without kind and length.
type Option struct {
	Kind uint8
	Data []byte
}

// NextOption takes the first option off raw option bytes. EOL and NOP have no
// body; bytes after EOL are returned as further options, since stacks differ in
// what they put there. ok is false at the end and if the option is malformed;
// then rest holds the bytes that could not be read.
func NextOption(raw []byte) (o Option, rest []byte, ok bool) {
	if len(raw) == 0 {
		return o, nil, false
	}
	o.Kind = raw[0]
	if o.Kind == OptEOL || o.Kind == OptNOP {
		return o, raw[1:], true
	}
	if len(raw) < 2 || raw[1] < 2 || int(raw[1]) > len(raw) {
		return o, raw, false
	}
	n := int(raw[1])
	o.Data = raw[2:n]
	return o, raw[n:], true
}

// optionsWellFormed reports whether the options can be read up to EOL or the end.
func optionsWellFormed(raw []byte) bool {
	for len(raw) > 0 {
		o, rest, ok := NextOption(raw)
		if !ok {
			return false
		}
		if o.Kind == OptEOL {
			return true
		}
		raw = rest
	}
	return true
}

// find returns the body of the first option of that kind with n bytes.
func (h *TCPHeader) find(kind uint8, n int) ([]byte, bool) {
	for raw := h.Options; ; {
		o, rest, ok := NextOption(raw)
		if !ok || o.Kind == OptEOL {
			return nil, false
		}
		if o.Kind == kind && len(o.Data) == n {
			return o.Data, true
		}
		raw = rest
	}
}

// MSS is the maximum segment size option in bytes (RFC 9293 section 3.7.1).
func (h *TCPHeader) MSS() (mss uint16, ok bool) {
	d, ok := h.find(OptMSS, 2)
	if !ok {
		return 0, false
	}
	return binary.BigEndian.Uint16(d), true
}

// WScale is the shift of the window scale option (RFC 7323 section 2).
func (h *TCPHeader) WScale() (shift uint8, ok bool) {
	d, ok := h.find(OptWScale, 1)
	if !ok {
		return 0, false
	}
	return d[0], true
}

// SACKPermitted reports whether that option is there (RFC 2018).
func (h *TCPHeader) SACKPermitted() bool { _, ok := h.find(OptSACKOK, 0); return ok }

// Timestamp is the timestamps option (RFC 7323 section 3).
func (h *TCPHeader) Timestamp() (val, ecr uint32, ok bool) {
	d, ok := h.find(OptTimestamp, 8)
	if !ok {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(d), binary.BigEndian.Uint32(d[4:]), true
}
