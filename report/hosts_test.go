package report

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"whorl"
)

// The hosts of the golden files. Addresses are those reserved for documentation,
// names and figures are made up, prints have the form of real ones.

var (
	start = time.Date(2026, 11, 21, 7, 10, 53, 0, time.UTC)
	run   = Run{
		Version:   "0.1.0",
		Args:      "whorl scan -p 1-100 192.0.2.0/28",
		Start:     start,
		Databases: []string{"embedded linux.osdb 2026-11-01 (12 records)", "nmap-os-db 2022-08-10 (5678 records)"},
		TCP:       upTo(100),
	}
	summary = Summary{End: start.Add(50330 * time.Millisecond), Up: 9, Down: 1, Total: 16, Interrupted: true}
)

const printLinux = `SCAN(V=0.1.0%E=4%D=11/21%OT=22%CT=1%CU=40125%PV=N%DS=1%DC=D%G=Y%M=02005E%TM=6B01442F%P=x86_64-linux-gnu)
SEQ(SP=102%GCD=1%ISR=10F%TI=Z%CI=Z%II=I%TS=A)
OPS(O1=M5B4ST11NWA%O2=M5B4ST11NWA%O3=M5B4NNT11NWA%O4=M5B4ST11NWA%O5=M5B4ST11NWA%O6=M5B4ST11)
WIN(W1=FE88%W2=FE88%W3=FE88%W4=FE88%W5=FE88%W6=FE88)
ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)
T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T3(R=N)
T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(R=Y%DFI=N%T=40%CD=S)`

func upTo(n int) []uint16 {
	var ports []uint16
	for i := range n {
		ports = append(ports, uint16(i+1))
	}
	return ports
}

// addr is the n-th documentation address.
func addr(n byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, n}) }

func up(n byte, reason string) *whorl.Host {
	at := start.Add(time.Duration(n) * time.Second)
	return &whorl.Host{
		Addr:   addr(n),
		Status: whorl.Status{Up: true, Reason: reason},
		Seen:   whorl.Span{First: at, Last: at.Add(3 * time.Second)},
	}
}

// gen2 is an observation; notIdeal may be empty.
func gen2(notIdeal string) []whorl.Observation {
	return []whorl.Observation{{
		Method: "gen2", Print: printLinux,
		Conditions: whorl.Conditions{At: start, Sent: 16, Answered: 14, Probes: 16, RTT: 210 * time.Microsecond, NotIdeal: notIdeal},
	}}
}

// ports is 22 open, 1 closed and used, a closed UDP port, and the rest as given.
func ports(rest whorl.PortState, reason string) []whorl.Port {
	list := []whorl.Port{
		{Proto: "tcp", Number: 22, State: whorl.Open, Reason: "syn-ack", TTL: 64, Name: "ssh", Used: true},
		{Proto: "tcp", Number: 1, State: whorl.Closed, Reason: "reset", TTL: 64, Name: "tcpmux", Used: true},
		{Proto: "udp", Number: 40125, State: whorl.Closed, Reason: "port-unreach", TTL: 64, Used: true},
	}
	for n := uint16(2); n <= 100; n++ {
		if n != 22 {
			list = append(list, whorl.Port{Proto: "tcp", Number: n, State: rest, Reason: reason})
		}
	}
	return list
}

func linux(name, generation, cpe string, accuracy, confidence whorl.Fraction, line int) whorl.Verdict {
	return whorl.Verdict{
		Name: name, Vendor: "Linux", Family: "Linux", Generation: generation, DeviceType: "general purpose", CPE: []string{cpe},
		Classes: []whorl.Class{{Vendor: "Linux", Family: "Linux", Generation: generation, DeviceType: "general purpose", CPE: []string{cpe}}},
		Rule:    whorl.RuleWhorl, Confidence: confidence, Accuracy: accuracy,
		Source: whorl.Source{Database: "nmap-os-db", File: "nmap-os-db", Line: line},
	}
}

func ptr[T any](v T) *T { return &v }

