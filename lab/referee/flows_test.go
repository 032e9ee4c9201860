package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link/pcapfile"
	"whorl/packet"
)

// timedCapture writes a capture of one host with a connection of each state: SYN-ACKs after
// 1 and 2 s, FINs after 0.2, 0.4 and 0.8 s; the one of state f ends with two RSTs.
func timedCapture(t *testing.T) string {
	t.Helper()
	us, host := netip.MustParseAddr("10.77.1.1"), netip.MustParseAddr("198.18.0.1")
	file, err := os.Create(filepath.Join(t.TempDir(), "capture.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := pcapfile.NewWriter(file, packet.Raw, "")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	put := func(after time.Duration, port uint16, ours bool, flags packet.Flags, payload string) {
		p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: host, Dst: us, TTL: 64, Transport: packet.TCP,
			Payload: []byte(payload), TCP: packet.TCPHeader{SrcPort: 80, DstPort: port, Flags: flags}}
		if ours {
			p.Src, p.Dst, p.TCP.SrcPort, p.TCP.DstPort = us, host, port, 80
		}
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(packet.Raw, frame, start.Add(after), pcapfile.Unknown)
	}
	const synAck, fin = packet.SYN | packet.ACK, packet.FIN | packet.ACK
	for port, said := range map[uint16]string{10001: "", 10002: "FIN", 10003: "GET"} {
		put(0, port, true, packet.SYN, "")
		put(0, port, false, synAck, "")
		if said == "" {
			put(time.Second, port, false, synAck, "")
			put(3*time.Second, port, false, synAck, "")
		} else {
			put(0, port, true, packet.ACK, "")
			if said == "FIN" {
				put(0, port, true, fin, "")
			} else {
				put(0, port, true, packet.ACK, said)
			}
			for _, at := range []time.Duration{0, 200, 600, 1400} {
				put(at*time.Millisecond, port, false, fin, "")
			}
		}
		put(5*time.Second, port, true, packet.RST, "")
	}
	put(6*time.Second, 10003, true, packet.RST, "")
	put(0, 40000, true, packet.SYN, "") // of other probes
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// Times are held beside the capture, also where a copy was lost on the way, and the ends of
// connections are counted.
func TestFlows(t *testing.T) {
	h := whorl.Host{Addr: netip.MustParseAddr("198.18.0.1"), Seen: whorl.Span{First: time.Unix(0, 0), Last: time.Unix(5, 5e8)},
		Observations: []whorl.Observation{{Method: "backoff", Print: "SynRcvd(G=1,2.003%E=none%T=5)\n" +
			"LastAck(G=0.2,1.2%E=none%T=5%R=0.001)\nFinWait1(G=0.201,0.4,0.8%E=none%T=5%R=0.001)\n"}}}
	later := whorl.Host{Addr: netip.MustParseAddr("198.18.0.3"), Seen: whorl.Span{First: time.Unix(3, 0), Last: time.Unix(7, 5e8)},
		Observations: []whorl.Observation{{Method: "backoff", Print: "SynRcvd(E=none%T=4)\n"}}}
	other := whorl.Host{Addr: netip.MustParseAddr("198.18.0.2")}
	var out bytes.Buffer
	if err := flowsRun(timedCapture(t), writeLines(t, "result.json", h, later, other), "", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"timed\t2\tof 3 hosts\n", "flows\t3\t", "packets\t3.67\tsent in a flow, 5 at most\n",
		"resets\t2\tflows with one RST from us; 1 with more, 0 with none\n", "early\t1\t",
		"shortest\t5.000\ts from a SYN to the RST of its flow, 5.000 the longest\n", "lost\t1\t", "longest\t5.500\t",
		"error\t0.000\tms that a gap is off, median of 7\n", "error100\t3.000\t",
		"span\t7.5\ts from the first packet to the last; the last host was begun after 3.0\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := flowsRun(timedCapture(t), writeLines(t, "result.json", h), timedCapture(t), &out); err != nil ||
		!strings.Contains(out.String(), "error100\t3.000\t") || !strings.Contains(out.String(), "lost\t1\t") {
		t.Errorf("with a capture of our own interface: %v\n%s", err, out.String())
	}
	if err := flowsRun(timedCapture(t), writeLines(t, "result.json", other), "", &out); err == nil {
		t.Error("a result without times is taken")
	}
}
