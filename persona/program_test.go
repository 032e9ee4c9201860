package persona_test

import (
	"io"
	"testing"
	"time"

	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
	"whorl/persona"
)

// program is a backend in memory that is given time every few milliseconds.
type program struct {
	visit  *persona.Visit
	says   []byte // what it has left to say
	ends   bool   // and then says no more
	err    error  // it is gone
	floods int    // bytes it says in a tick, without end
	echoes bool

	heard  []byte
	eats   int // bytes that it reads in a tick; 0: all at once
	unread int
	low    bool // there was less room than half
	over   bool // the visitor says no more
	closed bool
	most   int // bytes it had to say that nobody took
}

const (
	programRoom = 128 << 10
	programTick = 3 * time.Millisecond
)

func (g *program) Read(b []byte) (int, error) {
	n := copy(b, g.says)
	if g.says = g.says[n:]; n > 0 || len(g.says) > 0 {
		return n, nil
	}
	if g.err == nil && g.ends {
		return 0, io.EOF
	}
	return 0, g.err
}

func (g *program) Write(b []byte) int {
	n := min(len(b), g.Room())
	g.heard = append(g.heard, b[:n]...)
	if g.eats > 0 {
		g.unread += n
	}
	if g.echoes {
		g.says = append(g.says, b[:n]...)
	}
	g.low = g.low || g.Room() < programRoom/2
	return n
}

func (g *program) Room() int   { return programRoom - g.unread }
func (g *program) CloseWrite() { g.over = true }
func (g *program) Close()      { g.closed = true }

// step is a tick.
func (g *program) step(now time.Time) {
	g.unread = max(g.unread-g.eats, 0)
	if g.floods > 0 && len(g.says) < 1<<20 {
		g.says = append(g.says, make([]byte, g.floods)...)
	}
	if g.most = max(g.most, len(g.says)); g.closed {
		return
	}
	if room := g.low && g.Room() >= programRoom/2; room || len(g.says) > 0 || g.ends || g.err != nil {
		g.low = g.low && !room
		g.visit.Ready(now)
	}
}

// front is a persona with a program behind its port 22, and the network that it is in.
type front struct {
	*persona.Persona
	t     *testing.T
	began bool
	back  []*program
	make  func() *program // nil: there can be no more
	said  [2]int          // bytes that the visitor and the persona were told to have said
}

func newFront(t *testing.T, make func() *program) *front {
	f := &front{t: t, make: make}
	f.Persona = mustNew(t, persona.Options{
		Services: []persona.Service{{Port: 22, Backend: &persona.Backend{Network: "tcp", Address: "127.0.0.1:2222"}}},
		Dial:     f.dial,
		Said: func(s *persona.Saying) {
			if s.Ours {
				f.said[1] += len(s.Data)
			} else {
				f.said[0] += len(s.Data)
			}
		},
	})
	return f
}

func (f *front) dial(v *persona.Visit) persona.Stream {
	g := f.make()
	if g == nil {
		return nil
	}
	if v.Peer.Addr() != scanners[0] || v.Local.String() != victim.String()+":22" || v.Address != "127.0.0.1:2222" {
		f.t.Errorf("a visit %+v to %v", v, v.Backend)
	}
	g.visit = v
	f.back = append(f.back, g)
	return g
}

// Receive lets programs run as soon as there is a network.
func (f *front) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	if !f.began {
		f.began = true
		var tick func(time.Time)
		tick = func(now time.Time) {
			for _, g := range f.back {
				g.step(now)
			}
			out.After(programTick, tick)
		}
		out.After(programTick, tick)
	}
	f.Persona.Receive(now, p, out)
}

// meet puts a front on a path.
func meet(t *testing.T, f *front, path sim.Impair) *visitor {
	n := sim.New(sim.Options{Start: start})
	path.Node, path.Rand = f, n.Rand()
	n.Add(victim, &path)
	return &visitor{tb: t, net: n, port: 5000, iss: 77, options: scanner}
}

// only is the one program that was connected.
func (f *front) only() *program {
	f.t.Helper()
	if len(f.back) != 1 {
		f.t.Fatalf("%d backends", len(f.back))
	}
	return f.back[0]
}

// left fails if a connection is remembered.
func (f *front) left(v *visitor) {
	f.t.Helper()
	v.run(20*time.Minute, func() bool { return false })
	if _, half, open := f.Remembered(); half != 0 || open != 0 || !f.only().closed {
		f.t.Errorf("%d half-open and %d open connections are left; the backend is closed: %v", half, open, f.only().closed)
	}
}