func sequences() *whorl.Sequences {
	return &whorl.Sequences{
		ISN:        []uint32{0xA2493F4D, 0x2AD6DB76, 0xE490AA55, 0x141ECFE9, 0xA6F9A854, 0x3967854C},
		IPID:       []uint16{0, 0, 0, 0, 0, 0},
		Timestamps: []uint32{0xD8E67DFE, 0xD8E67E62, 0xD8E67EC6, 0xD8E67F2A, 0xD8E67F8E, 0xD8E67FF2},
		Index:      ptr(258), IPIDClass: "Z", ClockClass: "1000HZ",
	}
}

// perfectHost matches one record exactly and shows all there is to show.
func perfectHost() *whorl.Host {
	h := up(1, "arp-response")
	h.MAC, h.Names = "02:00:5e:00:53:01", []string{"web.example.net"}
	h.Ports = ports(whorl.Closed, "reset")
	h.Distance = &whorl.Hops{Count: 1, Method: whorl.DistanceDirect}
	h.Uptime = &whorl.Uptime{Seconds: 123456, LastBoot: start.Add(-123456 * time.Second)}
	h.Sequences = sequences()
	h.Observations = gen2("")
	best := linux("Linux 6.12 - 6.18", "6.X", "cpe:/o:linux:linux_kernel:6", 1, 0.974, 41)
	best.Source = whorl.Source{Database: "embedded", File: "linux.osdb", Line: 41, Text: "measured: kernel 6.18, one Ethernet hop"}
	best.Evidence = []whorl.Evidence{
		{Method: "gen2", Test: "SEQ", Attr: "TI", Want: "Z", Got: "Z", GotWords: "IP ID zero", Agrees: true, Points: 100, Weight: 1.61},
		{Method: "gen2", Test: "WIN", Attr: "W1", Want: "FE88", Got: "F4B3", GotWords: "window 62643", Common: "FE88", Agrees: true, Points: 15, Weight: 0.4},
		{Method: "gen2", Test: "WIN", Attr: "W3", Want: "FE88", Got: "F4B3", GotWords: "window 62643", Common: "FE88", Agrees: true, Points: 15, Weight: 0.2},
		{Method: "gen2", Test: "T1", Attr: "Q", Want: "", Got: "", GotWords: "no odd bits (SYN)", Agrees: true, Points: 20, Weight: 0.02},
		{Method: "gen2", Test: "IE", Attr: "CD", Want: "S", Got: "Z", GotWords: "code 0 (ping)", WantWords: "code as sent", Points: 100, Weight: -0.9},
		{Method: "syn", Test: "SynAck", Attr: "WScale", Want: "7", Got: "10", Weight: -0.35},
		{Method: "gen2", Test: "T5", Missing: "no closed TCP port known"},
		{Method: "gen2", Test: "T6", Missing: "no closed TCP port known"},
		{Method: "backoff", Test: "SYN_RCVD", Want: "1 2 4 8 16"},
	}
	best.Decisive = &whorl.Difference{
		Name: "Linux 6.12 - 6.18", Other: "FreeBSD 12.0 - 15.X", Source: whorl.Source{Database: "embedded", File: "bsd.osdb", Line: 7},
		Method: "gen2", Test: "WIN", Attr: "W1", Got: "F4B3", Want: "FE88", There: "FFFF",
		Words: "window 62643, as 65160 on a 1500-byte path; there window 65535", Points: 15, Weight: 1.9,
	}
	other := linux("Linux 5.4 - 6.8", "5.X", "cpe:/o:linux:linux_kernel:5", 0.97, 0.021, 57)
	third := linux("Linux 4.15", "4.X", "cpe:/o:linux:linux_kernel:4.15", 0.93, 0.0004, 12)
	h.Verdicts = []whorl.Verdict{best, other, third}
	return h
}

