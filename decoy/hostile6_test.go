package decoy

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/osdb"
	"whorl/packet"
)

// hostile is packets to one host over IPv6, and what Linux and gVisor answer: measured, and so
// again by TestHostileReferee.
type hostile struct {
	name          string
	packets       []packet.Packet
	linux, gVisor string // see said; empty: nothing
}

// said is an answer in short.
func said(p *packet.Packet) string {
	switch {
	case p.Transport == packet.TCP:
		return p.TCP.Flags.String()
	case p.Transport != packet.ICMPv6:
		return "a fragment"
	case p.ICMP.Type == packet.ICMPv6EchoReply:
		return "reply"
	case p.ICMP.Type == packet.ICMPv6ParamProblem:
		return fmt.Sprintf("problem %d at %d", p.ICMP.Code, p.ICMP.Rest)
	}
	return fmt.Sprintf("type %d code %d", p.ICMP.Type, p.ICMP.Code)
}

// sender makes packets from one address to another.
type sender struct {
	src, dst netip.Addr
	id       uint32 // of the last that was cut
}

// raw is a packet of which only the fixed header is made.
func (s *sender) raw(next uint8, body string) packet.Packet {
	return packet.Packet{Link: packet.Ethernet, SrcMAC: ourMAC, DstMAC: itsMAC, Network: packet.IPv6, Src: s.src, Dst: s.dst, TTL: 64,
		Transport: packet.OtherTransport, Proto: next, Payload: []byte(body)}
}

// body is what follows the fixed header of a packet.
func (s *sender) body(kind packet.Transport, fill func(*packet.Packet)) string {
	p := s.raw(0, "")
	p.Transport = kind
	fill(&p)
	b, err := p.Append(nil)
	if err != nil {
		panic(err)
	}
	return string(b[14+header6:])
}

func (s *sender) ping(data int) string {
	return s.body(packet.ICMPv6, func(p *packet.Packet) {
		p.ICMP, p.Payload = packet.ICMPHeader{Type: packet.ICMPv6EchoRequest, Rest: 7}, bytes.Repeat([]byte("x"), data)
	})
}

func (s *sender) syn(port uint16) string {
	return s.body(packet.TCP, func(p *packet.Packet) {
		p.TCP = packet.TCPHeader{SrcPort: 40000, DstPort: port, Seq: 9, Flags: packet.SYN, Window: 1024, Options: []byte("\x02\x04\x05\xb4\x04\x02\x01\x01")}
	})
}

// cut are fragments with these bytes of what they are cut from, which begins with a header of
// that kind. The one with the end is the last.
func (s *sender) cut(next uint8, whole string, places ...[2]int) (out []packet.Packet) {
	s.id++
	for _, at := range places {
		h := packet.FragmentHeader{Next: next, Offset: at[0], More: at[1] < len(whole), ID: s.id}
		out = append(out, s.raw(packet.ExtFragment, string(h.Append(nil))+whole[at[0]:at[1]]))
	}
	return out
}

// extension is a header with that data.
func extension(next uint8, data string) string {
	return string([]byte{next, byte((len(data)+2)/8 - 1)}) + data
}

// pad is one that says nothing.
func pad(next uint8) string { return extension(next, "\x01\x04\x00\x00\x00\x00") }

