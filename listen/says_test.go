package listen

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/method/claim"
	"whorl/packet"
)

// tell feeds a segment of TCP with a payload.
func tell(t testing.TB, l *Listener, from netip.Addr, payload string, after time.Duration) {
	t.Helper()
	p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: from, Dst: server, TTL: 64, Proto: packet.ProtoTCP, Transport: packet.TCP,
		TCP: packet.TCPHeader{SrcPort: 40000, DstPort: 80, Flags: packet.ACK}, Payload: []byte(payload)}
	b, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	l.Frame(packet.Raw, b, start.Add(after))
}

func get(agent string) string { return "GET / HTTP/1.1\r\nUser-Agent: " + agent + "\r\n\r\n" }

// heardSaying are the claims in a record, with how many packets said so.
func heardSaying(h *whorl.Host) (out []string) {
	for _, o := range h.Observations {
		if o.Method == "claim" {
			out = append(out, fmt.Sprintf("%d %s", o.Conditions.Answered, o.Print))
		}
	}
	return out
}

// A host's claims come with what it shows, whichever came first, and are news once.
func TestClaims(t *testing.T) {
	l := New(Options{})
	a := client(1)
	tell(t, l, a, get("Mozilla/5.0 (Windows NT 10.0; Win64)"), 0)
	asks(a, 1000, 1).feed(t, l, time.Second)
	tell(t, l, a, get("Mozilla/5.0 (Windows NT 10.0; rv:68.0)"), 2*time.Second) // the same system
	tell(t, l, a, get("curl/7.58.0"), 2*time.Second)                            // none
	var got [][]string
	for h := range l.News() {
		got = append(got, heardSaying(h))
	}
	want := [][]string{{"2 User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64)\n"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	tell(t, l, a, get("Mozilla/5.0 (Windows NT 10.0; rv:68.0)"), 3*time.Second)
	for h := range l.News() {
		t.Errorf("what was said before is news of %v", h.Addr)
	}
	tell(t, l, a, "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4\r\n", 4*time.Second)
	n := 0
	for h := range l.News() {
		if n++; len(heardSaying(h)) != 2 {
			t.Errorf("says %v", heardSaying(h))
		}
	}
	if n != 1 {
		t.Errorf("%d news", n)
	}
}

// Of many claims the rarest goes; many addresses that show nothing displace nobody.
func TestClaimsAreBounded(t *testing.T) {
	l := New(Options{})
	a := client(1)
	for range 2 {
		for i := range maxSaid {
			tell(t, l, a, get(fmt.Sprintf("x (Linux; Android %d.1)", i+1)), 0)
		}
	}
	tell(t, l, a, get("x (Linux; Android 9.9)"), 0)
	tell(t, l, a, get("x (Linux; Android 10.1)"), 0)
	tell(t, l, a, get("x (Linux; Android 11.1)"), 0)
	if s := l.says.ring[0].said; len(s) != maxSaid || s[0].Text != "x (Linux; Android 11.1)" || s[1].count != 2 {
		t.Errorf("%v", s)
	}
	c := claim.Claim{Kind: claim.SSH, Text: "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4"}
	for i := range maxSayers + 100 {
		c.Host = client(i)
		l.says.note(c, start, false)
	}
	if len(l.says.ring) != maxSayers || len(l.says.places) != maxSayers || l.says.places[address(a.As16())] != 0 {
		t.Errorf("%d claimants, %d places", len(l.says.ring), len(l.says.places))
	}
	c.Host = client(maxSayers + 1)
	if !l.says.note(c, start, true) || len(l.says.places) != maxSayers {
		t.Errorf("a host that shows something finds no room; %d places", len(l.says.places))
	}
}

// Who says something and shows nothing has a record of its own.
func TestSayers(t *testing.T) {
	l := New(Options{})
	tell(t, l, client(1), get("x (Windows NT 6.1)"), 0)
	tell(t, l, client(2), get("x (Windows NT 6.1)"), time.Second)
	tell(t, l, netip.MustParseAddr("224.0.0.1"), get("x (Windows NT 6.1)"), time.Second)
	asks(client(1), 1000, 1).feed(t, l, time.Second)
	n := 0
	for h := range l.Sayers() {
		if n++; h.Addr != client(2) || len(heardSaying(h)) != 1 || !h.Seen.Last.Equal(start.Add(time.Second)) {
			t.Errorf("%+v", h)
		}
	}
	if n != 1 {
		t.Errorf("%d records", n)
	}
}
