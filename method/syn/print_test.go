package syn

import (
	"strings"
	"testing"

	"whorl/packet"
)

func sighting(t *testing.T, pattern string, offer Offer, answer bool) Sighting {
	t.Helper()
	layout, err := ParseLayout(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return Sighting{Signature{Answer: answer, Version: 4, TTL: 60, Scale: 7, MSS: 1460, Window: 64240, Headers: 60, Quirks: DF | IDPlus, Layout: layout}, offer}
}

func TestPrint(t *testing.T) {
	tests := []struct {
		print Print
		text  string
	}{
		{Print{sighting(t, "mss,sok,ts,nop,ws", Offer{}, false), Seen{12, 1, 31, 443}},
			"Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)\nSeen(N=C%F=1%L=1F%P=1BB)\n"},
		{Print{sighting(t, "mss,nop,ws,sok,eol+1", Offer{true, OffersScale | OffersTimestamp, 1400}, true), Seen{1, 2, 2, 80}},
			"SynAck(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MNWSLL%SO=WT%SM=578)\nSeen(N=1%F=2%L=2%P=50)\n"},
		{Print{Sighting{Signature: Signature{Version: 6, TTL: 255, Headers: 60, Quirks: Flow | ECN | TS1Zero | ACKPlus | SeqZero, Data: true}}, Seen{1, 1, 1, 0}},
			"Syn(V=6%TTL=FF%H=3C%FL=N%W=0%O=%TS=0%ECN=Y%Q=seq-,ack+%D=Y)\nSeen(N=1%F=1%L=1%P=0)\n"},
		{Print{Sighting{Signature: Signature{Version: 4, TTL: 1, Headers: 44, IPOptions: 4, Quirks: IDMinus | MBZ}}, Seen{1, 1, 1, 0}},
			"Syn(V=4%TTL=1%H=2C%OL=4%DF=N%ID=Z%W=0%O=%Q=0+)\nSeen(N=1%F=1%L=1%P=0)\n"},
	}
	for _, tt := range tests {
		if got := tt.print.String(); got != tt.text {
			t.Errorf("printed\n%s, want\n%s", got, tt.text)
		}
		back, err := ParsePrint(tt.text)
		if err != nil || back != tt.print {
			t.Errorf("%s read as %+v, %v", tt.text, back, err)
		}
	}
}

// What a packet shows comes back from the text, so that old records can be judged anew.
func TestPrintOfPackets(t *testing.T) {
	for _, options := range []string{"", "\x02\x04\x05\xb4", "\x02\x04\x05\xb4\x01\x03\x03\x08", "\x1e\x04\x00\x00\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x02\x04\x05\xb4\x00\x00\x07\x00", "\x02\x03\x05\xb4", "\x05\x0a\x00\x00\x00\x00\x00\x00\x00\x00"} {
		for _, df := range []bool{false, true} {
			for _, id := range []uint16{0, 7} {
				p := packet.Packet{Network: packet.IPv4, Transport: packet.TCP, TTL: 50}
				p.IPv4.DF, p.IPv4.ID = df, id
				p.TCP.Flags, p.TCP.Options, p.TCP.Window = packet.SYN, []byte(options), 1024
				s, ok := From(&p)
				if !ok {
					t.Fatalf("% x: no signature", options)
				}
				want := Sighting{Signature: s}
				got, err := ParseSighting(want.Line().String())
				if err != nil || got != want {
					t.Errorf("%v read as %+v, %v, want %+v", want.Line(), got, err, want)
				}
			}
		}
	}
}

func TestParsePrintErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "not a test line",
		"SEQ(SP=1)":                           "want Syn(...)",
		"Syn(TTL=40)":                         "has no V",
		"Syn(V=5)":                            "want 4 or 6",
		"Syn(V=4%TTL=100)":                    "TTL",
		"Syn(V=4%FL=N)":                       "another version",
		"Syn(V=6%DF=Y)":                       "another version",
		"Syn(V=4%DF=X)":                       "want N or Y",
		"Syn(V=4%SO=W)":                       "only a SynAck answers",
		"SynAck(V=4%SO=X)":                    "want letters of WST",
		"Syn(V=4%Q=df)":                       "has an attribute of its own",
		"Syn(V=4%Z=1)":                        "no such attribute",
		"Syn(V=4)\nSeen(N=0%F=1%L=1%P=0)":     "above 0",
		"Syn(V=4)\nSeen(N=1%F=3%L=2%P=0)":     "not below F",
		"Syn(V=4)\nSeen(N=1%F=1%L=2%P=10000)": "hexadecimal",
		"Syn(V=4)\nSyn(V=4)":                  "want Seen(",
		"Syn(V=4)\nSeen(N=1%F=1%L=1%X=)":      "hexadecimal",
		"Syn(V=4)\nSeen(N=1%F=1%L=1%P=1)x":    "want N",
	} {
		if _, err := ParsePrint(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What can be read is written the same again.
func FuzzParsePrint(f *testing.F) {
	f.Add("Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)\nSeen(N=C%F=1%L=1F%P=1BB)\n")
	f.Add("SynAck(V=6%TTL=FF%FL=Z%O=MX1ELLL%Q=bad%SO=WST%SM=5B4)")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePrint(text)
		if err != nil {
			return
		}
		again, err := ParsePrint(p.String())
		if err != nil || again.Seen != p.Seen || again.Line().String() != p.Line().String() {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", text, p, again, err)
		}
	})
}
