package seek

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl/method"
	"whorl/packet"
)

// result keeps what does not depend on chance.
func (s *search) result() Result {
	r := s.Result
	r.RTT = method.RTT{}
	r.ClosedUDP = 0
	if !r.ClosedKnown {
		r.ClosedTCP = 0
	}
	return r
}

// tcpPorts are candidates that are not asked for the sign of life.
var tcpPorts = []uint16{22, 23, 25, 53}

func open(port uint16) State   { return State{Port: port, Open: true, TTL: 64, Reason: "syn-ack"} }
func closed(port uint16) State { return State{Port: port, Closed: true, TTL: 64, Reason: "reset"} }

func TestSearch(t *testing.T) {
	all := Result{Up: true, Reason: "echo-reply", OpenTCP: 22, ClosedTCP: 23, ClosedKnown: true}
	with := func(change func(*Result), ports ...State) Result {
		r := all
		r.Ports = ports
		if change != nil {
			change(&r)
		}
		return r
	}
	for _, c := range []struct {
		name string
		h    host
		o    Options
		want Result
		sent string
	}{
		{"open and closed", host{echo: true, open: []uint16{22}, closed: []uint16{23}}, Options{TCP: tcpPorts},
			with(nil, open(22), closed(23)), "echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53"},
		{"443 closed already", host{echo: true, open: []uint16{22}, closed: []uint16{443}}, Options{TCP: []uint16{22, 443, 23}},
			with(func(r *Result) { r.ClosedTCP = 443 }, closed(443), open(22)), "echo, SYN 443, ACK 80, SYN 22, SYN 23"},
		{"443 closed, but another port is named", host{echo: true, open: []uint16{22}, closed: []uint16{443, 53}}, Options{TCP: tcpPorts},
			with(func(r *Result) { r.ClosedTCP = 53 }, closed(443), open(22), closed(53)), "echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53"},
		{"443 open, but another port is named", host{open: []uint16{443, 53}, closed: []uint16{22}}, Options{TCP: tcpPorts},
			with(func(r *Result) { r.Reason, r.OpenTCP, r.ClosedTCP = "syn-ack", 53, 22 }, open(443), closed(22), open(53)),
			"echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53"},
		{"443 alone closed", host{echo: true, open: []uint16{22}, closed: []uint16{443}}, Options{TCP: tcpPorts},
			with(func(r *Result) { r.ClosedTCP, r.Silent = 443, 3 }, closed(443), open(22)),
			"echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53, SYN 23, SYN 25, SYN 53"},
		{"443 alone open", host{open: []uint16{443}, closed: []uint16{22}}, Options{TCP: tcpPorts},
			with(func(r *Result) { r.Reason, r.OpenTCP, r.ClosedTCP, r.Silent = "syn-ack", 443, 22, 3 }, open(443), closed(22)),
			"echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53, SYN 23, SYN 25, SYN 53, SYN 23, SYN 25, SYN 53"},
		{"up by reset", host{closed: []uint16{80}, open: []uint16{53}}, Options{TCP: []uint16{80, 53}},
			with(func(r *Result) { r.Reason, r.OpenTCP, r.ClosedTCP = "reset", 53, 80 }, closed(80), open(53)),
			"echo, SYN 443, ACK 80, SYN 80, SYN 53"},
		{"up by its own error", host{errors: []uint16{443}, from: them, open: []uint16{22}, closed: []uint16{23}}, Options{TCP: tcpPorts},
			with(func(r *Result) { r.Reason = "admin-prohibited" }, State{Port: 443, TTL: 64, Reason: "admin-prohibited"}, open(22), closed(23)),
			"echo, SYN 443, ACK 80, SYN 22, SYN 23, SYN 25, SYN 53"},
		{"a router's error is no sign of life", host{errors: []uint16{443}, from: router}, Options{TCP: tcpPorts},
			Result{Ports: []State{{Port: 443, TTL: 64, Reason: "admin-prohibited"}}}, "echo, SYN 443, ACK 80, echo, ACK 80"},
		{"down", host{}, Options{}, Result{Silent: 1}, "echo, SYN 443, ACK 80, echo, SYN 443, ACK 80"},
		{"down, asked once", host{}, Options{Tries: 1}, Result{Silent: 1}, "echo, SYN 443, ACK 80"},
		{"known to be up", host{open: []uint16{22}, closed: []uint16{23}}, Options{TCP: tcpPorts, Up: "user-set"},
			with(func(r *Result) { r.Reason = "user-set" }, open(22), closed(23)), "SYN 22, SYN 23, SYN 25, SYN 53"},
		{"stops at the first of each", host{open: []uint16{22, 23, 25}, rest: "closed"}, Options{TCP: []uint16{22, 23, 25, 53, 80, 81, 82, 83, 84}, Up: "x"},
			with(func(r *Result) { r.Reason, r.ClosedTCP = "x", 53 }, open(22), open(23), open(25), closed(53)),
			"SYN 22, SYN 23, SYN 25, SYN 53, SYN 80, SYN 81"},
		{"an error is waited for no more", host{errors: []uint16{22, 25}, from: router, open: []uint16{23}, closed: []uint16{53}}, Options{TCP: tcpPorts, Up: "x"},
			with(func(r *Result) { r.Reason, r.OpenTCP, r.ClosedTCP = "x", 23, 53 }, State{Port: 22, TTL: 64, Reason: "admin-prohibited"},
				open(23), State{Port: 25, TTL: 64, Reason: "admin-prohibited"}, closed(53)), "SYN 22, SYN 23, SYN 25, SYN 53"},
		{"the same port twice, and none", host{open: []uint16{22}, closed: []uint16{23}}, Options{TCP: []uint16{22, 0, 22, 23}, Up: "x"},
			with(func(r *Result) { r.Reason = "x" }, open(22), closed(23)), "SYN 22, SYN 23"},
	} {
		for range 2 { // over IPv4, then over IPv6
			s := run(t, &c.h, c.o)
			if d := cmp.Diff(c.want, s.result(), noSYNACK); d != "" {
				t.Errorf("%s, IPv6 %v: %s", c.name, c.h.six, d)
			}
			if d := cmp.Diff(c.sent, strings.Join(s.sent, ", ")); d != "" {
				t.Errorf("%s, IPv6 %v: %s", c.name, c.h.six, d)
			}
			if s.Packets() != len(s.sent) {
				t.Errorf("%s: %d packets counted, %d sent", c.name, s.Packets(), len(s.sent))
			}
			c.h.six, c.h.seen = true, nil
		}
	}
}

