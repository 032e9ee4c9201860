package watch

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"whorl/packet"
)

// cut6 makes fragments of a packet over IPv6, behind its hop-by-hop options.
func cut6(frame []byte, size int, id uint32) (out [][]byte) {
	begin, field := header6, 6
	if frame[6] == packet.ExtHopByHop {
		begin, field = begin+8, header6
	}
	body := frame[begin:]
	h := packet.FragmentHeader{Next: frame[field], ID: id}
	for h.Offset < len(body) {
		to := min(h.Offset+size, len(body))
		h.More = to < len(body)
		b := h.Append(append([]byte(nil), frame[:begin]...))
		b[field] = packet.ExtFragment
		b = append(b, body[h.Offset:to]...)
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-header6))
		b = append(b, 0, 0, 0)[: len(b) : len(b)+3] // memory behind the frame is not the frame's
		out = append(out, b)
		h.Offset = to
	}
	return out
}

// Probes over IPv6 in pieces are put together, however the pieces are ordered.
func TestFragments6(t *testing.T) {
	for _, c := range []struct {
		size    int
		reverse bool
	}{{8, false}, {24, true}, {8, true}} {
		var frames [][]byte
		plain, s := newSensor(t, Options{}), newSensor(t, Options{})
		plain.tap = func(frame []byte) { frames = append(frames, slices.Clone(frame)) }
		nmapSix(plain)
		for i, frame := range frames {
			pieces := cut6(frame, c.size, uint32(i))
			if c.reverse {
				slices.Reverse(pieces)
			}
			for _, b := range pieces {
				s.Frame(packet.Raw, b, epoch)
			}
		}
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != "nmap -6 -O" || !slices.Equal(all[0].Evasion, []string{"fragments"}) || s.Counts().Skipped[Fragmented] != 0 {
			t.Errorf("%d bytes, backwards %v: %s %+v", c.size, c.reverse, s.summary(), all)
		}
	}
}

// FuzzFragments6: whatever pieces come, bounds hold, and what is whole is a packet. Each four
// bytes are a piece: its packet, place, length and whether more follow.
func FuzzFragments6(f *testing.F) {
	f.Add([]byte{0, 0, 8, 1, 0, 1, 3, 0})
	f.Add([]byte{1, 1, 8, 0, 1, 0, 8, 1, 1, 0, 8, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		var all fragments
		for ; len(script) >= 4; script = script[4:] {
			h := packet.FragmentHeader{Next: packet.ProtoUDP, Offset: int(script[1]) * 8, More: script[3]&1 != 0, ID: uint32(script[0])}
			p := overIPv6(tcp(1, 2, 0, 0, ""))
			p.Link, p.Transport, p.Payload = packet.Raw, packet.OtherTransport, bytes.Repeat([]byte("x"), int(script[2]))
			p.IPv6.NextHeader, p.IPv6.Extensions = packet.ExtFragment, h.Append(nil)
			if script[3]&2 != 0 {
				p.IPv6.NextHeader, p.IPv6.Extensions = packet.ExtHopByHop, append([]byte{packet.ExtFragment, 0, 1, 4, 0, 0, 0, 0}, p.IPv6.Extensions...)
			}
			frame, err := p.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			var q packet.Packet
			q.Decode(packet.Raw, frame)
			whole, _ := all.add(&q, frame, epoch)
			if len(all.under) > maxDatagrams {
				t.Fatalf("%d packets under way", len(all.under))
			}
			if whole == nil {
				continue
			}
			if q.Decode(packet.Raw, whole); q.Odd.Has(packet.OddFragment) || q.Odd.Has(packet.OddIPLength) || len(whole) > maxHeaders+maxDatagram {
				t.Fatalf("whole: %d bytes, %v", len(whole), q.Odd)
			}
		}
	})
}
