package decoy

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"whorl/persona"
)

// patience is how long a test waits for what takes a moment.
const patience = 20 * time.Second

// desk is a relay and its visitors, in real time.
type desk struct {
	*testing.T
	relay relay
	woken chan struct{}
}

func newDesk(t *testing.T) *desk {
	d := &desk{T: t, woken: make(chan struct{}, 1)}
	d.relay.open(func() {
		select {
		case d.woken <- struct{}{}:
		default:
		}
	})
	t.Cleanup(d.relay.close)
	return d
}

// visit begins a stream.
func (d *desk) visit(network, address string) persona.Stream {
	d.Helper()
	s := d.relay.dial(&persona.Visit{Backend: &persona.Backend{Network: network, Address: address, Header: persona.ProxyV1},
		Peer: netip.MustParseAddrPort("192.0.2.1:40000"), Local: netip.MustParseAddrPort("198.18.0.7:22"), Ready: func(time.Time) {}})
	if s == nil {
		d.Fatal("no stream")
	}
	return s
}

const introduced = "PROXY TCP4 192.0.2.1 198.18.0.7 40000 22\r\n"

// until waits for news until something is so.
func (d *desk) until(what string, so func() bool) {
	d.Helper()
	end := time.After(patience)
	for !so() {
		select {
		case <-d.woken:
			d.relay.hear()
		case <-end:
			d.Fatal("it does not happen: " + what)
		}
	}
}

// all reads to the end of a stream.
func (d *desk) all(s persona.Stream) (got []byte, err error) {
	d.Helper()
	buf := make([]byte, 5000)
	d.until("the end", func() bool {
		n := 1
		for n > 0 {
			n, err = s.Read(buf)
			got = append(got, buf[:n]...)
		}
		return err != nil
	})
	return got, err
}

// listener serves connections with f until the test ends.
func listener(t *testing.T, network, address string, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
	return l.Addr().String()
}

// Whatever a visitor says comes back from a program that repeats it, over every kind of
// backend, behind the introduction.
func TestStream(t *testing.T) {
	much := bytes.Repeat([]byte("all the way\n"), 1<<18)
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "tcp6": "[::1]:0", "unix": filepath.Join(t.TempDir(), "s")} {
		t.Run(network, func(t *testing.T) {
			at := listener(t, network, address, func(c net.Conn) { io.Copy(c, c) })
			d := newDesk(t)
			s := d.visit(network, at)
			given := make([]byte, 0, len(introduced)+len(much))
			given = append(append(given, introduced...), much...)
			var got []byte
			rest := much
			buf := make([]byte, 5000)
			var err error
			d.until("the end", func() bool {
				for n := 1; n > 0; {
					if rest = rest[s.Write(rest):]; len(rest) == 0 {
						s.CloseWrite()
					}
					n, err = s.Read(buf)
					got = append(got, buf[:n]...)
				}
				return err != nil
			})
			if s.Close(); err != io.EOF || !bytes.Equal(got, given) {
				t.Errorf("%d bytes of %d came back, %v", len(got), len(given), err)
			}
		})
	}
}

// What was written arrives, though both sides have closed and nobody waits for it.
func TestStreamLastWords(t *testing.T) {
	heard := make(chan int, 1)
	at := listener(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		c.(*net.TCPConn).CloseWrite()
		time.Sleep(50 * time.Millisecond)
		n, _ := io.Copy(io.Discard, c)
		heard <- int(n)
	})
	d := newDesk(t)
	s := d.visit("tcp", at)
	if _, err := d.all(s); err != io.EOF {
		t.Fatal(err)
	}
	said := s.Write(make([]byte, maxToBackend))
	s.CloseWrite()
	s.Close()
	select {
	case n := <-heard:
		if n != len(introduced)+said {
			t.Errorf("%d bytes of %d came", n, len(introduced)+said)
		}
	case <-time.After(patience):
		t.Error("the backend hears nothing")
	}
}

// A backend that is not there, or breaks off, is an error; what it said before still comes.
func TestStreamFails(t *testing.T) {
	d := newDesk(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	l.Close() // nobody is there any more
	s := d.visit("tcp", l.Addr().String())
	if _, err := d.all(s); err == io.EOF || s.(*stream).unreached() == nil {
		t.Errorf("nobody there: %v", err)
	}
	at := listener(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		c.Write([]byte("hello"))
		io.ReadFull(c, make([]byte, len(introduced)+3))
		c.(*net.TCPConn).SetLinger(0)
	})
	s = d.visit("tcp", at)
	d.until("a word", func() bool { s := s.(*stream); s.mu.Lock(); defer s.mu.Unlock(); return s.from.Len() == 5 })
	s.Write([]byte("bye"))
	d.until("the end", func() bool { s := s.(*stream); s.mu.Lock(); defer s.mu.Unlock(); return s.err != nil })
	if got, err := d.all(s); string(got) != "hello" || err == io.EOF || s.(*stream).unreached() != nil {
		t.Errorf("broken off: %q, %v", got, err)
	}
}

// A backend that floods is not read further than there is room, and one that does not read
// takes no more than that.
func TestStreamIsBounded(t *testing.T) {
	at := listener(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		for {
			if _, err := c.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	d := newDesk(t)
	s := d.visit("tcp", at).(*stream)
	held := func() (to, from int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.to.Len(), s.from.Len()
	}
	d.until("a flood", func() bool { _, from := held(); return from >= maxFromBackend })
	for range 1000 {
		s.Write(make([]byte, 10_000))
		if to, from := held(); to > maxToBackend || from > maxFromBackend+streamChunk {
			t.Fatalf("%d bytes are held for the backend, %d from it", to, from)
		}
	}
	s.Close()
}

// There are so many streams and no more, fewer of one peer, and all end with the relay.
func TestStreamsAreBounded(t *testing.T) {
	at := listener(t, "tcp", "127.0.0.1:0", func(c net.Conn) { io.Copy(io.Discard, c) })
	var r relay
	all := 0
	for i := range 2 * maxStreams {
		peer := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, byte(i / maxStreamsOfPeer / 2), 1}), uint16(i))
		if r.dial(&persona.Visit{Backend: &persona.Backend{Network: "tcp", Address: at}, Peer: peer, Ready: func(time.Time) {}}) != nil {
			all++
		}
	}
	if all != maxStreams || r.counts.begun != all || r.counts.full != maxStreams {
		t.Errorf("%d streams, %d counted, %d refused", all, r.counts.begun, r.counts.full)
	}
	r.close()
	if r.dial(&persona.Visit{Backend: &persona.Backend{Network: "tcp", Address: at}}) != nil || len(r.live) != 0 || len(r.ofPeer) != 0 {
		t.Errorf("after the end there are %d streams of %d peers", len(r.live), len(r.ofPeer))
	}
}
