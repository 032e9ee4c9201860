package seek

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/method"
	"whorl/packet"
)

var (
	us     = netip.MustParseAddr("192.0.2.1")
	them   = netip.MustParseAddr("192.0.2.2")
	router = netip.MustParseAddr("192.0.2.254")
	six    = strings.NewReplacer("192.0.2.", "2001:db8::") // the same over IPv6
	epoch  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

const ms = time.Millisecond

// host answers by port. Ports that are not named are silent.
type host struct {
	open, closed, forged, errors []uint16
	rest                         string // "closed" or "" for ports not named
	echo                         bool
	six                          bool                                 // over IPv6
	from                         netip.Addr                           // who sends errors
	lose                         func(q *packet.Packet, nth int) bool // of packets to the same port and of the same kind
	bend                         func(q, r *packet.Packet)            // changes answers
	delay                        func(q *packet.Packet) time.Duration // instead of 1.2 ms
	seen                         map[string]int
}

// at is an address in the family of the host.
func (h *host) at(a netip.Addr) netip.Addr {
	if h.six {
		return netip.MustParseAddr(six.Replace(a.String()))
	}
	return a
}

func (h *host) answer(q *packet.Packet) *packet.Packet {
	key := fmt.Sprint(q.Transport, q.TCP.DstPort, q.TCP.Flags)
	if h.seen == nil {
		h.seen = map[string]int{}
	}
	h.seen[key]++
	if h.lose != nil && h.lose(q, h.seen[key]) {
		return nil
	}
	r := &packet.Packet{Network: q.Network, Src: q.Dst, Dst: q.Src, TTL: 64, Transport: q.Transport}
	port := q.TCP.DstPort
	kinds, prohibited, quoted := &icmp[q.Network], uint8(13), 28 // what RFC 792 asks for
	if h.six {
		prohibited, quoted = 1, 48
	}
	switch {
	case q.Transport == kinds.transport:
		r.ICMP = q.ICMP
		r.ICMP.Type = kinds.reply
		if !h.echo {
			return nil
		}
	case slices.Contains(h.errors, port):
		r.Src, r.Transport = h.at(h.from), kinds.transport
		r.ICMP = packet.ICMPHeader{Type: kinds.unreachable, Code: prohibited}
		raw, _ := q.Append(nil)
		r.Payload = raw[:quoted]
	case slices.Contains(h.open, port), slices.Contains(h.closed, port), slices.Contains(h.forged, port), h.rest == "closed":
		if slices.Contains(h.forged, port) {
			r.TTL = 60
		}
		r.TCP = packet.TCPHeader{SrcPort: port, DstPort: q.TCP.SrcPort, Seq: 5, Ack: q.TCP.Seq + 1, Flags: packet.SYN | packet.ACK}
		if !slices.Contains(h.open, port) {
			r.TCP.Seq, r.TCP.Flags = 0, packet.RST|packet.ACK
		}
		if q.TCP.Flags.Has(packet.ACK) {
			r.TCP.Seq, r.TCP.Ack, r.TCP.Flags = q.TCP.Ack, 0, packet.RST
		}
	default:
		return nil
	}
	if h.bend != nil {
		h.bend(q, r)
	}
	return r
}

// search is a finished run.
type search struct {
	*Machine
	sent []string // what left, as "SYN 443", in order
	at   []time.Duration
	most int // probes under way at once that were not answered in the end
	took time.Duration
}

// run drives a machine in virtual time.
func run(t testing.TB, h *host, o Options) *search {
	t.Helper()
	type arrival struct {
		at time.Time
		p  *packet.Packet
	}
	s := &search{Machine: NewMachine(h.at(them), method.Key{3}.Stream(h.at(them), "seek"), o)}
	now, due := epoch, []arrival{}
	var out method.Outbox
	for range 2_000_000 {
		out.Reset()
		wake := s.Poll(now, &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			q.Src, q.Link = h.at(us), packet.Raw
			s.Sent(tag, now)
			s.sent = append(s.sent, describe(q))
			s.at = append(s.at, now.Sub(epoch))
			if r := h.answer(q); r != nil {
				after := 1200 * time.Microsecond
				if h.delay != nil {
					after = h.delay(q)
				}
				due = append(due, arrival{now.Add(after), r})
				slices.SortStableFunc(due, func(a, b arrival) int { return a.at.Compare(b.at) })
			}
		}
		s.most = max(s.most, len(s.active))
		if wake.IsZero() {
			s.took = now.Sub(epoch)
			return s
		}
		if len(due) > 0 && !due[0].at.After(wake) {
			now = due[0].at
			s.Receive(due[0].p, now)
			due = due[1:]
		} else if wake.After(now) {
			now = wake
		}
	}
	t.Fatal("the search does not end")
	return nil
}

func describe(q *packet.Packet) string {
	switch {
	case q.Transport != packet.TCP:
		return "echo"
	case q.TCP.Flags == packet.ACK:
		return fmt.Sprint("ACK ", q.TCP.DstPort)
	}
	return fmt.Sprint("SYN ", q.TCP.DstPort)
}
