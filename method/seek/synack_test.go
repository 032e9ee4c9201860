package seek

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl/packet"
)

// noSYNACK compares results without the packet that a port answered with.
var noSYNACK = cmpopts.IgnoreFields(Result{}, "SYNACK")

// The SYN-ACK of the port that serves is kept as it came but for its data, by a search and
// by its replay, over both versions of IP. That of the sign of life makes way for it.
func TestSYNACK(t *testing.T) {
	options := []byte{packet.OptMSS, 4, 5, 0xb4, packet.OptNOP, packet.OptWScale, 3, 7}
	for _, six := range []bool{false, true} {
		var asked []*packet.Packet
		var answers []*packet.Packet
		h := &host{echo: true, open: []uint16{443, 22}, closed: []uint16{23}, six: six, bend: func(q, r *packet.Packet) {
			if r.TCP.Flags.Has(packet.SYN) {
				r.TTL, r.TCP.Window, r.TCP.Options, r.Payload = 61, 64240, options, []byte("data")
				r.IPv4.DF, r.IPv4.ID = !six, 0
			}
			r.Link = packet.Raw
			asked, answers = append(asked, q.Clone()), append(answers, r)
		}}
		s := run(t, h, Options{TCP: tcpPorts})
		var replay Replay
		for i := range asked {
			replay.Add(asked[i], time.Time{})
			replay.Add(answers[i], time.Time{})
		}
		for name, raw := range map[string][]byte{"search": s.SYNACK, "replay": replay.SYNACK(h.at(them), s.OpenTCP)} {
			var p packet.Packet
			p.Decode(packet.Raw, raw)
			if p.Odd != 0 || p.TTL != 61 || p.TCP.Window != 64240 || !bytes.Equal(p.TCP.Options, options) || len(p.Payload) > 0 ||
				p.Src != h.at(them) || p.TCP.SrcPort != 22 || p.IPv4.DF == six {
				t.Errorf("%s, six %v: %+v", name, six, p)
			}
		}
	}
}
