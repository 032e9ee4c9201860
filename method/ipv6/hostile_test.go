package ipv6

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl/method/methodtest"
	"whorl/packet"
)

// FuzzReceive: whatever answers a probe is kept, measured, written and read again.
func FuzzReceive(f *testing.F) {
	e := exchange(f, linux)
	for p := range O1 {
		if r := e.Slots[p].Reply; r != nil {
			f.Add(byte(p), r.Packet)
			f.Add(byte(TECN), r.Packet)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, raw []byte) {
		e := *e
		var p packet.Packet
		p.Decode(packet.IPv6Only, raw)
		e.classify(&p)
		if p.Network != packet.IPv6 {
			return
		}
		slot := &e.Slots[which%byte(NumProbes)]
		slot.Sends, slot.Reply = 1, newReply(&p, methodtest.Epoch)
		if n := len(slot.Reply.Packet); n > MaxPacket {
			t.Errorf("%d bytes are kept", n)
		}
		print := e.Print()
		got, err := Parse(print.String())
		if err != nil {
			t.Fatalf("%v: %s", err, print)
		}
		if d := cmp.Diff(print.Tests, got.Tests); d != "" {
			t.Fatal(d)
		}
		if back, err := Parse(print.Nmap()); err != nil || len(back.Tests) == 0 {
			t.Fatalf("%v: %s", err, print.Nmap())
		}
	})
}
