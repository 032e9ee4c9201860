package backoff

import (
	"bytes"
	"encoding/binary"
	"slices"

	"whorl/method"
	"whorl/packet"
)

// Probe is an index into Probes.
type Probe uint8

// The packets of a flow.
const (
	SYN     Probe = iota // opens the flow
	ACK                  // completes the handshake, acknowledges data
	FIN                  // closes our side: the host goes to CLOSE_WAIT
	Request              // makes the server close first
	RST                  // ends the flow
	NumProbes
)

// optsSYN are what hosts of today offer; without them modern stacks answer
// differently and SYN cookies lose options. Over IPv6 the MSS is another, and the timestamp
// is filled in.
var optsSYN = []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x01\x03\x03\x07")

// Places in optsSYN, and the MSS that leaves room for the longer header of IPv6 in 1500 bytes.
const (
	mssAt   = 2
	stampAt = 8
	mss6    = 1440
)

// window is what we offer: open, as a closed one would start the persist timer.
const window = 64240

// Probes are the packets of the method. The array is only read. [Machine] says when
// each leaves; sequence numbers, timestamps and the data of Request are those of the
// flow.
var Probes = [NumProbes]method.Shape{
	SYN:     {Name: "SYN", To: method.ToOpenTCP, Proto: packet.TCP, DF: true, Flags: packet.SYN, Window: window, NoAck: true, Options: optsSYN},
	ACK:     {Name: "ACK", To: method.ToOpenTCP, Proto: packet.TCP, DF: true, Flags: packet.ACK, Window: window},
	FIN:     {Name: "FIN", To: method.ToOpenTCP, Proto: packet.TCP, DF: true, Flags: packet.FIN | packet.ACK, Window: window},
	Request: {Name: "Request", To: method.ToOpenTCP, Proto: packet.TCP, DF: true, Flags: packet.PSH | packet.ACK, Window: window},
	RST:     {Name: "RST", To: method.ToOpenTCP, Proto: packet.TCP, DF: true, Flags: packet.RST, NoAck: true},
}

// DefaultRequest makes the usual server at a port answer and close: QUIT for FTP, SMTP
// and POP3 (RFC 959, 5321, 1939), an HTTP/1.0 request (RFC 1945) for all others, most
// of which close for not understanding it.
func DefaultRequest(port uint16) []byte {
	if slices.Contains([]uint16{21, 25, 110, 587}, port) {
		return []byte("QUIT\r\n")
	}
	return []byte("GET / HTTP/1.0\r\n\r\n")
}

// stampOptions is a timestamps option (RFC 7323 section 3.2).
func stampOptions(value, echo uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{packet.OptNOP, packet.OptNOP, packet.OptTimestamp, 10}, value)
	return binary.BigEndian.AppendUint32(b, echo)
}

// synOptions are optsSYN over a version of IP, with a timestamp.
func synOptions(over packet.Network, value uint32) []byte {
	b := bytes.Clone(optsSYN)
	if over == packet.IPv6 {
		binary.BigEndian.PutUint16(b[mssAt:], mss6)
	}
	binary.BigEndian.PutUint32(b[stampAt:], value)
	return b
}