// Without an answer a host is given up after two seconds; packets to it keep their
// distance.
func TestTimes(t *testing.T) {
	s := run(t, &host{}, Options{})
	want := []time.Duration{0, gap, 2 * gap, time.Second, time.Second + gap, time.Second + 2*gap}
	if d := cmp.Diff(want, s.at); d != "" {
		t.Error(d)
	}
	if s.took != 2*time.Second+2*gap {
		t.Errorf("took %v", s.took)
	}
	s = run(t, &host{rest: "closed"}, Options{Up: "x"})
	for i := 1; i < len(s.at); i++ {
		if s.at[i]-s.at[i-1] < gap {
			t.Errorf("%s leaves %v after %s", s.sent[i], s.at[i]-s.at[i-1], s.sent[i-1])
		}
	}
}

// A host without an answer on any candidate costs two packets a port, and a few high
// ports more, in the hope that one is closed.
func TestFiltered(t *testing.T) {
	for name, rest := range map[string]string{"all silent": "", "high ports closed": "closed"} {
		h := &host{echo: true, rest: rest, lose: func(q *packet.Packet, _ int) bool {
			return q.Transport == packet.TCP && q.TCP.DstPort < 30000
		}}
		s := run(t, h, Options{TCP: tcpPorts})
		guessed, known := 0, false
		for _, sent := range s.sent[11:] { // 3 signs of life, 4 candidates twice
			var port uint16
			fmt.Sscanf(sent, "SYN %d", &port)
			if port >= 30000 && port <= 44780 {
				guessed++
			}
			known = known || port == s.ClosedTCP
		}
		if rest == "" && (s.Silent != 1+4+guesses || s.ClosedKnown || guessed != 2*guesses) {
			t.Errorf("%s: %d silent, closed known %v, %d guesses", name, s.Silent, s.ClosedKnown, guessed)
		}
		if rest != "" && (!s.ClosedKnown || !known || len(s.Ports) != guesses) {
			t.Errorf("%s: closed known %v, %v", name, s.ClosedKnown, s.Ports)
		}
		if s.ClosedUDP < 30000 || s.ClosedUDP > 44780 {
			t.Errorf("%s: UDP port %d", name, s.ClosedUDP)
		}
	}
	if s := run(t, &host{}, Options{UDP: 53}); s.ClosedUDP != 53 {
		t.Errorf("UDP port %d", s.ClosedUDP)
	}
}

