package main

import (
	"bytes"
	"encoding/binary"
	"time"

	"whorl/packet"
)

// Tools that watch a host repeat itself, and clients that only look like them.

// watched is how long they look on: four repetitions of a SYN-ACK come within 15 s.
const watched = 16 * time.Second

// snacktime sends one SYN with an MSS alone and is silent.
func snacktime(w *wire) error {
	return w.halfOpen(w.tcp(10001, w.open, packet.SYN, 5840, 2, 4, 5, 0xb4))
}

// ja4tscan sends zmap's SYN with options and the time of day as its timestamp.
func ja4tscan(w *wire) error {
	options := append([]byte{2, 4, 5, 0xb4, 3, 3, 7, 4, 2, 8, 10}, binary.BigEndian.AppendUint32(nil, uint32(time.Now().Unix()))...)
	p := w.tcp(10002, w.open, packet.SYN, 65535, append(options, 0, 0, 0, 0, 0)...)
	p.TTL, p.IPv4.ID, p.IPv4.DF = 255, 54321, false
	return w.halfOpen(p)
}

func (w *wire) halfOpen(p packet.Packet) error {
	return w.silently(p.TCP.SrcPort, func() error {
		p.TCP.Seq = w.rng.Uint32()
		if err := w.send(p); err != nil {
			return err
		}
		return w.wait(watched)
	})
}

// ring fetches a page and acknowledges all of it but the FIN.
func ring(w *wire) error {
	return w.fetch(10003, func(p *packet.Packet) uint32 { return p.TCP.Seq + uint32(len(p.Payload)) })
}

// vanish asks for a page and is gone, as a client whose line breaks.
func vanish(w *wire) error { return w.fetch(10004, nil) }

// fetch asks for a page. ack is what is acknowledged of a segment with data; nil: nothing.
func (w *wire) fetch(port uint16, ack func(*packet.Packet) uint32) error {
	return w.silently(port, func() error {
		p := w.tcp(port, w.open, packet.SYN, 64240, 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 0)
		p.TCP.Seq = w.rng.Uint32()
		if err := w.send(p); err != nil {
			return err
		}
		asked := false
		return w.hear(port, watched, func(in *packet.Packet) (bool, error) {
			out := w.tcp(port, w.open, packet.ACK, 502)
			out.TCP.Seq, out.TCP.Ack = p.TCP.Seq+1, in.TCP.Seq+1
			switch {
			case in.TCP.Flags.Has(packet.SYN) && asked:
				return false, nil
			case in.TCP.Flags.Has(packet.SYN):
				asked = true
				if err := w.send(out); err != nil {
					return true, err
				}
				out.TCP.Flags |= packet.PSH
				out.Payload = []byte(request)
				return false, w.send(out)
			case ack == nil || len(in.Payload) == 0:
				return false, nil
			}
			out.TCP.Seq += uint32(len(request))
			out.TCP.Ack = ack(in)
			return false, w.send(out)
		})
	})
}

const request = "GET / HTTP/1.0\r\nHost: lab\r\n\r\n"

// spoofed sends a SYN in the name of an address that nobody has.
func spoofed(w *wire) error {
	p := w.tcp(10005, w.open, packet.SYN, 64240, 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7)
	p.Src = w.route.Src.Next().Next().Next()
	if err := w.send(p); err != nil {
		return err
	}
	return w.wait(watched)
}

// healthCheck looks whether a port is open and resets, as load balancers do.
func healthCheck(w *wire) error {
	for i := range uint16(8) {
		p := w.tcp(32800+i, w.open, packet.SYN, 64240, 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7)
		p.TCP.Seq = w.rng.Uint32()
		if err := w.each(time.Second, p); err != nil { // the kernel resets what it does not know
			return err
		}
	}
	return nil
}

// plainC sends datagrams of the wrong lengths for U1.
func plainC(w *wire) error {
	return w.each(100*time.Millisecond, w.udp(40000, w.closed, fill('C', 299)), w.udp(40001, w.closed, fill('C', 200)))
}

// mdnsC sends one of the right length that nothing else goes with.
func mdnsC(w *wire) error { return w.each(time.Second, w.udp(5353, 5353, fill('C', 300))) }

func fill(c byte, n int) []byte { return bytes.Repeat([]byte{c}, n) }
