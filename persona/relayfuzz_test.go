package persona_test

import (
	"errors"
	"testing"
	"time"

	"whorl/packet"
)

// pattern are bytes that tell where they stand.
func pattern(from, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((from + i) * 167 >> 3)
	}
	return b
}

// FuzzRelay: whatever a visitor sends and a program does, what each is told is what the other
// said, in order, and in the end nothing is left of the connection.
func FuzzRelay(f *testing.F) {
	f.Add([]byte{0x10, 0, 0, 5, 0x11, 0, 0, 0, 0x14, 0, 0, 0})
	f.Add([]byte{0x10, 0, 0, 200, 0x81, 0, 0, 9, 0x10, 0, 50, 200, 0x82, 0, 0, 1, 0x11, 200, 90, 0})
	f.Add([]byte{0x81, 0, 0, 255, 0x82, 0, 0, 0, 0x10, 0, 1, 9, 0x83, 0, 0, 0})
	f.Add([]byte{0x84, 0, 0, 1, 0x10, 0, 0, 250, 0x10, 250, 0, 250, 0x84, 0, 0, 255, 0x10, 250, 0, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		g := &program{eats: 1 << 20}
		p := newFront(t, func() *program { return g })
		w := newWire(t, p.Persona)
		c := w.dial(5000, 22, linux)
		w.run(time.Second)
		c.mute = true // the script speaks
		seq, ack := c.iss+1, w.heard[0].TCP.Seq+1
		said := 0
		script = script[:min(len(script), 400)]
		for ; len(script) >= 4; script = script[4:] {
			n := int(script[3])
			switch script[0] {
			case 0x81: // the program says something
				if !g.ends {
					g.says = append(g.says, pattern(said, n*16)...)
					said += n * 16
				}
			case 0x82:
				g.ends = true
			case 0x83:
				g.err = errors.New("gone")
			case 0x84: // it reads so fast
				g.eats, g.unread = n, min(g.unread+n<<9, programRoom)
			default:
				q := tcp(packet.Flags(script[0]), 22, "")
				at := int(int8(script[1])) * 8
				q.TCP.SrcPort, q.TCP.Seq, q.TCP.Ack, q.TCP.Window = 5000, seq+uint32(at), ack+uint32(int8(script[2]))*97, uint16(script[2])*64
				q.Payload = pattern(at, n)
				w.give(q)
			}
			w.run(time.Duration(n) * 50 * time.Millisecond)
			if g.visit != nil {
				g.step(w.now)
			}
		}
		for range 1000 {
			g.step(w.now)
			w.run(5 * time.Second)
		}
		if _, half, open := w.p.Remembered(); half+open > 0 || len(w.queue) > 0 || !g.closed {
			t.Errorf("%d half-open and %d open connections and %d events are left; the program is let go: %v", half, open, len(w.queue), g.closed)
		}
		if string(g.heard) != string(pattern(0, len(g.heard))) {
			t.Errorf("the program is told %x", g.heard)
		}
		for _, p := range w.heard {
			from := int(int32(p.TCP.Seq - ack))
			carries := len(p.Payload) > 0 && !p.TCP.Flags.Has(packet.RST) // resets have words of their own
			if p.Odd != 0 || carries && (from < 0 || from+len(p.Payload) > said || string(p.Payload) != string(pattern(from, len(p.Payload)))) {
				t.Fatalf("odd %v: %d bytes at %d, of %d that were said", p.Odd, len(p.Payload), from, said)
			}
		}
	})
}