// hostileParts are cases of fragments.
func hostileParts(s *sender) []hostile {
	type at = [2]int
	ping, syn, chain := s.ping(100), s.syn(80), pad(58)+s.ping(8)
	n := len(ping)
	lone := func(h packet.FragmentHeader, body string) []packet.Packet {
		return []packet.Packet{s.raw(packet.ExtFragment, string(h.Append(nil))+body)}
	}
	otherwise := append(s.cut(58, ping, at{0, 64}), s.cut(17, ping, at{64, n})...)
	copy(otherwise[1].Payload[4:8], otherwise[0].Payload[4:8])
	return []hostile{
		{"a ping", s.cut(58, ping, at{0, 24}, at{24, 56}, at{56, n}), "reply", "reply"},
		{"backwards", s.cut(58, ping, at{56, n}, at{24, 56}, at{0, 24}), "reply", "reply"},
		{"one twice", s.cut(58, ping, at{0, 24}, at{0, 24}, at{24, 56}, at{56, n}), "reply", "reply"},
		{"the last twice", s.cut(58, ping, at{56, n}, at{56, n}, at{0, 24}, at{24, 56}), "reply", "reply"},
		{"overlap", s.cut(58, ping, at{0, 24}, at{16, 64}, at{24, 56}, at{56, n}), "", ""},
		{"overlap, and all again", s.cut(58, ping, at{0, 24}, at{16, 64}, at{0, 24}, at{24, 56}, at{56, n}), "reply", "reply"},
		{"past the end", append(s.cut(58, ping[:64], at{56, 64}), s.cut(58, ping, at{0, 24})...), "", ""},
		{"another next header later", otherwise, "reply", "reply"},
		{"not of eight bytes", s.cut(58, ping, at{0, 13}), "problem 0 at 4", "problem 0 at 4"},
		{"not of eight bytes, later", s.cut(58, ping, at{64, 77}), "problem 0 at 4", "problem 0 at 4"},
		{"too far", lone(packet.FragmentHeader{Next: 58, Offset: 65528, ID: 1}, ping), "problem 0 at 42", "problem 0 at 42"},
		{"a last one without data", lone(packet.FragmentHeader{Next: 58, Offset: 8, ID: 2}, ""), "", ""},
		{"atomic", lone(packet.FragmentHeader{Next: 58, ID: 3}, ping), "reply", "reply"},
		{"a second header", lone(packet.FragmentHeader{Next: 44, ID: 4}, "\x3a\x00\x00\x00\x00\x00\x00\x05"+ping), "problem 0 at 48", "reply"},
		{"half a TCP header", s.cut(6, syn, at{0, 8}, at{8, len(syn)}), "problem 3 at 0", "AS"},
		{"most of a TCP header", s.cut(6, syn, at{0, 16}, at{16, len(syn)}), "problem 3 at 0", "AS"},
		{"a whole TCP header", s.cut(6, syn, at{0, 24}, at{24, len(syn)}), "AS", "AS"},
		{"a chain and nothing", s.cut(60, chain, at{0, 8}, at{8, len(chain)}), "problem 3 at 0", "reply"},
		{"no protocol", s.cut(200, ping, at{0, 64}, at{64, n}), "problem 1 at 6", "problem 1 at 6"},
		{"a bad option before the second", []packet.Packet{s.cut(58, ping, at{0, 64})[0], s.raw(0, extension(44, "\x8f\x04\x00\x00\x00\x00")+
			string(s.cut(58, ping, at{64, n})[0].Payload))}, "problem 2 at 42", "problem 2 at 42"},
	}
}

