package report_test

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"whorl"
	"whorl/report"
)

func example() *whorl.Host {
	return &whorl.Host{
		Addr:   netip.MustParseAddr("192.0.2.1"),
		Status: whorl.Status{Up: true, Reason: "syn-ack"},
		Ports:  []whorl.Port{{Proto: "tcp", Number: 22, State: whorl.Open, Reason: "syn-ack", TTL: 64, Name: "ssh"}},
		Verdicts: []whorl.Verdict{{
			Name: "Linux 6.12 - 6.18", Confidence: 0.97,
			Source: whorl.Source{Database: "embedded", File: "linux.osdb", Line: 41},
		}},
	}
}

func ExampleNewText() {
	start := time.Date(2026, 11, 21, 7, 10, 0, 0, time.UTC)
	w := report.NewText(os.Stdout, report.TextOptions{})
	w.Begin(report.Run{Version: "0.1.0", Start: start})
	w.Host(example())
	w.End(report.Summary{End: start.Add(1500 * time.Millisecond), Up: 1, Total: 1})
	// Output:
	// Whorl scan report for 192.0.2.1
	// Host is up, received syn-ack.
	// PORT   STATE SERVICE REASON
	// 22/tcp open  ssh     syn-ack ttl 64
	//
	// OS: Linux 6.12 - 6.18, 97 % sure [embedded linux.osdb:41]
	//
	// Whorl done: 1 IP address (1 host up) scanned in 1.50 seconds
}

func ExampleByFamily() {
	w := report.ByFamily(report.NewGrepable(os.Stdout), false)
	w.Host(&whorl.Host{Addr: netip.MustParseAddr("192.0.2.1"), Status: whorl.Status{Up: true}})
	w.Host(&whorl.Host{Addr: netip.MustParseAddr("2001:db8::1"), Status: whorl.Status{Up: true}})
	// Output:
	// Host: 192.0.2.1 ()	Status: Up
}

func ExampleWrap() {
	fmt.Print(report.Wrap("SCAN(V=1%E=4%D=11/21%OT=22%CT=1%CU=40125%PV=N%G=Y%TM=6B01442F)\nSEQ(SP=102%GCD=1)\nT2(R=N)"))
	// Output:
	// OS:SCAN(V=1%E=4%D=11/21%OT=22%CT=1%CU=40125%PV=N%G=Y%TM=6B01442F)SEQ(SP=102
	// OS:%GCD=1)T2(R=N)
}

func ExampleClean() {
	fmt.Printf("%q\n", report.Clean("\x1b[2Jrouter\n"))
	// Output: "�[2Jrouter�"
}

func ExampleNewContacts() {
	first := time.Date(2026, 11, 21, 7, 10, 53, 0, time.UTC)
	w := report.NewContacts(os.Stdout, report.TextOptions{})
	w.Contact(&whorl.Contact{
		State: whorl.Ended, Class: whorl.PortScan, Tool: "nmap -sS", Confidence: 0.99, Leak: whorl.LeakFull,
		Seen:    whorl.Span{First: first, Last: first.Add(1500 * time.Millisecond)},
		Sources: []whorl.ContactSource{{Addr: netip.MustParseAddr("198.51.100.7"), Live: true}},
		Targets: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
		Ports:   []uint16{22, 80, 443},
		Counts:  whorl.ContactCounts{Packets: 1000, Answered: 997, Sources: 1, Targets: 1, Ports: 1000},
	})
	// Output:
	// 2026-11-21 07:10:53 +0000  198.51.100.7 -> 192.0.2.1  port scan: nmap -sS, 99 % sure
	//     sent      1000 packets in 1.5 s, ports 22,80,443 and 997 more
	//     answered  997 of 1000 packets
	//     do        block 198.51.100.7 unless this was meant
}
