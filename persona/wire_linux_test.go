package persona_test

import (
	"bytes"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/link"
	"whorl/packet"
	"whorl/persona"
)

// segment is a persona on a real link: its outlet, and what answers ARP for it.
type segment struct {
	conn  link.Conn
	p     *persona.Persona
	peer  packet.MAC
	queue []happening
}

var farMAC = packet.MAC{0x02, 0x77, 0x68, 0x6f, 0x72, 0x6c}

func (s *segment) Send(after time.Duration, p *packet.Packet) {
	q := *p
	q.Link, q.SrcMAC, q.DstMAC = packet.Ethernet, farMAC, s.peer
	if frame, err := q.Append(nil); err == nil {
		s.conn.Send(frame)
	}
}

func (s *segment) After(d time.Duration, f func(time.Time)) {
	s.queue = append(s.queue, happening{s.conn.Now().Add(d), f})
	slices.SortStableFunc(s.queue, func(a, b happening) int { return a.at.Compare(b.at) })
}

// run answers until the link is closed.
func (s *segment) run() error {
	var (
		buf [2048]byte
		in  packet.Packet
	)
	for {
		now := s.conn.Now()
		for len(s.queue) > 0 && !s.queue[0].at.After(now) {
			do := s.queue[0].do
			s.queue = s.queue[1:]
			do(now)
		}
		until := now.Add(100 * time.Millisecond)
		if len(s.queue) > 0 && s.queue[0].at.Before(until) {
			until = s.queue[0].at
		}
		n, at, err := s.conn.Recv(buf[:], until)
		if err == link.ErrTimeout {
			continue
		} else if err != nil {
			return err
		}
		in.Decode(packet.Ethernet, buf[:n])
		s.peer = in.SrcMAC
		switch {
		case in.Network == packet.ARP && in.ARP.Op == packet.ARPRequest && in.ARP.TargetIP == victim:
			s.Send(0, &packet.Packet{Network: packet.ARP, ARP: packet.ARPHeader{Op: packet.ARPReply, SenderMAC: farMAC,
				SenderIP: victim, TargetMAC: in.ARP.SenderMAC, TargetIP: in.ARP.SenderIP}})
		case in.Network == packet.IPv4:
			s.p.Receive(at, &in, s)
		}
	}
}

// A real client gets what services say: curl, over a wire of its own.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	cable := target.Cable(t, "198.51.100.1/24")
	conn, _, err := cable.End("v1")
	if err != nil {
		t.Fatal(err)
	}
	body := letters(persona.MaxReply - 100)
	web := page(body)
	web.Port = 8080
	small, _ := persona.Usual("http", 80, entry(t, strings.Replace(stack, "Class Example | Example | 1.X", "Class FreeBSD | FreeBSD | 9.X", 1)), "www")
	ssh := persona.Service{Port: 22, Greeting: []byte("SSH-2.0-Example_1.0\r\n"), End: "\n", Rules: []persona.Rule{{Close: true}}}
	s := &segment{conn: conn, p: mustNew(t, persona.Options{Services: []persona.Service{web, small, ssh}})}
	done := make(chan error)
	go func() { done <- s.run() }()
	t.Cleanup(func() {
		conn.Close()
		if err := <-done; err != io.EOF {
			t.Error(err)
		}
	})
	curl := func(args ...string) []byte {
		t.Helper()
		out, err := exec.Command("ip", append([]string{"netns", "exec", cable.NS, "curl", "-sS", "--max-time", "20"}, args...)...).Output()
		if err != nil {
			t.Errorf("curl %v: %v", args, err)
		}
		return out
	}
	url := "http://" + victim.String()
	began := time.Now()
	if got := curl(url + ":8080/file"); !bytes.Equal(got, body) {
		t.Errorf("%d bytes of %d", len(got), len(body))
	}
	t.Logf("%d bytes in %v", len(body), time.Since(began))
	if got := curl("-i", url+"/"); !bytes.Contains(got, []byte("Server: nginx")) || !bytes.HasSuffix(got, []byte("</html>\n")) {
		t.Errorf("a page: %q", got)
	}
	if got := curl("-I", url+"/"); !bytes.Contains(got, []byte("401")) {
		t.Errorf("HEAD: %q", got)
	}
	if got := curl("-d", "user=root", url+"/login"); !bytes.Contains(got, []byte("Unauthorized")) {
		t.Errorf("POST: %q", got)
	}
	greeting := exec.Command("ip", "netns", "exec", cable.NS, "curl", "-sS", "--max-time", "20", "telnet://"+victim.String()+":22")
	greeting.Stdin = strings.NewReader("SSH-2.0-me\r\n")
	if got, err := greeting.Output(); err != nil || string(got) != "SSH-2.0-Example_1.0\r\n" {
		t.Errorf("greeting %q, %v", got, err)
	}
}