// guessHost matches nothing exactly; conditions were good.
func guessHost() *whorl.Host {
	h := up(2, "echo-reply")
	h.Ports = ports(whorl.Filtered, "no-response")
	h.Distance = &whorl.Hops{Count: 2, Method: whorl.DistanceICMP}
	h.Sequences = sequences()
	h.Sequences.ClockClass, h.Sequences.Timestamps = "none returned (unsupported)", nil
	h.Observations = gen2("")
	for i, accuracy := range []whorl.Fraction{0.969, 0.954, 0.954, 0.949, 0.935, 0.935, 0.932, 0.92, 0.91, 0.9, 0.89, 0.86, 0.7} {
		h.Verdicts = append(h.Verdicts, linux(fmt.Sprintf("Linux 5.%d", i), "5.X", fmt.Sprintf("cpe:/o:linux:linux_kernel:5.%d", i), accuracy, 0, 100+i))
		h.Verdicts[i].Rule = whorl.RuleNmap
	}
	h.Verdicts[1].Classes = append(h.Verdicts[1].Classes,
		whorl.Class{Vendor: "AXIS", Family: "embedded", DeviceType: "webcam", CPE: []string{"cpe:/h:axis:210a_network_camera"}})
	return h
}

// tooManyHost matches nine records exactly.
func tooManyHost() *whorl.Host {
	h := up(3, "syn-ack")
	h.Ports = ports(whorl.Closed, "reset")
	h.Observations = gen2("")
	for i := range 9 {
		h.Verdicts = append(h.Verdicts, linux(fmt.Sprintf("Linux 2.6.%d", 10+i), "2.6.X", "cpe:/o:linux:linux_kernel:2.6", 1, 0.11, 200+i))
	}
	return h
}

// strangerHost resembles nothing; the print is worth sending in.
func strangerHost() *whorl.Host {
	h := up(4, "echo-reply")
	h.Ports = ports(whorl.Closed, "reset")
	h.Observations = gen2("")
	h.Verdicts = []whorl.Verdict{
		{Name: "unknown", Rule: whorl.RuleWhorl, Confidence: 0.9, Source: whorl.Source{Text: "its answers to ECN and T3 fit no record"}},
		linux("Linux 2.4.20", "2.4.X", "cpe:/o:linux:linux_kernel:2.4.20", 0.61, 0.04, 300),
	}
	h.Verdicts[1].Evidence = []whorl.Evidence{
		{Method: "gen2", Test: "SEQ", Attr: "TI", Want: "Z", Got: "Z", Agrees: true, Points: 100, Weight: 1.61},
		{Method: "gen2", Test: "T3", Attr: "R", Want: "Y", Got: "N", GotWords: "no answer (SYN+FIN, open port)", WantWords: "an answer", Points: 80, Weight: -1.2},
	}
	h.Next = []whorl.Step{{Why: "the print is good; if you know the system, keep it", Command: `whorl db add --host 192.0.2.4 --name "NAME VERSION"`}}
	return h
}

// tieHost is one of two systems.
func tieHost() *whorl.Host {
	h := up(11, "syn-ack")
	h.Observations = gen2("")
	one := linux("FreeBSD 11.X", "11.X", "cpe:/o:freebsd:freebsd:11", 0.97, 0.45, 35)
	two := linux("Apple macOS 10.14 - 11.X", "11.X", "cpe:/o:apple:macos:11", 0.92, 0.4, 12)
	one.Vendor, one.Family, two.Vendor, two.Family = "FreeBSD", "FreeBSD", "Apple", "macOS"
	one.Classes = []whorl.Class{{Vendor: "FreeBSD", Family: "FreeBSD", Generation: "11.X", CPE: one.CPE}}
	two.Classes = []whorl.Class{{Vendor: "Apple", Family: "macOS", Generation: "11.X", CPE: two.CPE}}
	one.Evidence = []whorl.Evidence{{Method: "gen2", Test: "T7", Attr: "R", Want: "Y", Got: "N", GotWords: "no answer (FIN, closed port)", WantWords: "an answer", Points: 80}}
	third := two
	third.Name, third.Confidence, third.Rule = "Apple macOS 10.13", 0, whorl.RuleNmap
	h.Verdicts = []whorl.Verdict{
		{Name: "FreeBSD or Apple macOS", Rule: whorl.RuleWhorl, Classes: slices.Concat(one.Classes, two.Classes), Confidence: 0.85, Source: whorl.Source{Text: "these two cannot be told apart"},
			Decisive: &whorl.Difference{Name: one.Name, Other: two.Name}},
		one, two, two, third,
	}
	return h
}

