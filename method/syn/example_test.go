package syn_test

import (
	"fmt"
	"net/netip"
	"time"

	"whorl/method"
	"whorl/method/syn"
	"whorl/packet"
)

// A SYN as Linux sends it, ten hops away.
func received() *packet.Packet {
	return &packet.Packet{
		Network: packet.IPv4, TTL: 54, Transport: packet.TCP, IPv4: packet.IPv4Header{DF: true, ID: 1},
		TCP: packet.TCPHeader{Seq: 1, Flags: packet.SYN, Window: 64240,
			Options: []byte("\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03\x03\x07")},
	}
}

func ExampleFrom() {
	s, ok := syn.From(received())
	fmt.Println(s, ok)
	fmt.Println(syn.Distance(s.TTL), "hops")
	mtu, _ := s.MTU()
	link, _ := syn.LinkOf(mtu)
	fmt.Println(link.Name)
	// Output:
	// 4:54+10:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0 true
	// 10 hops
	// Ethernet
}

func ExampleRank() {
	record := func(line string) syn.Reference {
		l, _ := method.ParseLine(line)
		r, _ := syn.NewReference([]method.Line{l})
		return r
	}
	candidates := []syn.Candidate{
		{Family: "Linux", Prior: 1, Reference: record("Syn(TTL=40%DF=Y%ID=N%W=MAX*MSS%WS=0-E%O=MSTNW)")},
		{Family: "Windows", Prior: 1, Reference: record("Syn(TTL=80%DF=Y%ID=N%W=FAF0|FFFF%WS=8%O=MNWNNS)")},
	}
	s, _ := syn.From(received())
	ranking := syn.Rank(candidates, s, syn.Offer{})
	answer, ok := ranking.Answer()
	fmt.Printf("%s %.2f %v\n", answer.Family, answer.Probability, ok)
	fmt.Println(answer.Records[0].Form.Line())
	// Output:
	// Linux 1.00 true
	// Syn(TTL=40%DF=Y%ID=N%W=MAX*MSS%WS=0-E%O=MSTNW)
}

// What a Linux server answers to a client that offers no timestamps.
func ExampleForm_Shapes() {
	l, _ := method.ParseLine("SynAck(TTL=40%W=MAX*SEG%O=MSTNW)")
	r, _ := syn.NewReference([]method.Line{l})
	for _, shape := range r[0].Shapes(syn.OffersScale | syn.OffersSACK) {
		fmt.Println(shape)
	}
	// Output: mss,nop,nop,sok,nop,ws
}

func ExampleClock() {
	var c syn.Clock
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	c.Open(netip.MustParseAddr("192.0.2.1"), syn.Stamp{At: start, Value: 3_600_000})
	c.Add(syn.Stamp{At: start.Add(time.Second), Value: 3_601_000})
	c.Open(netip.MustParseAddr("192.0.2.2"), syn.Stamp{At: start.Add(time.Minute), Value: 3_660_000})
	fmt.Println(c.Uptime(start.Add(time.Minute)))
	// Output: 1h1m0s 1193h2m47.296s true
}