// A reset from another distance is recorded as forged, and is the closed port only
// when a few more candidates gave no better one.
func TestForgedResets(t *testing.T) {
	many := []uint16{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 22}
	for _, c := range []struct {
		name   string
		h      host
		tcp    []uint16
		closed uint16
		forged []uint16
	}{
		{"before the open port", host{open: []uint16{22}, forged: []uint16{1, 2}, closed: []uint16{3}}, []uint16{1, 2, 22, 3}, 3, []uint16{1, 2}},
		{"after it", host{open: []uint16{22}, forged: []uint16{1, 2}, closed: []uint16{3}}, []uint16{22, 1, 2, 3}, 3, []uint16{1, 2}},
		{"a true one first", host{open: []uint16{22}, forged: []uint16{1, 2}, closed: []uint16{3}}, []uint16{3, 1, 2, 22}, 3, []uint16{1, 2}},
		{"nothing but forged ones", host{open: []uint16{22}, forged: many[:10]}, slices.Concat([]uint16{22}, many[:10]), 1, many[:5]},
		{"of one distance", host{open: []uint16{22}, closed: []uint16{1}}, []uint16{1, 22}, 1, nil},
		{"another initial TTL is no other distance", host{open: []uint16{22}, closed: []uint16{1}, bend: func(q, r *packet.Packet) {
			if r.TTL = 63; q.TCP.DstPort == 1 {
				r.TTL = 254
			}
		}}, []uint16{22, 1}, 1, nil},
	} {
		s := run(t, &c.h, Options{TCP: c.tcp, Up: "x"})
		var forged []uint16
		for _, p := range s.Ports {
			if p.Forged {
				forged = append(forged, p.Port)
			}
		}
		if s.OpenTCP != 22 || s.ClosedTCP != c.closed || !s.ClosedKnown {
			t.Errorf("%s: open %d, closed %d (known %v)", c.name, s.OpenTCP, s.ClosedTCP, s.ClosedKnown)
		}
		if len(forged) > len(c.forged) {
			forged = forged[:len(c.forged)]
		}
		if d := cmp.Diff(c.forged, forged, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// A lost packet is sent again from the next source port, so that its answer is told
// from a late one to the first.
func TestRetries(t *testing.T) {
	var from []uint16
	h := &host{open: []uint16{22}, closed: []uint16{23}, lose: func(q *packet.Packet, nth int) bool {
		if q.TCP.DstPort == 23 {
			from = append(from, q.TCP.SrcPort)
		}
		return q.TCP.DstPort == 23 && nth < 3
	}}
	s := run(t, h, Options{TCP: tcpPorts, Up: "x", Tries: 3})
	if len(from) != 3 || from[1] != from[0]+1 || from[2] != from[0]+2 || s.ClosedTCP != 23 {
		t.Errorf("source ports %d, closed port %d", from, s.ClosedTCP)
	}
	// The answer to the first try comes after the second has left.
	h = &host{open: []uint16{22}, closed: []uint16{23}, delay: func(q *packet.Packet) time.Duration {
		if q.TCP.DstPort == 23 {
			return 150 * ms
		}
		return ms
	}}
	s = run(t, h, Options{TCP: []uint16{22, 23}, Up: "x"})
	if s.ClosedTCP != 23 || s.RTT.Smoothed > 2*ms {
		t.Errorf("closed port %d, round trip %v", s.ClosedTCP, s.RTT.Smoothed)
	}
}

// Of few ports the only open one is not missed for two packets that were lost, and it is
// asked once more only where something has answered.
func TestOnlyOpenPort(t *testing.T) {
	lost := func(q *packet.Packet, nth int) bool { return q.TCP.DstPort == 22 && nth < 3 }
	for _, c := range []struct {
		name string
		h    host
		o    Options
		want uint16
		sent int // SYNs to port 22
	}{
		{"of two", host{open: []uint16{22}, closed: []uint16{23}, lose: lost}, Options{TCP: []uint16{22, 23}, Up: "x"}, 22, 3},
		{"beside another", host{open: []uint16{22, 25}, closed: []uint16{23}, lose: lost}, Options{TCP: []uint16{22, 23, 25}, Up: "x"}, 25, 1},
		{"asked once", host{open: []uint16{22}, closed: []uint16{23}, lose: lost}, Options{TCP: []uint16{22, 23}, Up: "x", Tries: 1}, 0, 1},
		{"nothing answers", host{open: []uint16{22}, lose: lost}, Options{TCP: []uint16{22, 23}, Up: "x"}, 0, 2},
	} {
		s := run(t, &c.h, c.o)
		sent := 0
		for _, what := range s.sent {
			if what == "SYN 22" {
				sent++
			}
		}
		if s.OpenTCP != c.want || sent != c.sent {
			t.Errorf("%s: open port %d after %d SYNs, want %d after %d", c.name, s.OpenTCP, sent, c.want, c.sent)
		}
	}
}

// Answers that do not carry the numbers of a probe are not believed.
func TestStrays(t *testing.T) {
	for name, bend := range map[string]func(q, r *packet.Packet){
		"address":         func(q, r *packet.Packet) { r.Src = router },
		"source port":     func(q, r *packet.Packet) { r.TCP.SrcPort = 999 },
		"port below":      func(q, r *packet.Packet) { r.TCP.DstPort -= 2 },
		"port of try 4":   func(q, r *packet.Packet) { r.TCP.DstPort += 3 },
		"acknowledgement": func(q, r *packet.Packet) { r.TCP.Ack += 2 },
		"flags":           func(q, r *packet.Packet) { r.TCP.Flags = packet.ACK },
		"IPv6":            func(q, r *packet.Packet) { r.Network = packet.IPv6 },
		"UDP":             func(q, r *packet.Packet) { r.Transport = packet.UDP },
		"echo of another": func(q, r *packet.Packet) {
			r.Transport, r.ICMP = packet.ICMP, packet.ICMPHeader{Type: packet.ICMPEchoReply, Rest: 77}
		},
		"error without a quote": func(q, r *packet.Packet) {
			r.Transport, r.ICMP = packet.ICMP, packet.ICMPHeader{Type: packet.ICMPUnreachable}
		},
	} {
		for _, h := range []*host{{rest: "closed", bend: bend}, {open: tcpPorts, bend: bend}} {
			s := run(t, h, Options{TCP: tcpPorts, Up: "x"})
			if len(s.Ports) != 0 || s.Silent != len(tcpPorts)+guesses {
				t.Errorf("%s: %v, %d silent", name, s.Ports, s.Silent)
			}
		}
	}
}

// What the host itself says counts more than an error from the path, and than the
// guess that it says nothing.
func TestLateTruth(t *testing.T) {
	m := NewMachine(them, method.Key{}.Stream(them, "seek"), Options{TCP: []uint16{22, 23}, Up: "x", Tries: 1})
	router := &host{errors: []uint16{22}, from: router}
	self := &host{open: []uint16{22}, closed: []uint16{23}}
	var out method.Outbox
	asked := map[uint16]*packet.Packet{}
	for now := epoch; m.Silent == 0; now = now.Add(gap) {
		out.Reset()
		m.Poll(now, &out)
		for i := range out.Len() {
			q, _ := out.At(i)
			q.Src, q.Link = us, packet.Raw
			asked[q.TCP.DstPort] = q.Clone()
			if r := router.answer(q); r != nil {
				m.Receive(r, now)
			}
		}
	}
	if d := cmp.Diff([]State{{Port: 22, TTL: 64, Reason: "admin-prohibited"}}, m.Ports); d != "" || m.Silent != 1 {
		t.Errorf("%d silent, %s", m.Silent, d)
	}
	for range 2 {
		for _, port := range []uint16{22, 23} {
			if !m.Receive(self.answer(asked[port]), epoch.Add(5*time.Second)) {
				t.Errorf("the answer from port %d is not taken", port)
			}
		}
	}
	if d := cmp.Diff([]State{open(22), closed(23)}, m.Ports); d != "" || m.Silent != 0 || m.OpenTCP != 22 || m.ClosedTCP != 23 {
		t.Errorf("%d silent, open %d, closed %d: %s", m.Silent, m.OpenTCP, m.ClosedTCP, d)
	}
}

// The window opens until loss is proved by an answer to a repeat.
func TestWindow(t *testing.T) {
	every := make([]uint16, 2000)
	for i := range every {
		every[i] = uint16(i + 1)
	}
	slow := func(*packet.Packet) time.Duration { return 200 * ms }
	if s := run(t, &host{}, Options{TCP: every, Up: "x"}); s.most != maxWindow || s.window != maxWindow {
		t.Errorf("silent: %d under way, window %d at the end", s.most, s.window)
	}
	s := run(t, &host{rest: "closed", delay: slow}, Options{TCP: every, Up: "x"})
	if s.most < maxWindow || s.most > maxWindow+1 {
		t.Errorf("all answered: %d under way", s.most)
	}
	s = run(t, &host{rest: "closed", delay: slow, lose: func(q *packet.Packet, nth int) bool { return nth == 1 }}, Options{TCP: every, Up: "x"})
	if s.most > window || s.window != leastWindow {
		t.Errorf("first tries lost: %d under way, window %d at the end", s.most, s.window)
	}
}

// The only candidate is the port of the sign of life, and an error shows both that the
// host is up and that this port is no use: a closed one is still looked for.
func TestSignOfLifeIsOnlyCandidate(t *testing.T) {
	s := run(t, &host{errors: []uint16{firstAsked}, from: them, rest: "closed"}, Options{TCP: []uint16{firstAsked}})
	if !s.Up || !s.ClosedKnown {
		t.Errorf("%+v after %v", s.Result, s.sent)
	}
}

// The work for all ports is bounded: in packets, in time on the wire and in ours.
func TestAllPorts(t *testing.T) {
	every, _, err := ParsePorts("-")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		every = every[len(every)-5000:]
	}
	for _, c := range []struct {
		name    string
		h       *host
		packets int
		took    time.Duration
	}{
		{"all closed", &host{rest: "closed"}, 65535, 40 * time.Second},
		{"all silent but for one", &host{open: []uint16{65535}}, 2*65535 + 2*guesses, 40 * time.Minute},
		{"nothing but forged resets", &host{rest: "closed", open: []uint16{65535}, bend: func(q, r *packet.Packet) {
			if q.TCP.DstPort != 65535 {
				r.TTL = 60
			}
		}}, 65535, 40 * time.Second},
	} {
		start := time.Now()
		s := run(t, c.h, Options{TCP: every, Up: "x"})
		if len(s.sent) > c.packets || s.took > c.took {
			t.Errorf("%s: %d packets in %v", c.name, len(s.sent), s.took)
		}
		if real := time.Since(start); real > 10*time.Second {
			t.Errorf("%s: took %v to compute", c.name, real)
		}
		t.Logf("%s: %d packets, %v on the wire, %v to compute", c.name, len(s.sent), s.took, time.Since(start))
	}
}

// FuzzReceive: whatever arrives, a search ends with a result that fits itself.
func FuzzReceive(f *testing.F) {
	h := &host{open: []uint16{22}, closed: []uint16{23}, errors: []uint16{25}, from: router}
	for _, port := range []uint16{22, 23, 25} {
		q := &packet.Packet{Network: packet.IPv4, Transport: packet.TCP, Link: packet.Raw, Src: us, Dst: them,
			TCP: packet.TCPHeader{SrcPort: 40000, DstPort: port, Flags: packet.SYN}}
		r := h.answer(q)
		r.Link = packet.Raw
		frame, _ := r.Append(nil)
		f.Add(frame, uint8(13), uint16(0))
	}
	f.Fuzz(func(t *testing.T, frame []byte, at uint8, flip uint16) {
		h := &host{rest: "closed", echo: true, errors: []uint16{25}, from: router, open: []uint16{22}}
		h.bend = func(q, r *packet.Packet) {
			var stray packet.Packet
			if stray.Decode(packet.Raw, frame); q.TCP.DstPort == 53 {
				*r = *stray.Clone()
				return
			}
			r.Link = packet.Raw
			raw, _ := r.Append(nil)
			i := int(at) % (len(raw) - 1)
			raw[i], raw[i+1] = raw[i]^byte(flip>>8), raw[i+1]^byte(flip)
			r.Decode(packet.Raw, raw)
		}
		s := run(t, h, Options{TCP: tcpPorts})
		if len(s.sent) > 40 || s.took > time.Minute {
			t.Errorf("%d packets in %v", len(s.sent), s.took)
		}
		if s.ClosedKnown != slices.ContainsFunc(s.Ports, func(p State) bool { return p.Closed && p.Port == s.ClosedTCP }) ||
			s.OpenTCP != 0 && !slices.ContainsFunc(s.Ports, func(p State) bool { return p.Open && p.Port == s.OpenTCP }) {
			t.Errorf("%+v", s.Result)
		}
	})
}

func ExampleMachine() {
	m := NewMachine(them, method.Key{}.Stream(them, "seek"), Options{TCP: []uint16{22}, Up: "user-set"})
	var out method.Outbox
	m.Poll(epoch, &out)
	q, tag := out.At(0)
	m.Sent(tag, epoch)
	m.Receive(&packet.Packet{Network: packet.IPv4, Src: them, TTL: 64, Transport: packet.TCP, TCP: packet.TCPHeader{
		SrcPort: 22, DstPort: q.TCP.SrcPort, Ack: q.TCP.Seq + 1, Flags: packet.SYN | packet.ACK}}, epoch.Add(ms))
	fmt.Println(q.TCP.DstPort, q.TCP.Flags, m.OpenTCP, m.RTT.Smoothed)
	// Output: 22 S 22 1ms
}
