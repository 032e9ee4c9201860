package scan

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method/backoff"
	"whorl/packet"
)

// repeater is a plain host that repeats what nobody acknowledges, on connections from
// the ports of package backoff: SYN-ACKs after 1, 2 and 4 s, FINs after 0.2, 0.4 ... 6.4 s.
// Its application closes at the end of file and after a request.
type repeater struct {
	plain
	conns  map[uint16]*repeated
	resets int       // that ended a connection
	last   time.Time // of them
}

// repeated is one connection; told grows with each segment that is repeated, so that
// timers of the one before find out.
type repeated struct {
	isn, next uint32
	told      int
}

var (
	synAckGaps = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}
	finGaps    = []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
		1600 * time.Millisecond, 3200 * time.Millisecond, 6400 * time.Millisecond}
)

func (r *repeater) Receive(now time.Time, p *packet.Packet, out link.Outlet) {
	q := &p.TCP
	if p.Transport != packet.TCP || q.DstPort != 80 || q.SrcPort < 10000 || q.SrcPort >= 20000 {
		r.plain.Receive(now, p, out)
		return
	}
	c := r.conns[q.SrcPort]
	say := func(flags packet.Flags, seq uint32, gaps []time.Duration) {
		s := packet.Packet{Network: p.Network, Src: p.Dst, Dst: p.Src, TTL: 64, Transport: packet.TCP,
			TCP: packet.TCPHeader{SrcPort: 80, DstPort: q.SrcPort, Seq: seq, Ack: c.next, Flags: flags | packet.ACK, Window: 64240}}
		c.told++
		told := c.told
		var again func(gaps []time.Duration)
		again = func(gaps []time.Duration) {
			out.Send(time.Millisecond, &s)
			if len(gaps) > 0 {
				out.After(gaps[0], func(time.Time) {
					if c.told == told {
						again(gaps[1:])
					}
				})
			}
		}
		again(gaps)
	}
	switch {
	case q.Flags.Has(packet.RST):
		if c != nil {
			c.told++
			delete(r.conns, q.SrcPort)
			r.resets, r.last = r.resets+1, now
		}
	case q.Flags.Has(packet.SYN):
		c = &repeated{isn: 7_000_000, next: q.Seq + 1}
		r.conns[q.SrcPort] = c
		say(packet.SYN, c.isn, synAckGaps)
	case c == nil:
	case q.Flags.Has(packet.FIN) || len(p.Payload) > 0:
		c.next = q.Seq + uint32(len(p.Payload))
		if q.Flags.Has(packet.FIN) {
			c.next++
		}
		say(packet.FIN, c.isn+1, finGaps)
	default:
		c.told++ // the handshake is complete
	}
}

// temporalJob asks repeaters for all states.
func temporalJob(timeout time.Duration) Job {
	return Job{Timing: Timings[3], Temporal: Temporal{States: backoff.All, Timeout: timeout}}
}

// repeaters is a network of n of them, from 198.18.0.0 on.
func repeaters(n int) (*paths, []*repeater) {
	net := sim.New(sim.Options{})
	var all []*repeater
	for i := range n {
		r := &repeater{plain: plain{rtt: time.Millisecond}, conns: map[uint16]*repeated{}}
		all = append(all, r)
		net.Add(netip.AddrFrom4([4]byte{198, 18, 0, byte(i)}), r)
	}
	return &paths{links: []link.Conn{net}}, all
}

// timed gives the backoff observation of a host.
func timed(h *whorl.Host) (o whorl.Observation) {
	for _, o := range h.Observations {
		if o.Method == "backoff" {
			return o
		}
	}
	return o
}

// gapsOf are the gaps of each state, as printed.
func gapsOf(t *testing.T, o whorl.Observation) map[string]string {
	t.Helper()
	p, err := backoff.Parse(o.Print)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, l := range p {
		out[l.Test], _ = l.Value("G")
	}
	return out
}

