package persona_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"whorl/link/sim"
	"whorl/packet"
	"whorl/persona"
)

const mega = 1 << 20

// Ten megabytes go both ways at once, byte for byte, over good paths and bad ones, and both
// sides end up closed.
func TestRelayed(t *testing.T) {
	much := 10 * mega
	if testing.Short() {
		much = mega
	}
	for name, path := range map[string]sim.Impair{
		"good":      {Delay: time.Millisecond},
		"loss":      {Delay: time.Millisecond, Loss: 0.1},
		"reordered": {Delay: 3 * time.Millisecond, Jitter: 2 * time.Millisecond, Reorder: 0.05, Double: 0.02},
		"far":       {Delay: 150 * time.Millisecond, Jitter: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			much := much
			if path.Loss > 0 || path.Delay > 100*time.Millisecond {
				much = max(much/5, mega)
			}
			up, down := letters(much), letters(much+1)
			f := newFront(t, func() *program { return &program{says: down, ends: true} })
			v := meet(t, f, path)
			v.says, v.closes = up, true
			began := v.net.Now()
			v.run(24*time.Hour, func() bool { return v.reset || v.fin && v.closed })
			g := f.only()
			t.Logf("%d bytes each way in %v", much, v.net.Now().Sub(began))
			if !bytes.Equal(g.heard, up) || !bytes.Equal(v.got, down) || !g.over || v.reset {
				t.Errorf("%d bytes of %d to the backend, %d of %d from it, closed %v, reset %v", len(g.heard), len(up), len(v.got), len(down), g.over, v.reset)
			}
			if f.said != [2]int{len(up), len(down)} {
				t.Errorf("told of %d bytes", f.said)
			}
			f.left(v)
		})
	}
}

// Whoever reads slowly slows the other side down and loses nothing; nothing is read that
// nobody takes, and no window is overrun.
func TestRelaySlow(t *testing.T) {
	t.Run("visitor", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{floods: 5000} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.eats = 100
		v.run(10*time.Minute, func() bool { return v.reset || len(v.got) > 5*mega })
		if v.reset || len(v.got) < 5*mega || v.longest > 1 || v.held == 0 || f.only().most < mega {
			t.Errorf("%d bytes came, reset %v, %d beyond the window, no room for %d ticks; the backend kept %d", len(v.got), v.reset, v.longest, v.held, f.only().most)
		}
	})
	t.Run("backend", func(t *testing.T) {
		up := letters(mega)
		f := newFront(t, func() *program { return &program{eats: 100} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.says, v.closes = up, true
		shut := false
		v.run(10*time.Minute, func() bool { shut = shut || v.open && v.window < visitorSegment; return v.closed || v.reset })
		if !bytes.Equal(f.only().heard, up) || !shut {
			t.Errorf("%d bytes of %d came; the window was shut: %v", len(f.only().heard), len(up), shut)
		}
	})
	t.Run("visitor who stops", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{floods: 5000} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.eats = 1
		v.run(time.Minute, func() bool { return v.room() == 0 })
		v.eats, v.unread = 0, visitorRoom
		began := v.net.Now()
		v.run(time.Hour, func() bool { return f.only().closed })
		if held := v.net.Now().Sub(began); held < persona.DefaultIdle || held > 2*persona.DefaultIdle {
			t.Errorf("the backend was held for %v", held)
		}
	})
}

// A peer that acknowledges nothing any more is given up by the schedule, and the backend with it.
func TestRelayMute(t *testing.T) {
	f := newFront(t, func() *program { return &program{floods: 5000} })
	v := meet(t, f, sim.Impair{Delay: time.Millisecond})
	v.run(time.Minute, func() bool { return len(v.got) > 50_000 })
	v.mute = true
	f.left(v)
}

// Each side can stop talking and go on listening.
func TestRelayHalfClose(t *testing.T) {
	t.Run("visitor first", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.says, v.closes = []byte("sort me"), true
		v.run(time.Minute, func() bool { return v.closed })
		g := f.only()
		v.run(time.Minute, func() bool { return false })
		if string(g.heard) != "sort me" || !g.over || v.fin || g.closed {
			t.Fatalf("heard %q, over %v; closed to the visitor %v, to the backend %v", g.heard, g.over, v.fin, g.closed)
		}
		g.says, g.ends = letters(100_000), true
		if v.run(time.Minute, func() bool { return v.fin }); len(v.got) != 100_000 || !v.fin {
			t.Errorf("%d bytes came, closed %v", len(v.got), v.fin)
		}
		f.left(v)
	})
	t.Run("backend first", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{says: []byte("bye"), ends: true} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.run(time.Minute, func() bool { return v.fin })
		v.run(2*time.Minute, func() bool { return false })
		v.says, v.closes = letters(100_000), true
		v.run(time.Minute, func() bool { return v.closed })
		if g := f.only(); string(v.got) != "bye" || !bytes.Equal(g.heard, v.says) || !g.over || !g.closed || v.reset {
			t.Errorf("%q came; %d bytes went, over %v, closed %v, reset %v", v.got, len(g.heard), g.over, g.closed, v.reset)
		}
		f.left(v)
	})
}