// poorHost was measured under bad conditions and resembles nothing.
func poorHost() *whorl.Host {
	h := up(5, "echo-reply")
	h.Ports = []whorl.Port{{Proto: "tcp", Number: 443, State: whorl.Open, Reason: "syn-ack", TTL: 57, Name: "https", Used: true}}
	h.Observations = gen2("Missing a closed TCP port so results incomplete")
	h.Observations[0].Conditions.Unsettled = []string{"T5-T7: no closed TCP port was found", "U1: no answer in three sendings"}
	h.Warnings = []string{"no closed TCP port among 1 probed; name some more with -p"}
	return h
}

func downHost() *whorl.Host {
	return &whorl.Host{Addr: addr(6), Status: whorl.Status{Reason: "no-response"}}
}

// proxiedHost stands behind a SYN proxy that answers for its open ports.
func proxiedHost() *whorl.Host {
	h := up(7, "syn-ack")
	h.Ports = []whorl.Port{
		{Proto: "tcp", Number: 80, State: whorl.Open, Reason: "syn-ack", TTL: 253, Name: "http", Forged: true},
		{Proto: "tcp", Number: 443, State: whorl.Open, Reason: "syn-ack", TTL: 253, Name: "https", Forged: true, Used: true},
		{Proto: "tcp", Number: 1, State: whorl.Closed, Reason: "reset", TTL: 60, Used: true},
	}
	h.Observations = gen2("Didn't receive UDP response. Please try again with -sSU")
	h.Verdicts = []whorl.Verdict{linux("Linux 5.4 - 6.8", "5.X", "cpe:/o:linux:linux_kernel:5", 0.91, 0.52, 57)}
	h.Boxes = []whorl.Box{{
		Kind: "syn-proxy", Ports: []uint16{80, 443}, Distance: &whorl.Hops{Count: 3, Method: whorl.DistanceICMP},
		Evidence: []string{"SYN+ACK from 80 and 443 arrives with TTL 253, RST from 1 with TTL 60", "window 0 in the SYN+ACK"},
		Weight:   9.5, LeftOut: []string{"SEQ.TI", "OPS", "WIN"},
	}, {
		Kind: whorl.BoxNAT, Or: []whorl.BoxKind{whorl.BoxProxy}, Ports: []uint16{80, 8080}, Weight: 7.25,
		Behind: []whorl.Behind{{Name: whorl.Unknown}, {Ports: []uint16{80}, Name: "Linux 5.4 - 6.8", Confidence: 0.91},
			{Ports: []uint16{8080}, Name: whorl.Unknown}},
		Evidence: []string{"port 80 and 8080 differ: initial TTL 64 and 128"},
	}}
	h.Warnings = []string{"the open ports were answered by a proxy; scan a port that it does not own with -p"}
	return h
}

// hostileHost tries to take over the terminal and the markup.
func hostileHost() *whorl.Host {
	h := up(8, "echo-reply")
	h.Names = []string{"\x1b]0;owned\x07<b>&\"'\tx\r\nHost is down", "\xff\xfe\u202egnp.exe"}
	h.Ports = []whorl.Port{{Proto: "tcp", Number: 21, State: whorl.Open, Reason: "syn-ack\x00", Name: "f/t,p|\x9b2J"}}
	h.Warnings = []string{"]]> <!-- \u2028 --> %s \x7f"}
	h.Boxes = []whorl.Box{{Kind: "nat\n", Evidence: []string{"a\x08b"}}}
	h.Verdicts = []whorl.Verdict{linux("Evil|\tOS \x1b[31m", "<1>", "cpe:/o:\"&\"", 1, 0.5, 1)}
	return h
}

