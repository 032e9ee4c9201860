package decoy

import (
	"io"
	"net"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/packet"
	"whorl/persona"
)

// hall is a link in real time.
type hall struct {
	in, out chan []byte
	woken   chan struct{}
	ended   chan struct{}
}

func newHall() *hall {
	return &hall{make(chan []byte, 64), make(chan []byte, 64), make(chan struct{}, 1), make(chan struct{})}
}

func (h *hall) LinkType() packet.LinkType { return packet.Ethernet }
func (h *hall) Now() time.Time            { return time.Now() }
func (h *hall) Close() error              { close(h.ended); return nil }

func (h *hall) Wake() {
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

func (h *hall) Send(frame []byte) (time.Time, error) {
	h.out <- append([]byte(nil), frame...)
	return time.Now(), nil
}

func (h *hall) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	t := time.NewTimer(time.Until(deadline))
	defer t.Stop()
	select {
	case f := <-h.in:
		return copy(buf, f), time.Now(), nil
	case <-h.ended:
		return 0, time.Now(), io.EOF
	case <-h.woken:
	case <-t.C:
	}
	return 0, time.Now(), link.ErrTimeout
}

// A visitor talks with a program behind a decoy, and one who meets nobody is reset; both stand
// in the contact.
func TestRelay(t *testing.T) {
	o, _ := watched(t)
	backend := func(at string) *persona.Backend {
		b, err := ParseBackend(at, false)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	at := listener(t, "tcp", "127.0.0.1:0", func(c net.Conn) { io.Copy(c, c) })
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	nobody.Close()
	o.Groups[0].Persona.OpenTCP = nil
	o.Groups[0].Persona.Services = []persona.Service{{Port: 80, Backend: backend(at)}, {Port: 81, Backend: backend(nobody.Addr().String())}}
	o.Dialogue, o.Start = true, time.Now()
	var last whorl.Contact
	o.Contact = func(c *whorl.Contact) { last = *c }
	missing := 0
	o.Unreached = func(err error) { missing++ }
	n, h := newNetwork(t, o), newHall()
	ended := make(chan error)
	go func() { ended <- n.Run(h) }()
	say := func(port uint16, flags packet.Flags, seq, ack uint32, text string) {
		p := synFrom(us, someone, 40000)
		p.TCP.DstPort, p.TCP.Flags, p.TCP.Seq, p.TCP.Ack, p.Payload = port, flags, seq, ack, []byte(text)
		h.in <- wired(t, p)
	}
	// next is the next segment that says something else than that ours came.
	next := func() (p packet.Packet) {
		for {
			select {
			case f := <-h.out:
				if p.Decode(packet.Ethernet, f); p.TCP.Flags != packet.ACK || len(p.Payload) > 0 {
					return p
				}
			case <-time.After(patience):
				t.Fatal("nothing comes")
			}
		}
	}
	for range 2 { // one that is reset, and one that another can be
		say(81, packet.SYN, 1, 0, "")
		first := next().TCP.Seq
		say(81, packet.ACK, 2, first+1, "")
		if p := next(); !p.TCP.Flags.Has(packet.RST) || p.TCP.Seq != first+1 {
			t.Errorf("who meets nobody gets %v", p.TCP.Flags)
		}
	}
	say(80, packet.SYN, 1, 0, "")
	first := next().TCP.Seq
	say(80, packet.ACK, 2, first+1, "hello")
	if p := next(); string(p.Payload) != "hello" || p.TCP.Seq != first+1 || p.TCP.Ack != 7 {
		t.Errorf("%q came back", p.Payload)
	}
	say(80, packet.ACK|packet.FIN, 7, first+6, "")
	if p := next(); !p.TCP.Flags.Has(packet.FIN) || p.TCP.Ack != 8 {
		t.Errorf("a close is answered by %v", p.TCP.Flags)
	}
	say(80, packet.ACK, 8, first+7, "")
	h.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if c := n.Counts(); c.Visits != 3 || c.Unreached != 2 || c.Full != 0 || missing != 1 {
		t.Errorf("%d visits, %d met nobody, which was told %d times; %d found no room", c.Visits, c.Unreached, missing, c.Full)
	}
	if d := last.Dialogue; len(d) != 2 || d[0].Text != "hello" || d[0].Answer || d[1].Text != "hello" || !d[1].Answer {
		t.Errorf("told %+v", d)
	}
}