// A backend that is not there, or is gone, ends the connection with a reset; so does the
// visitor's reset the stream.
func TestRelayReset(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{err: errors.New("refused")} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		if v.run(time.Minute, func() bool { return v.reset }); !v.reset || !v.open {
			t.Errorf("open %v, reset %v", v.open, v.reset)
		}
		f.left(v)
	})
	t.Run("gone", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{says: []byte("hello"), ends: true} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.run(time.Minute, func() bool { return v.fin })
		f.only().err, f.only().ends = errors.New("broken pipe"), false
		if v.run(time.Minute, func() bool { return v.reset }); string(v.got) != "hello" || !v.reset {
			t.Errorf("%q came, reset %v", v.got, v.reset)
		}
		f.left(v)
	})
	t.Run("visitor", func(t *testing.T) {
		f := newFront(t, func() *program { return &program{echoes: true} })
		v := meet(t, f, sim.Impair{Delay: time.Millisecond})
		v.says = []byte("hello")
		v.run(time.Minute, func() bool { return len(v.got) == 5 })
		v.send(packet.RST, v.nxt, nil)
		v.run(time.Second, func() bool { return f.only().closed })
		if !f.only().closed || f.only().over {
			t.Error("the backend knows nothing of it")
		}
	})
}

// A connection that is silent for the idle limit is closed to both sides.
func TestRelayIdle(t *testing.T) {
	f := newFront(t, func() *program { return &program{echoes: true} })
	v := meet(t, f, sim.Impair{Delay: time.Millisecond})
	v.says = []byte("hello")
	v.run(persona.DefaultIdle-time.Second, func() bool { return false })
	if string(v.got) != "hello" || v.fin || f.only().closed {
		t.Errorf("%q came; closed to the visitor %v, to the backend %v", v.got, v.fin, f.only().closed)
	}
	v.run(2*time.Second, func() bool { return v.fin })
	if !v.fin || !f.only().closed {
		t.Errorf("closed to the visitor %v, to the backend %v", v.fin, f.only().closed)
	}
	f.left(v)
}

// Where there can be no more streams the handshake goes on as at a queue that is full, and a
// persona that is forgotten lets go of all.
func TestRelayFull(t *testing.T) {
	full := true
	f := newFront(t, func() *program {
		if full {
			return nil
		}
		return &program{echoes: true}
	})
	v := meet(t, f, sim.Impair{Delay: time.Millisecond})
	v.says = []byte("hello")
	v.run(2*time.Second, func() bool { return false })
	if _, _, open := f.Remembered(); open != 0 || v.reset || !v.open || len(v.got) > 0 {
		t.Errorf("%d open connections, reset %v", open, v.reset)
	}
	full = false
	if v.run(time.Minute, func() bool { return len(v.got) == 5 }); string(v.got) != "hello" {
		t.Errorf("%q came", v.got)
	}
	if f.HangUp(); !f.only().closed {
		t.Error("the backend knows nothing of it")
	}
	f.left(v)
}

// The window before a program that reads at once is the stack's own all the time.
func TestRelayWindow(t *testing.T) {
	f := newFront(t, func() *program { return &program{echoes: true} })
	v := meet(t, f, sim.Impair{Delay: time.Millisecond})
	first := 0
	v.says = letters(20_000)
	v.run(time.Minute, func() bool {
		if v.open && first == 0 {
			first = v.window
		}
		if v.window != first {
			t.Fatalf("a window of %d after one of %d", v.window, first)
		}
		return len(v.got) == len(v.says)
	})
	if first == 0 || len(v.got) != len(v.says) {
		t.Errorf("a window of %d, %d bytes came", first, len(v.got))
	}
}

// A backend wants nothing beside it, and somebody who connects with it.
func TestBackendRefused(t *testing.T) {
	good := persona.Backend{Network: "tcp", Address: "127.0.0.1:2222"}
	dial := func(*persona.Visit) persona.Stream { return nil }
	for name, o := range map[string]persona.Options{
		"nobody connects": {Services: []persona.Service{{Port: 22, Backend: &good}}},
		"a greeting":      {Dial: dial, Services: []persona.Service{{Port: 22, Backend: &good, Greeting: []byte("x")}}},
		"no address":      {Dial: dial, Services: []persona.Service{{Port: 22, Backend: &persona.Backend{Network: "tcp"}}}},
		"no network":      {Dial: dial, Services: []persona.Service{{Port: 22, Backend: &persona.Backend{Network: "udp", Address: "127.0.0.1:53"}}}},
		"version 3":       {Dial: dial, Services: []persona.Service{{Port: 22, Backend: &persona.Backend{Network: "tcp", Address: "x", Header: 3}}}},
	} {
		o.Addr = victim
		if _, err := persona.New(entry(t, stack), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