// silentHost is up, and nothing else is known.
func silentHost() *whorl.Host {
	h := up(9, "user-set")
	h.Ports = []whorl.Port{{Proto: "udp", Number: 53, State: whorl.OpenFiltered, Reason: "no-response", Name: "domain"}}
	return h
}

// ipv6Host was seen passively only.
func ipv6Host() *whorl.Host {
	h := up(10, "syn-ack")
	h.Addr = netip.MustParseAddr("2001:db8::10")
	h.Observations = []whorl.Observation{{Method: "syn", Print: "6:64:0:1440:mss*45,7:mss,sok,ts,nop,ws::0", Conditions: whorl.Conditions{Answered: 1, Probes: 1}}}
	h.Verdicts = []whorl.Verdict{linux("Linux 4.x - 6.x", "", "cpe:/o:linux:linux_kernel", 0, 0.83, 9)}
	h.Verdicts[0].Source = whorl.Source{Database: "p0f.fp", File: "p0f.fp", Line: 9}
	return h
}

func hosts() []*whorl.Host {
	return []*whorl.Host{perfectHost(), guessHost(), tooManyHost(), strangerHost(), poorHost(),
		downHost(), proxiedHost(), hostileHost(), silentHost(), ipv6Host(), tieHost(), heardHost(), filledHost()}
}

// byHandshake is a verdict that a listener's observation gives.
func byHandshake(name, family string) whorl.Verdict {
	return whorl.Verdict{Name: name, Vendor: "Microsoft", Family: family, Rule: whorl.RuleWhorl, Confidence: 0.97,
		Evidence: []whorl.Evidence{{Method: "syn", Test: "Syn", Attr: "W", Want: "FAF0", Got: "FAF0", GotWords: "window 64240", Agrees: true}},
		Heard:    &whorl.Heard{At: start.Add(-3 * time.Hour), Where: "office.json"},
		Source:   whorl.Source{Database: "embedded", File: "windows.osdb", Line: 9}}
}

// handshakesHeard are what a listener heard of a host.
func handshakesHeard() []whorl.Observation {
	of := func(print string, n int) whorl.Observation {
		return whorl.Observation{Method: "syn", Print: print, Conditions: whorl.Conditions{At: start.Add(-3 * time.Hour), Answered: n, Heard: "office.json"}}
	}
	return []whorl.Observation{of("Syn(V=4%TTL=80)\nSeen(N=C%F=1%L=C%P=1BB)\n", 12), of("SynAck(V=4%TTL=80)\nSeen(N=1%F=D%L=D%P=1BD)\n", 1)}
}

// heardHost answers nothing, and was heard.
func heardHost() *whorl.Host {
	h := up(12, "")
	h.Status = whorl.Status{Reason: "no-response"}
	h.Observations = handshakesHeard()
	h.Verdicts = []whorl.Verdict{byHandshake("Microsoft Windows 10 - 11", "Windows")}
	h.Claims = []whorl.Claim{{Kind: "User-Agent", Name: "Windows 10 or newer"}}
	return h
}

// filledHost answers too little, and shares its address.
func filledHost() *whorl.Host {
	h := up(13, "arp-response")
	h.Observations = append([]whorl.Observation{{Method: "gen2", Print: "T5(R=N)", Conditions: whorl.Conditions{Sent: 32, Probes: 5}}}, handshakesHeard()...)
	several := byHandshake(whorl.Unknown, "")
	several.Confidence, several.Evidence = 0, nil
	several.Source = whorl.Source{Text: "several systems share the address: Linux, Microsoft Windows"}
	h.Verdicts = []whorl.Verdict{several}
	h.Boxes = []whorl.Box{{Kind: whorl.BoxShared, Behind: []whorl.Behind{{Name: "Linux", Confidence: 0.9}},
		Evidence: []string{several.Heard.String()}}}
	return h
}
