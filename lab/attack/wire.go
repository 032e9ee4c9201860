package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// wire sends packets to a target as they are, and hears what comes back.
type wire struct {
	ctx          context.Context
	conn         *afpacket.Conn
	route        link.Route
	target       netip.Addr
	open, closed uint16
	rng          *rand.Rand // the same numbers each time
}

// perform plays a tool that is not installed.
func (s *scene) perform(ctx context.Context, play func(*wire) error) error {
	return s.h.Do(func() error {
		r, err := link.RouteTo(s.h.IP, link.Via{})
		if err != nil {
			return err
		}
		conn, err := afpacket.Open(afpacket.Options{Route: r})
		if err != nil {
			return err
		}
		defer conn.Close()
		w := &wire{ctx: ctx, conn: conn, route: r, target: s.h.IP, closed: s.h.Closed, rng: rand.New(rand.NewPCG(1, 2))}
		if len(s.h.Open) > 0 {
			w.open = s.h.Open[0]
		}
		return play(w)
	})
}

// send puts a packet on the wire. Addresses that are not set are those of this side and of
// the target.
func (w *wire) send(p packet.Packet) error {
	p.Link, p.SrcMAC, p.DstMAC, p.Network = w.route.Link, w.route.SrcMAC, w.route.NextMAC, packet.IPv4
	if !p.Src.IsValid() {
		p.Src = w.route.Src
	}
	if !p.Dst.IsValid() {
		p.Dst = w.target
	}
	frame, err := p.Append(nil)
	if err == nil {
		_, err = w.conn.Send(frame)
	}
	return err
}

// wait lets time pass.
func (w *wire) wait(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// each sends packets one after the other, with a gap after each.
func (w *wire) each(gap time.Duration, packets ...packet.Packet) error {
	for _, p := range packets {
		if err := errors.Join(w.send(p), w.wait(gap)); err != nil {
			return err
		}
	}
	return nil
}

// hear gives segments for a port of ours until f has enough or the time is over.
func (w *wire) hear(port uint16, d time.Duration, f func(*packet.Packet) (enough bool, err error)) error {
	buf := make([]byte, 4096)
	for end := w.conn.Now().Add(d); ; {
		n, _, err := w.conn.Recv(buf, end)
		switch {
		case errors.Is(err, link.ErrTimeout):
			return nil
		case err != nil:
			return err
		case w.ctx.Err() != nil:
			return w.ctx.Err()
		}
		var p packet.Packet
		p.Decode(w.conn.LinkType(), buf[:n])
		if p.Transport != packet.TCP || p.Src != w.target || p.TCP.DstPort != port {
			continue
		}
		if enough, err := f(&p); enough || err != nil {
			return err
		}
	}
}

// silently runs f while the kernel does not answer segments for that port.
func (w *wire) silently(port uint16, f func() error) error {
	quiet, err := afpacket.Silence(netip.AddrPortFrom(w.route.Src, port))
	if err != nil {
		return fmt.Errorf("port %d: %w", port, err)
	}
	return errors.Join(f(), quiet.Close())
}

// tcp is a segment with a TTL of 64, DF and a random IP ID.
func (w *wire) tcp(from, to uint16, flags packet.Flags, window uint16, options ...byte) packet.Packet {
	p := packet.Packet{TTL: 64, Transport: packet.TCP}
	p.IPv4.DF, p.IPv4.ID = true, uint16(1+w.rng.IntN(65535))
	p.TCP.SrcPort, p.TCP.DstPort, p.TCP.Flags, p.TCP.Window, p.TCP.Options = from, to, flags, window, options
	return p
}

// udp is a datagram in the same way.
func (w *wire) udp(from, to uint16, data []byte) packet.Packet {
	p := packet.Packet{TTL: 64, Transport: packet.UDP, Payload: data}
	p.IPv4.ID = uint16(1 + w.rng.IntN(65535))
	p.UDP.SrcPort, p.UDP.DstPort = from, to
	return p
}

// icmp is a message with an identifier and a number.
func (w *wire) icmp(kind, code uint8, id, seq uint16, data []byte) packet.Packet {
	p := packet.Packet{TTL: 64, Transport: packet.ICMP, Payload: data}
	p.IPv4.ID = uint16(1 + w.rng.IntN(65535))
	p.ICMP.Type, p.ICMP.Code, p.ICMP.Rest = kind, code, packet.Echo(id, seq)
	return p
}
