package listen

import (
	"testing"
	"time"

	"whorl/packet"
)

// The first data of each end is handed on once, if the connection was seen to begin.
func TestTalk(t *testing.T) {
	var got []string
	l := New(Options{Talk: func(d *Talk) {
		who := "client "
		if d.Answer {
			who = "server "
		}
		if d.Client.Addr() != client(1) {
			t.Errorf("client %v", d.Client)
		}
		got = append(got, who+string(d.Payload))
	}})
	syn := asks(client(1), 1000, 7)
	syn.feed(t, l, 0)
	var p packet.Packet
	p.Decode(packet.Raw, syn.frame(t))
	say := func(answer bool, port uint16, payload string) {
		q := p
		q.TCP.Flags, q.TCP.Options, q.TCP.SrcPort, q.Payload = packet.ACK, nil, port, []byte(payload)
		if answer {
			q.Src, q.Dst = q.Dst, q.Src
			q.TCP.SrcPort, q.TCP.DstPort = q.TCP.DstPort, q.TCP.SrcPort
		}
		l.Packet(&q, start.Add(time.Second))
	}
	say(false, 1000, "")
	say(false, 1000, "first")
	say(true, 1000, "answer")
	say(false, 1000, "second")
	say(true, 1000, "more")
	say(false, 1001, "another connection")
	if want := []string{"client first", "server answer"}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%q, want %q", got, want)
	}
}