// All states are timed at once, beside the ordinary scan, within the time given, and
// every connection is reset at the end.
func TestTemporal(t *testing.T) {
	const n = 20 // more than decisions are asked for
	p, all := repeaters(n)
	o := scan(context.Background(), t, p, temporalJob(20*time.Second), nil, "198.18.0.0-19")
	if o.err != nil || len(o.hosts) != n {
		t.Fatalf("%d hosts, %v", len(o.hosts), o.err)
	}
	for addr, hs := range o.hosts {
		h := hs[0]
		if took := h.Seen.Last.Sub(h.Seen.First); took > 21*time.Second || took < 15*time.Second {
			t.Errorf("%s: took %v", addr, took)
		}
		got := gapsOf(t, timed(h))
		for state, want := range map[string]string{"SynRcvd": "1,2,4", "LastAck": "0.2,0.4,0.8,1.6,3.2,6.4", "FinWait1": "0.2,0.4,0.8,1.6,3.2,6.4"} {
			if got[state] != want {
				t.Errorf("%s: %s: %s, want %s", addr, state, got[state], want)
			}
		}
		if c := timed(h).Conditions; c.Probes != 3 || c.Answered != 3 || c.Sent < 9 || c.RTT <= 0 || c.At.IsZero() {
			t.Errorf("%s: %+v", addr, c)
		}
		if len(h.Warnings) > 0 || !strings.Contains(h.Observations[0].Print, "U1(R=Y") {
			t.Errorf("%s: %v, %s", addr, h.Warnings, h.Observations[0].Print)
		}
	}
	for i, r := range all {
		if r.resets != 3 || len(r.conns) != 0 {
			t.Errorf("host %d: %d resets, %d connections left", i, r.resets, len(r.conns))
		}
	}
	if sent := o.progress.Packets.Load(); sent < n*30 {
		t.Errorf("%d packets were counted", sent)
	}
}

// What the ordinary scan measures is the same with and without flows beside it.
func TestTemporalDisturbsNothing(t *testing.T) {
	prints := func(j Job) string {
		p, _ := repeaters(1)
		o := scan(context.Background(), t, p, j, nil, "198.18.0.0")
		return o.hosts["198.18.0.0"][0].Observations[0].Print
	}
	without := temporalJob(0)
	without.Temporal = Temporal{}
	if a, b := prints(without), prints(temporalJob(5*time.Second)); a != b {
		t.Errorf("without:\n%s\nwith:\n%s", a, b)
	}
}

// A decision ends the waiting.
func TestTemporalDecided(t *testing.T) {
	p, all := repeaters(1)
	j := temporalJob(time.Minute)
	j.Targets = &Targets{}
	if err := j.Targets.Add("198.18.0.0", nil); err != nil {
		t.Fatal(err)
	}
	j.TCP, j.NoSweep = []uint16{80, 81}, true
	var host *whorl.Host
	asked := 0
	err := Run(context.Background(), j, Config{Network: p, Host: func(h *whorl.Host) { host = h },
		Decide: func(x *backoff.Exchange, now time.Time) bool {
			asked++
			return now.Sub(x.First) >= 3*time.Second
		}})
	if err != nil || asked < 2 {
		t.Fatalf("%v, asked %d times", err, asked)
	}
	if took := host.Seen.Last.Sub(host.Seen.First); took > 7*time.Second {
		t.Errorf("took %v", took)
	}
	if got := gapsOf(t, timed(host))["SynRcvd"]; got != "1,2" {
		t.Errorf("SynRcvd after %s", got)
	}
	if all[0].resets != 3 {
		t.Errorf("%d resets", all[0].resets)
	}
}

// An interrupt and the end of a host's time give what is known, and reset connections.
func TestTemporalCutShort(t *testing.T) {
	check := func(name string, r *repeater, h *whorl.Host, warning string) {
		t.Helper()
		if got := gapsOf(t, timed(h)); got["SynRcvd"] != "1,2" || !strings.HasPrefix(got["LastAck"], "0.2,0.4,0.8") {
			t.Errorf("%s: %v", name, got)
		}
		if !strings.Contains(strings.Join(h.Warnings, "\n"), warning) {
			t.Errorf("%s: %v", name, h.Warnings)
		}
		if r.resets != 3 {
			t.Errorf("%s: %d resets", name, r.resets)
		}
	}
	p, all := repeaters(1)
	j := temporalJob(time.Minute)
	j.HostTimeout = 6 * time.Second
	o := scan(context.Background(), t, p, j, nil, "198.18.0.0")
	check("host timeout", all[0], o.hosts["198.18.0.0"][0], "host timeout")

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	p, all = repeaters(1)
	net := p.links[0].(*sim.Net)
	began := net.Now()
	p.links[0] = &faulty{Net: net, recv: func(int) error {
		if net.Now().Sub(began) > 6*time.Second {
			stop()
		}
		return nil
	}}
	o = scan(ctx, t, p, temporalJob(time.Minute), nil, "198.18.0.0")
	check("interrupt", all[0], o.hosts["198.18.0.0"][0], "interrupted")
}

