package main

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl/listen"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

const p0fRecords = apiRecords + `Fingerprint Microsoft Windows 10
Class Microsoft | Windows | 10 | general purpose
Syn(TTL=80%DF=Y%ID=N%W=FAF0%WS=8%O=MNWNNS)

Fingerprint Some scanner
Class Some | scanner | | program
Syn(TTL=FF%DF=N%W=400%O=M)

`

// logged is what the log says of packets.
func logged(t *testing.T, feed func(l *listen.Listener)) string {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(p0fRecords), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var out bytes.Buffer
	log := newP0fLog(&out, verdict.NewHandshakes(osdb.Set{db}, verdict.Options{}))
	keep := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	log.heard = listen.New(listen.Options{Handshake: func(h *listen.Handshake) { keep(log.handshake(h)) },
		Talk: func(d *listen.Talk) { keep(log.talk(d)) }, Ran: func(r *listen.Ran) { keep(log.ran(r)) }})
	feed(log.heard)
	return out.String()
}

// segmentOf is a segment from apiHost to a server, or back, as Linux sends it.
func segmentOf(port uint16, server byte, flags packet.Flags, stamp uint32, payload string) packet.Packet {
	p := packet.Packet{Network: packet.IPv4, Src: apiHost, Dst: netip.AddrFrom4([4]byte{198, 51, 100, server}), TTL: 60,
		IPv4: packet.IPv4Header{DF: true, ID: port}, Proto: packet.ProtoTCP, Transport: packet.TCP, Payload: []byte(payload)}
	p.TCP = packet.TCPHeader{SrcPort: port, DstPort: 80, Seq: uint32(port), Flags: flags, Window: 64240,
		Options: []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, byte(stamp >> 24), byte(stamp >> 16), byte(stamp >> 8), byte(stamp), 0, 0, 0, 0, 1, 3, 3, 7}}
	if flags&packet.SYN == 0 {
		p.TCP.Options = append([]byte{1, 1}, p.TCP.Options[6:16]...)
	}
	return p
}

// asWindows is a SYN as Windows sends it, asScanner one of a program.
func asWindows(p packet.Packet) packet.Packet {
	p.TTL, p.TCP.Options = 120, []byte{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}
	return p
}

func asScanner(p packet.Packet) packet.Packet {
	p.TTL, p.IPv4.DF, p.TCP.Window, p.TCP.Options = 250, false, 1024, []byte{2, 4, 5, 0xb4}
	return p
}

// The log says once that another system follows, and that several take turns.
func TestP0fLogChanges(t *testing.T) {
	feed := func(order string) string {
		return logged(t, func(l *listen.Listener) {
			for i, c := range order {
				p := segmentOf(uint16(2000+i), 1, packet.SYN, 9, "")
				if c == 'w' {
					p = asWindows(p)
				}
				l.Packet(&p, apiStart.Add(time.Duration(i)*time.Second))
			}
		})
	}
	for order, want := range map[string]string{
		"llllll":       "",
		"llllwwwwww":   "mod=host change|cli=192.0.2.9/2006|srv=198.51.100.1/80|subj=cli|reason=os_diff|raw_hits=7,7,7,7\n",
		"lwlwlwlwlwlw": "mod=ip sharing|cli=192.0.2.9/2005|srv=198.51.100.1/80|subj=cli|reason=os_diff|raw_hits=6,6,6,6\n",
	} {
		var got string
		for line := range strings.Lines(feed(order)) {
			if _, l, _ := strings.Cut(line, "] "); !strings.HasPrefix(l, "mod=syn|") && !strings.HasPrefix(l, "mod=mtu|") {
				got += l
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", order, got, want)
		}
	}
}

// Uptimes, heads of HTTP and programs stand in the log as p0f writes them.
func TestP0fLogLines(t *testing.T) {
	const hz = 250
	text := logged(t, func(l *listen.Listener) {
		clock := func(at time.Duration) uint32 { return uint32((50*time.Hour + at).Seconds() * hz) }
		for i, server := range []byte{1, 2, 3} {
			begin := time.Duration(i) * time.Minute
			for _, s := range []struct {
				after   time.Duration
				flags   packet.Flags
				payload string
			}{{0, packet.SYN, ""}, {time.Second, packet.ACK, "GET / HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0)\r\n\r\n"}, {2 * time.Second, packet.ACK, ""}} {
				p := segmentOf(uint16(3000+i), server, s.flags, clock(begin+s.after), s.payload)
				l.Packet(&p, apiStart.Add(begin+s.after))
			}
		}
		p := asScanner(segmentOf(4000, 1, packet.SYN, 0, ""))
		p.Src = netip.MustParseAddr("192.0.2.77")
		l.Packet(&p, apiStart)
	})
	for _, want := range []string{
		"mod=uptime|cli=192.0.2.9/3002|srv=198.51.100.3/80|subj=cli|uptime=2 days 2 hrs 2 min (modulo 198 days)|raw_freq=250.00 Hz\n",
		"mod=http request|cli=192.0.2.9/3000|srv=198.51.100.1/80|subj=cli|app=???|lang=none|params=dishonest|raw_sig=1:User-Agent:Host,",
		"mod=syn|cli=192.0.2.77/4000|srv=198.51.100.1/80|subj=cli|app=Some scanner|dist=5|",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%d of %q in\n%s", strings.Count(text, want), want, text)
		}
	}
	if n := strings.Count(text, "mod=http request"); n != 3 {
		t.Errorf("%d requests, want one for each connection", n)
	}
}
