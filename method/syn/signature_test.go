package syn

import (
	"net/netip"
	"testing"

	"whorl/packet"
)

func TestFrom(t *testing.T) {
	tests := []struct {
		name    string
		options string
		change  func(*packet.Packet)
		want    string
	}{
		{"Linux", linuxOptions, nil, "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0"},
		{"nothing", "", func(p *packet.Packet) { p.IPv4 = packet.IPv4Header{}; p.TTL = 117 }, "4:117+11:0:0:64240,0::id-:0"},
		{"DF alone", optMSS, func(p *packet.Packet) { p.IPv4.ID = 0 }, "4:64+0:0:1460:mss*44,0:mss:df:0"},
		{"far", optMSS, func(p *packet.Packet) { p.TTL = 70 }, "4:70+?:0:1460:mss*44,0:mss:df,id+:0"},
		{"reserved flag", optMSS, func(p *packet.Packet) { p.IPv4.Reserved = true }, "4:64+0:0:1460:mss*44,0:mss:df,id+,0+:0"},
		{"IP options", optMSS, func(p *packet.Packet) { p.IPv4.Options = []byte("\x94\x04\x00\x00") }, "4:64+0:4:1460:mss*44,0:mss:df,id+:0"},
		{"ECN of IP", optMSS, func(p *packet.Packet) { p.TOS = 2 }, "4:64+0:0:1460:mss*44,0:mss:df,id+,ecn:0"},
		{"ECN of TCP", optMSS, func(p *packet.Packet) { p.TCP.Flags |= packet.CWR | packet.ECE }, "4:64+0:0:1460:mss*44,0:mss:df,id+,ecn:0"},
		{"accurate ECN", optMSS, func(p *packet.Packet) { p.TCP.Reserved = 1 }, "4:64+0:0:1460:mss*44,0:mss:df,id+,ecn:0"},
		{"sequence zero", optMSS, func(p *packet.Packet) { p.TCP.Seq = 0 }, "4:64+0:0:1460:mss*44,0:mss:df,id+,seq-:0"},
		{"stray ack number", optMSS, func(p *packet.Packet) { p.TCP.Ack = 0x02000000 }, "4:64+0:0:1460:mss*44,0:mss:df,id+,ack+:0"},
		{"ack of zero", optMSS, func(p *packet.Packet) { p.TCP.Flags |= packet.ACK }, "4:64+0:0:1460:mss*44,0:mss:df,id+,ack-:0"},
		{"urgent pointer", optMSS, func(p *packet.Packet) { p.TCP.Urgent = 1 }, "4:64+0:0:1460:mss*44,0:mss:df,id+,uptr+:0"},
		{"flags", optMSS, func(p *packet.Packet) { p.TCP.Flags |= packet.URG | packet.PSH }, "4:64+0:0:1460:mss*44,0:mss:df,id+,urgf+,pushf+:0"},
		{"data", optMSS, func(p *packet.Packet) { p.Payload = []byte("x") }, "4:64+0:0:1460:mss*44,0:mss:df,id+:+"},
		{"timestamp zero", optTS0 + optNOP + optNOP, nil, "4:64+0:0:0:64240,0:ts,nop,nop:df,id+,ts1-:0"},
		{"timestamp echo", "\x08\x0a\x00\x00\x10\x00\x00\x00\x00\x01" + optNOP + optNOP, nil, "4:64+0:0:0:64240,0:ts,nop,nop:df,id+,ts2+:0"},
		{"padding", optMSS + optSOK + "\x00\x00", nil, "4:64+0:0:1460:mss*44,0:mss,sok,eol+1:df,id+:0"},
		{"padding not zero", optMSS + "\x00\x00\x01\x00", nil, "4:64+0:0:1460:mss*44,0:mss,eol+3:df,id+,opt+:0"},
		{"excessive scale", optMSS + "\x03\x03\x0f\x01", nil, "4:64+0:0:1460:mss*44,15:mss,ws,nop:df,id+,exws:0"},
		{"wrong length of MSS", "\x02\x05\x05\xb4", nil, "4:64+0:0:1460:mss*44,0:mss:df,id+,bad:0"},
		{"MSS that does not fit", optNOP + optNOP + "\x02\x04", nil, "4:64+0:0:0:64240,0:nop,nop,mss:df,id+,bad:0"},
		{"SACK too short", "\x05\x04\x00\x00", nil, "4:64+0:0:0:64240,0:sack:df,id+,bad:0"},
		{"unknown too long", "\x99\x05\x00\x00", nil, "4:64+0:0:0:64240,0:?153:df,id+,bad:0"},
		{"unknown", "\x99\x04\x00\x00" + optMSS, nil, "4:64+0:0:1460:mss*44,0:?153,mss:df,id+:0"},
		{"25 options", "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01", nil,
			"4:64+0:0:0:64240,0:nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop:df,id+,bad:0"},
		{"IPv6", optMSS, func(p *packet.Packet) { v6(p); p.IPv6.FlowLabel = 5 }, "6:64+0:0:1460:mss*44,0:mss:flow:0"},
		{"IPv6 without flow label", optMSS, v6, "6:64+0:0:1460:mss*44,0:mss::0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := signature(t, tt.options, tt.change)
			if got := s.String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func v6(p *packet.Packet) {
	p.Network, p.IPv4 = packet.IPv6, packet.IPv4Header{}
	p.Src, p.Dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
}

func TestFromRefuses(t *testing.T) {
	for name, change := range map[string]func(*packet.Packet){
		"ACK":      func(p *packet.Packet) { p.TCP.Flags = packet.ACK },
		"SYN RST":  func(p *packet.Packet) { p.TCP.Flags |= packet.RST },
		"SYN FIN":  func(p *packet.Packet) { p.TCP.Flags |= packet.FIN },
		"fragment": func(p *packet.Packet) { p.IPv4.MF = true },
	} {
		if s, ok := From(onWire(t, segment(optMSS, change))); ok {
			t.Errorf("%s: %v", name, s)
		}
	}
	frame, _ := segment(linuxOptions, nil).Append(nil)
	var p packet.Packet
	for n := range frame {
		p.Decode(packet.Raw, frame[:n])
		if s, ok := From(&p); ok {
			t.Errorf("%d of %d bytes: %v", n, len(frame), s)
		}
	}
	if s, ok := From(&packet.Packet{}); ok {
		t.Errorf("empty packet: %v", s)
	}
}

// Bad checksums and offloaded lengths are of the captured side, not of the stack.
func TestFromOffloaded(t *testing.T) {
	frame, _ := segment(linuxOptions, nil).Append(nil)
	frame[36]++ // TCP checksum
	var p packet.Packet
	p.Decode(packet.Raw, frame)
	if _, ok := From(&p); !ok {
		t.Error("a wrong checksum is refused")
	}
}

// Listening at 1.2 µs a packet leaves no room for memory.
func TestFromDoesNotAllocate(t *testing.T) {
	frame, _ := segment(linuxOptions, nil).Append(nil)
	var p packet.Packet
	seen := map[Signature]int{}
	if n := testing.AllocsPerRun(100, func() {
		p.Decode(packet.Raw, frame)
		s, _ := From(&p)
		seen[s]++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(seen) != 1 {
		t.Errorf("equal packets have %d signatures", len(seen))
	}
}

func FuzzFrom(f *testing.F) {
	frame, _ := segment(linuxOptions, nil).Append(nil)
	f.Add(frame)
	frame, _ = segment(optMSS+"\x00\x00\x01\x00", v6).Append(nil)
	f.Add(frame)
	f.Fuzz(func(t *testing.T, frame []byte) {
		var p packet.Packet
		p.Decode(packet.Raw, frame)
		s, ok := From(&p)
		if !ok {
			return
		}
		text := s.String()
		if s.TTL == 0 {
			return // p0f has no form for it
		}
		back, err := ParsePattern(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if back != s.Observed(0) {
			t.Errorf("%s reads as %v", text, back)
		}
	})
}

func BenchmarkFrom(b *testing.B) {
	frame, _ := segment(linuxOptions, nil).Append(nil)
	var p packet.Packet
	p.Decode(packet.Raw, frame)
	b.ReportAllocs()
	for b.Loop() {
		From(&p)
	}
}