// hushed is a network that has to be asked for silence.
type hushed struct {
	*paths
	err          error
	open, closed int
}

func (h *hushed) Silence(src netip.Addr, n int) (uint16, io.Closer, error) {
	h.open++
	return 12000, h, h.err
}

func (h *hushed) Close() error { h.closed++; return nil }

// Flows come from ports that are silent, and these are released; without silence
// nothing is sent and the reason is told.
func TestTemporalSilence(t *testing.T) {
	p, all := repeaters(3)
	quiet := &hushed{paths: p}
	o := scan(context.Background(), t, quiet, temporalJob(5*time.Second), nil, "198.18.0.0-2")
	if quiet.open != 1 || quiet.closed != 1 {
		t.Errorf("silence began %d times and ended %d times", quiet.open, quiet.closed)
	}
	for addr, hs := range o.hosts {
		if got := gapsOf(t, timed(hs[0])); got["SynRcvd"] != "1,2" {
			t.Errorf("%s: %v", addr, got)
		}
	}
	p, all = repeaters(1)
	loud := &hushed{paths: p, err: errors.New("no right to; give whorl the right")}
	o = scan(context.Background(), t, loud, temporalJob(5*time.Second), nil, "198.18.0.0")
	h := o.hosts["198.18.0.0"][0]
	if o.warned("give whorl the right") != 1 || timed(h).Print != "" || all[0].resets != 0 || loud.closed != 0 || !strings.Contains(h.Observations[0].Print, "U1(R=Y") {
		t.Errorf("%v, %d connections, closed %d times", h.Warnings, all[0].resets, loud.closed)
	}
}

// Without an open port there is nothing to time, and that is told.
func TestTemporalNoPort(t *testing.T) {
	p, _ := repeaters(1)
	j := temporalJob(5 * time.Second)
	j.TCP = []uint16{81, 82}
	if o := scan(context.Background(), t, p, j, nil, "198.18.0.0"); o.warned("no open TCP port") != 1 {
		t.Errorf("%v", o.hosts)
	}
}

// outspoken is a link that shows what our kernel sends: a reset of each connection that
// is timed, half a second after its SYN.
type outspoken struct {
	*sim.Net
	resets [][]byte
	due    []time.Time
}

func (o *outspoken) SendBatch(frames [][]byte, sent []time.Time) (n int, err error) {
	for i, frame := range frames {
		var p packet.Packet
		p.Decode(packet.Raw, frame)
		if sent[i], err = o.Net.Send(frame); err != nil {
			return i, err
		}
		if p.Transport == packet.TCP && p.TCP.Flags == packet.SYN && p.TCP.SrcPort >= 10000 && p.TCP.SrcPort < 20000 {
			p.TCP.Flags, p.TCP.Options = packet.RST, nil
			reset, err := p.Append(nil)
			if err != nil {
				return i, err
			}
			o.resets, o.due = append(o.resets, reset), append(o.due, o.Now().Add(500*time.Millisecond))
		}
	}
	return len(frames), nil
}

func (o *outspoken) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if len(o.due) > 0 && !o.due[0].After(o.Now()) {
		frame, at := o.resets[0], o.due[0]
		o.resets, o.due = o.resets[1:], o.due[1:]
		return copy(buf, frame), at, nil
	}
	return o.Net.Recv(buf, deadline)
}

// Connections that our own kernel resets tell nothing, and that is told.
func TestTemporalOwnReset(t *testing.T) {
	p, _ := repeaters(1)
	p.links[0] = &outspoken{Net: p.links[0].(*sim.Net)}
	o := scan(context.Background(), t, p, temporalJob(10*time.Second), nil, "198.18.0.0")
	h := o.hosts["198.18.0.0"][0]
	if timed(h).Print != "" || o.warned("our own kernel reset the connection") != 1 {
		t.Errorf("%s, %v", timed(h).Print, h.Warnings)
	}
}
