package persona_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl/method/gen2"
	"whorl/packet"
	"whorl/persona"
)

// shop is a persona with services.
func shop(tb testing.TB, services ...persona.Service) *wire {
	return newWire(tb, mustNew(tb, persona.Options{Services: services}))
}

// letters are n bytes without order.
func letters(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = 'a' + byte(x>>24)%26
	}
	return b
}

func page(body []byte) persona.Service {
	reply := fmt.Appendf(nil, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return persona.Service{Port: 80, End: "\r\n\r\n", Rules: []persona.Rule{{Expect: "GET ", Reply: reply, Close: true}}}
}

// A reply of the largest size arrives whole, also over a path that loses, whatever the
// client offers, and both sides end up closed.
func TestReply(t *testing.T) {
	body := letters(persona.MaxReply - 100)
	for _, loss := range []float64{0, 0.1} {
		for name, options := range map[string]string{"Linux": linux, "Windows": windows, "small": dialup, "none": ""} {
			w := shop(t, page(body))
			w.loss = loss
			c := w.dial(5000, 80, options)
			w.run(5 * time.Second)
			c.say("GET / HTTP/1.0\r\nHost: ")
			w.run(5 * time.Millisecond)
			c.say("a\r\n\r\n")
			for n := 0; n < 1200 && !c.fin; n++ {
				w.run(time.Second)
			}
			if _, got, _ := bytes.Cut(c.got, []byte("\r\n\r\n")); !bytes.Equal(got, body) || !c.fin {
				t.Errorf("loss %.1f, %s: %d bytes of %d came, closed %v", loss, name, len(got), len(body), c.fin)
			}
			c.close()
			w.run(20 * time.Minute)
			if _, half, open := w.p.Remembered(); half != 0 || open != 0 || w.resets > 0 {
				t.Errorf("loss %.1f, %s: %d half-open and %d open connections are left, %d resets", loss, name, half, open, w.resets)
			}
		}
	}
}

// Segments after the handshake are those of the stack: its window, its timestamps where
// they were agreed on, its TTL, no larger than the client takes.
func TestSegments(t *testing.T) {
	for _, c := range []struct {
		name, options, want string
		window              uint16
		most                int
	}{
		{"Linux", linux, "NNT11", 0xffff >> 7, 1448},
		{"Windows", windows, "", 0xffff >> 7, 1460},
		{"small", dialup, "", 0xffff, 536},
	} {
		w := shop(t, page(letters(9000)))
		cl := w.dial(5000, 80, c.options)
		w.run(time.Second)
		cl.say("GET / HTTP/1.0\r\n\r\n")
		w.run(time.Second)
		longest := 0
		for _, p := range w.heard[1:] {
			longest = max(longest, len(p.Payload))
			if got := gen2.OptionString(p.TCP.Options); got != c.want || p.TCP.Window != c.window || p.TTL != 64 || !p.IPv4.DF {
				t.Errorf("%s: options %q, window %d, TTL %d; want %q and %d", c.name, got, p.TCP.Window, p.TTL, c.want, c.window)
			}
		}
		if longest != c.most {
			t.Errorf("%s: segments of %d bytes, want %d", c.name, longest, c.most)
		}
		value, _, _ := w.heard[0].TCP.Timestamp()
		last, echo, stamped := w.heard[len(w.heard)-1].TCP.Timestamp()
		if stamped && (last-value < 1000 || last-value > 2100 || echo != 0x1000) {
			t.Errorf("%s: timestamps from %d to %d, the echo is %x", c.name, value, last, echo)
		}
	}
}

// A dialogue goes from state to state, one request after the other, with its pauses.
func TestDialogue(t *testing.T) {
	door := persona.Service{Port: 23, Greeting: []byte("login: "), Wait: 100 * time.Millisecond, End: "\n", Rules: []persona.Rule{
		{Expect: "Help", Reply: []byte("no help\nlogin: ")},
		{Pattern: regexp.MustCompile(`^\s*$`), Reply: []byte("login: ")},
		{Reply: []byte("Password: "), Next: 1},
		{State: 1, Reply: []byte("incorrect\n"), Delay: 3 * time.Second, Close: true},
	}}
	w := shop(t, door)
	c := w.dial(5000, 23, linux)
	for _, step := range []struct {
		say  string
		wait time.Duration
		want string
	}{
		{"", 90 * time.Millisecond, ""},
		{"", 50 * time.Millisecond, "login: "},
		{"hELP m", 50 * time.Millisecond, ""},
		{"e\r\n\r\n", 50 * time.Millisecond, "no help\nlogin: login: "},
		{"root\nsecret\n", 2 * time.Second, "Password: "},
		{"", 2 * time.Second, "incorrect\n"},
	} {
		c.got = nil
		if step.say != "" {
			c.say(step.say)
		}
		if w.run(step.wait); string(c.got) != step.want {
			t.Errorf("after %q: %q, want %q", step.say, c.got, step.want)
		}
	}
	if !c.fin {
		t.Error("the connection is not closed")
	}
}

// At an open port without a service everything is taken and nothing said, and a close is
// What both sides say is told once and in order, at ports without a service too.
func TestSaid(t *testing.T) {
	var got []string
	o := persona.Options{
		Services: []persona.Service{{Port: 23, Greeting: []byte("login: "), End: "\n", Rules: []persona.Rule{{Reply: []byte("no\n"), Close: true}}}},
		OpenTCP:  []uint16{9},
		Said: func(s *persona.Saying) {
			if s.Peer != scanners[0] || s.PeerPort < 5000 {
				t.Errorf("%v port %d", s.Peer, s.PeerPort)
			}
			got = append(got, fmt.Sprintf("%d %v %s", s.Port, s.Ours, s.Data))
		},
	}
	w := newWire(t, mustNew(t, o))
	w.loss = 0.3 // what is said twice is told once
	silent, door := w.dial(5000, 9, linux), w.dial(5001, 23, linux)
	w.run(time.Minute)
	door.say("root\n")
	w.run(time.Minute)
	silent.say("GET /")
	w.run(time.Minute)
	if want := []string{"23 true login: ", "23 false root\n", "23 true no\n", "9 false GET /"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// answered by a close.
func TestWithoutService(t *testing.T) {
	w := newWire(t, mustNew(t, persona.Options{}))
	c := w.dial(5000, 80, linux)
	w.run(time.Second)
	c.say(string(letters(100_000)))
	w.run(time.Minute)
	if c.acked != 100_000 || len(c.got) > 0 || c.fin {
		t.Errorf("%d bytes acknowledged, %d came, closed %v", c.acked, len(c.got), c.fin)
	}
	c.close()
	if w.run(time.Second); !c.fin || w.resets > 0 {
		t.Errorf("closed %v, %d resets", c.fin, w.resets)
	}
	if _, half, open := w.p.Remembered(); half+open > 0 {
		t.Error("the connection is remembered")
	}
}

// What does not fit a connection is answered as the stack does.
func TestOddSegments(t *testing.T) {
	w := shop(t, page(letters(10)))
	c := w.dial(5000, 80, linux)
	w.run(time.Second)
	ack := w.heard[0].TCP.Seq + 1
	ask := func(flags packet.Flags, seq, ack uint32, data string) string {
		p := tcp(flags, 80, "")
		p.TCP.SrcPort, p.TCP.Seq, p.TCP.Ack, p.Payload = 5000, seq, ack, []byte(data)
		n := len(w.heard)
		w.give(p)
		w.run(10 * time.Millisecond)
		out := ""
		for _, p := range w.heard[n:] {
			out += fmt.Sprintf("%v %d;", p.TCP.Flags, p.TCP.Ack-c.iss)
		}
		return out
	}
	for _, x := range []struct {
		name  string
		flags packet.Flags
		off   uint32 // of the sequence number from what is expected
		ack   uint32
		data  string
		want  string
	}{
		{"a SYN", packet.SYN, 0, 0, "", "A 1;"},
		{"data behind a gap", packet.ACK, 5, ack, "late", "A 1;"},
		{"data that came before", packet.ACK, ^uint32(2), ack, "xyz", "A 1;"},
		{"a keep-alive", packet.ACK, ^uint32(0), ack, "", "A 1;"},
		{"an ACK of what was not sent", packet.ACK, 0, ack + 9, "", "A 1;"},
		{"data without ACK", packet.PSH, 0, 0, "abc", ""},
		{"a reset near what is expected", packet.RST, 9, 0, "", "A 1;"},
		{"a reset far off", packet.RST, 1 << 20, 0, "", ""},
		{"data, part of which came before", packet.ACK, ^uint32(1), ack, "..GE", "A 3;"},
		{"the right reset", packet.RST, 2, 0, "", ""},
		{"an ACK after it", packet.ACK, 2, ack, "", "R 0;"},
	} {
		if got := ask(x.flags, c.iss+1+x.off, x.ack, x.data); got != x.want && !(strings.HasPrefix(x.want, "R") && strings.HasPrefix(got, "R")) {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// Data for a connection that the server has closed is reset: nobody reads it.
func TestDataAfterClose(t *testing.T) {
	w := shop(t, page(letters(10)))
	c := w.dial(5000, 80, linux)
	w.run(time.Second)
	c.say("GET / HTTP/1.0\r\n\r\n")
	if w.run(time.Second); !c.fin || c.reset {
		t.Fatalf("closed %v, reset %v", c.fin, c.reset)
	}
	c.say("more")
	if w.run(time.Second); !c.reset {
		t.Error("it is not reset")
	}
}

// A silent connection is closed.
func TestIdle(t *testing.T) {
	s := page(nil)
	s.Idle = 20 * time.Second
	w := shop(t, s)
	c := w.dial(5000, 80, linux)
	if w.run(19 * time.Second); c.fin {
		t.Error("closed too soon")
	}
	if w.run(2 * time.Second); !c.fin {
		t.Error("not closed")
	}
}

// A client that acknowledges nothing gets a reply a few times, one segment each, and is
// forgotten.
func TestUnread(t *testing.T) {
	w := shop(t, page(letters(60_000)))
	c := w.dial(5000, 80, linux)
	w.run(time.Second)
	c.mute = true
	c.say("GET / HTTP/1.0\r\n\r\n")
	w.run(10 * time.Minute)
	n := 0
	for _, p := range w.heard {
		if len(p.Payload) > 0 {
			n++
		}
	}
	if _, half, open := w.p.Remembered(); n < 3 || n > 12 || half+open > 0 {
		t.Errorf("%d segments, %d half-open and %d open connections are left", n, half, open)
	}
}

// One that reads slowly gets no more than fits its window.
func TestWindow(t *testing.T) {
	w := shop(t, page(letters(3000)))
	c := w.dial(5000, 80, dialup)
	c.window = 100
	w.run(time.Second)
	c.say("GET / HTTP/1.0\r\n\r\n")
	w.run(time.Minute)
	for _, p := range w.heard {
		if len(p.Payload) > 100 {
			t.Fatalf("a segment of %d bytes", len(p.Payload))
		}
	}
	if len(c.got) < 3000 || !c.fin {
		t.Errorf("%d bytes, closed %v", len(c.got), c.fin)
	}
}

// Who is not known to be there gets no more than three times what came from him: with an
// initial sequence number that is always the same, or that he chose himself, an
// acknowledgement proves nothing.
func TestAmplification(t *testing.T) {
	for name, text := range map[string]string{
		"constant":           strings.Replace(stack, "SP=100-108%GCD=1-6%ISR=106-10C", "SP=0%GCD=0%ISR=0", 1),
		"taken from the SYN": strings.Replace(stack, "T1(R=Y%DF=Y%T=3B-45%TG=40%S=O", "T1(R=Y%DF=Y%T=3B-45%TG=40%S=A", 1),
	} {
		s := page(letters(60_000))
		s.Greeting = letters(20_000)
		p, err := persona.New(entry(t, text), persona.Options{Addr: victim, Services: []persona.Service{s}})
		if err != nil {
			t.Fatal(err)
		}
		w := newWire(t, p)
		c := w.dial(5000, 80, linux)
		w.run(time.Second)
		handshake := len(w.heard)
		c.mute = true
		blind, in := w.heard[0].TCP.Seq+1, 0
		for range 40 { // whoever knows the length of the segments can acknowledge them unseen
			q := tcp(packet.ACK, 80, "")
			q.TCP.SrcPort, q.TCP.Seq, q.TCP.Ack = 5000, c.iss+1, blind
			for _, a := range w.heard {
				if end := a.TCP.Seq + uint32(len(a.Payload)); int32(end-q.TCP.Ack) > 0 && len(a.Payload) > 0 {
					q.TCP.Ack = end
				}
			}
			in += 40
			w.give(q)
			w.run(50 * time.Millisecond)
		}
		out := 0
		for _, a := range w.heard[handshake:] {
			out += int(a.IPv4.TotalLen)
		}
		if out > 3*(in+100) || out < in {
			t.Errorf("%s: %d bytes are answered by %d", name, in, out)
		}
	}
}

func TestBadServices(t *testing.T) {
	for want, s := range map[string][]persona.Service{
		"port 0":           {{}},
		"greeting of":      {{Port: 1, Greeting: make([]byte, persona.MaxReply+1)}},
		"rule 2: reply of": {{Port: 1, Rules: []persona.Rule{{}, {Reply: make([]byte, persona.MaxReply+1)}}}},
		"rule 1: delay":    {{Port: 1, Rules: []persona.Rule{{Delay: time.Hour}}}},
		"wait 1h":          {{Port: 1, Wait: time.Hour}},
		"idle":             {{Port: 1, Idle: -1}},
		"end of":           {{Port: 1, End: strings.Repeat("x", persona.MaxRequest+1)}},
		"rules 257":        {{Port: 1, Rules: make([]persona.Rule, 257)}},
		"two services":     {{Port: 1}, {Port: 1}},
	} {
		_, err := persona.New(entry(t, stack), persona.Options{Addr: victim, Services: s})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A request that has no end is taken for one that has, and no more is kept.
func TestEndlessRequest(t *testing.T) {
	w := shop(t, persona.Service{Port: 80, End: "\n", Rules: []persona.Rule{{Expect: "aaa", Reply: []byte("too long"), Close: true}}})
	c := w.dial(5000, 80, linux)
	w.run(time.Second)
	c.say(strings.Repeat("a", 3*persona.MaxRequest))
	if w.run(time.Minute); string(c.got) != "too long" {
		t.Errorf("%q", c.got)
	}
}

// One peer has so many connections and no more; the others wait until they are forgotten.
func TestManyConnections(t *testing.T) {
	w := shop(t, page(nil))
	for i := range 100 {
		w.dial(uint16(5000+i), 80, linux)
	}
	w.run(time.Second)
	if _, half, open := w.p.Remembered(); open != 64 || half > 36 {
		t.Errorf("%d half-open and %d open connections", half, open)
	}
	c := w.peers[5001]
	c.say("GET / HTTP/1.0\r\n\r\n")
	if w.run(time.Second); !c.fin {
		t.Error("a connection does not work beside the others")
	}
	w.run(time.Hour)
	if _, half, open := w.p.Remembered(); half+open > 0 || len(w.queue) > 0 {
		t.Errorf("%d half-open and %d open connections and %d events are left", half, open, len(w.queue))
	}
}

// Whatever comes over a connection, there is an answer or none, and nothing grows.
func FuzzConnection(f *testing.F) {
	f.Add([]byte{0x10, 0, 0, 5, 0x11, 0, 0, 0, 0x14, 0, 0, 0})
	f.Add([]byte{0x18, 0, 0, 20, 0x02, 1, 0, 0, 0x11, 3, 2, 200})
	f.Fuzz(func(t *testing.T, script []byte) {
		w := shop(t, page(letters(5000)))
		c := w.dial(5000, 80, linux)
		w.run(time.Second)
		seq, ack := c.iss+1, w.heard[0].TCP.Seq+1
		script = script[:min(len(script), 200)]
		for ; len(script) >= 4; script = script[4:] {
			q := tcp(packet.Flags(script[0]), 80, "")
			q.TCP.SrcPort, q.TCP.Seq, q.TCP.Ack = 5000, seq+uint32(int8(script[1])), ack+uint32(int8(script[2]))*97
			q.Payload = []byte("GET /\r\n\r\n" + strings.Repeat("x", int(script[3])))[:script[3]]
			w.give(q)
			w.run(time.Duration(script[3]) * 50 * time.Millisecond)
		}
		w.run(time.Hour)
		if _, half, open := w.p.Remembered(); half+open > 0 || len(w.queue) > 0 {
			t.Errorf("%d half-open and %d open connections and %d events are left", half, open, len(w.queue))
		}
		for _, p := range w.heard {
			if p.Odd != 0 {
				t.Errorf("odd: %v", p.Odd)
			}
		}
	})
}
