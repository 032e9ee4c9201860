package decoy

import (
	"testing"
	"time"

	"whorl/packet"
)

// at calls a function when a frame is due on a belt.
type at struct {
	*belt
	do map[int]func() // before the frame with that number
}

func (a at) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if f := a.do[a.belt.at]; f != nil {
		delete(a.do, a.belt.at)
		f()
	}
	return a.belt.Recv(buf, deadline)
}

// While a network is paused nothing leaves, neither answers nor what was under way, and
// contacts are told of all the same.
func TestPause(t *testing.T) {
	o, told := watched(t)
	o.Groups[0].Persona.Resend = []time.Duration{2 * time.Second, 10 * time.Second}
	n := newNetwork(t, o)
	b := (&belt{keep: true, now: epoch, end: epoch.Add(30 * time.Second)}).then(0, syn(t, someone, 40000)).
		then(time.Second, syn(t, someone, 40001)).then(1500*time.Millisecond, ask(t, someone)).
		then(4*time.Second, ask(t, us)).then(5*time.Second, syn(t, someone, 40002))
	conn := at{b, map[int]func(){1: func() { n.Pause(true) }, 4: func() { n.Pause(false) }}}
	if err := n.Run(conn); err != nil {
		t.Fatal(err)
	}
	ports := map[uint16]int{}
	for _, p := range b.sent(t) {
		if p.Network == packet.ARP {
			t.Error("ARP was answered")
		}
		ports[p.TCP.DstPort]++
	}
	if ports[40000] != 2 || ports[40001] != 0 || ports[40002] != 3 { // the first lacks one that was due in the pause
		t.Errorf("answers by port %v", ports)
	}
	if c := n.Counts(); c.Paused != 3 || len(*told) == 0 || (*told)[len(*told)-1].Counts.Packets != 3 {
		t.Errorf("%+v, told %+v", c, *told)
	}
}

// No address is taken that could not be asked for.
func TestPauseWhileAsking(t *testing.T) {
	o := town(t, "198.18.0.0/30", 1)
	o.Free = false
	ready := time.Time{}
	b := &belt{now: epoch, end: epoch.Add(time.Minute), keep: true}
	o.Ready = func() { ready = b.now }
	n := newNetwork(t, o)
	n.Pause(true)
	b.in, b.times = [][]byte{ask(t, us)}, []time.Duration{20 * time.Second}
	if err := n.Run(at{b, map[int]func(){1: func() { n.Pause(false) }}}); err != nil {
		t.Fatal(err)
	}
	if ready.Sub(epoch) < 24*time.Second {
		t.Errorf("ready after %v", ready.Sub(epoch))
	}
	if k := len(b.sent(t)); k != 4*probes {
		t.Errorf("%d probes", k)
	}
}