// hostileChains are cases of extension headers.
func hostileChains(s *sender) []hostile {
	ping, syn := s.ping(8), s.syn(80)
	one := func(first uint8, body string) []packet.Packet { return []packet.Packet{s.raw(first, body)} }
	behind := func(n int, next uint8, body string) []packet.Packet {
		return one(60, strings.Repeat(pad(60), n-1)+pad(next)+body)
	}
	option := func(header uint8, data string) []packet.Packet { return one(header, extension(58, data)+ping) }
	route := func(kind, left byte) []packet.Packet {
		return one(43, extension(58, string([]byte{kind, left, 0, 0, 0, 0}))+ping)
	}
	return []hostile{
		{"8 headers", behind(8, 58, ping), "reply", "reply"},
		{"60 headers", behind(60, 58, ping), "reply", "reply"},
		{"60 headers and no protocol", behind(60, 200, ping), "problem 1 at 512", "problem 1 at 512"},
		{"a SYN behind 8 headers", behind(8, 6, syn), "AS", "AS"},
		{"hop-by-hop options twice", one(0, pad(0)+pad(58)+ping), "problem 1 at 40", "problem 1 at 40"},
		{"hop-by-hop options late", one(60, pad(0)+pad(58)+ping), "problem 1 at 40", "problem 1 at 40"},
		{"no next header", one(59, "zzzz"), "", ""},
		{"no next header behind one", one(60, pad(59)+"zzzz"), "", ""},
		{"mobility", one(135, pad(59)), "problem 1 at 6", "problem 1 at 6"},
		{"SCTP", one(132, pad(59)), "problem 1 at 6", "problem 1 at 6"},
		{"an option to pass over", option(0, "\x0f\x04\x00\x00\x00\x00"), "reply", "reply"},
		{"an option to drop for", option(0, "\x4f\x04\x00\x00\x00\x00"), "", ""},
		{"an option to tell of", option(0, "\x8f\x04\x00\x00\x00\x00"), "problem 2 at 42", "problem 2 at 42"},
		{"an option to tell one host of", option(60, "\xcf\x04\x00\x00\x00\x00"), "problem 2 at 42", "problem 2 at 42"},
		{"a home address", option(60, "\x01\x00\xc9\x02\x00\x00"), "problem 2 at 44", "problem 2 at 44"},
		{"no router alert", option(0, "\x05\x04\x00\x00\x00\x00"), "", ""},
		{"a jumbo of few bytes", option(0, "\xc2\x04\x00\x00\x00\x00"), "problem 0 at 44", "problem 2 at 42"},
		{"8 options", option(60, strings.Repeat("\x0f\x00", 8)+"\x01\x04\x00\x00\x00\x00"), "reply", "reply"},
		{"11 options", option(0, strings.Repeat("\x0f\x00", 11)), "", "reply"},
		{"14 bytes of padding", option(60, strings.Repeat("\x00", 14)), "", "reply"},
		{"12 bytes of padding in one", option(0, "\x01\x0c"+strings.Repeat("\x00", 12)), "", "reply"},
		{"padding with data", option(60, "\x01\x04abcd"), "", "reply"},
		{"an option cut off", option(60, "\x0f\x07\x00\x00\x00\x00"), "", ""},
		{"a header cut off", one(60, "\x3a\x20\x01\x04\x00\x00\x00\x00"+ping), "", ""},
		{"routing done", route(0, 0), "reply", "reply"},
		{"routing of type 0", route(0, 1), "problem 0 at 42", "problem 0 at 42"},
		{"routing of type 2", route(2, 1), "problem 0 at 42", "problem 0 at 42"},
		{"routing of no type", route(99, 1), "problem 0 at 42", "problem 0 at 42"},
		{"routing of type 3 done", route(3, 0), "", "reply"},
		{"routing of type 4 done", route(4, 0), "", "reply"},
	}
}

// named is a record of the embedded database.
func named(t testing.TB, name string) *osdb.Entry {
	t.Helper()
	for _, e := range records(t) {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no record %q", name)
	return nil
}

// alone is a network of one decoy over IPv6.
func alone(t testing.TB, record string) Options {
	o := town(t, "198.18.0.0/24", 1)
	g := &o.Groups[0]
	g.Addrs, g.Entries = Range{someone6, someone6}, []*osdb.Entry{named(t, record)}
	g.Persona.Resend = []time.Duration{}
	return o
}

// Decoys answer what no honest host sends as the stacks of their records do.
func TestHostile(t *testing.T) {
	s := &sender{src: us6, dst: someone6}
	for _, c := range append(hostileParts(s), hostileChains(s)...) {
		for record, want := range map[string]string{"Linux 4.15 - 6.19": c.linux, "gVisor netstack": c.gVisor} {
			var in [][]byte
			for i := range c.packets {
				in = append(in, wired(t, &c.packets[i]))
			}
			var got []string
			for _, p := range serve(t, newNetwork(t, alone(t, record)), &belt{}, in...) {
				got = append(got, said(&p))
			}
			if all := strings.Join(got, ", "); all != want {
				t.Errorf("%s, %s: %q, want %q", record, c.name, all, want)
			}
		}
	}
}
