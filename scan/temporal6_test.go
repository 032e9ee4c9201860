package scan

import (
	"context"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/link"
	"whorl/link/sim"
	"whorl/packet"
)

// repeaters6 is an Ethernet with repeaters of both versions of IP, of which the third is
// behind a gateway and the last has an address of the link.
func repeaters6() (net *sim.Net, targets []string, all []*repeater) {
	net = sim.New(sim.Options{Link: packet.Ethernet})
	net.Add(gateway6, &plain{rtt: time.Millisecond})
	targets = []string{"198.18.0.1", "2001:db8::1", "2001:db8::100", "fe80::7%sim0"}
	for _, a := range targets {
		r := &repeater{plain: plain{rtt: time.Millisecond}, conns: map[uint16]*repeated{}}
		all = append(all, r)
		net.Add(netip.MustParseAddr(a).WithZone(""), r)
	}
	return net, targets, all
}

// Hosts over IPv6 are timed as those over IPv4, after their probes, and a recording tells
// the times again.
func TestTemporalIPv6(t *testing.T) {
	net, targets, all := repeaters6()
	_, judge := embedded(t)
	j := temporalJob(20 * time.Second)
	j.Deep, j.Boxes, j.TCP = Never, Never, []uint16{80, 81}
	o, again := retold(t, dual{network{net}}, j, judge, targets...)
	if o.err != nil || len(o.hosts) != len(targets) || len(again) != len(targets) {
		t.Fatalf("%d hosts, %d recorded, %v", len(o.hosts), len(again), o.err)
	}
	for i, a := range targets {
		h := o.hosts[a][0]
		got := gapsOf(t, timed(h))
		for state, want := range map[string]string{"SynRcvd": "1,2,4", "LastAck": "0.2,0.4,0.8,1.6,3.2,6.4", "FinWait1": "0.2,0.4,0.8,1.6,3.2,6.4"} {
			if got[state] != want {
				t.Errorf("%s: %s: %s, want %s", a, state, got[state], want)
			}
		}
		if len(h.Warnings) > 0 || len(h.Observations) != 2 || all[i].resets != 3 || len(all[i].conns) != 0 {
			t.Errorf("%s: %v, %d observations, %d resets, %d connections left", a, h.Warnings, len(h.Observations), all[i].resets, len(all[i].conns))
		}
		bare, _, _ := strings.Cut(a, "%")
		n := slices.IndexFunc(again, func(h *whorl.Host) bool { return h.Addr.String() == bare })
		if n < 0 {
			t.Errorf("%s is not in the recording", a)
		} else if d := cmp.Diff(timed(h).Print, timed(again[n]).Print); d != "" {
			t.Errorf("%s (-live +recorded): %s", a, d)
		}
	}
}

// What is measured over IPv6 is the same with and without flows.
func TestTemporalDisturbsNothingOverIPv6(t *testing.T) {
	prints := func(j Job) string {
		net, _, _ := repeaters6()
		o := scan(context.Background(), t, dual{network{net}}, j, nil, "2001:db8::1")
		return o.hosts["2001:db8::1"][0].Observations[0].Print
	}
	without := temporalJob(0)
	without.Temporal = Temporal{}
	if d := cmp.Diff(prints(without), prints(temporalJob(5*time.Second))); d != "" {
		t.Errorf("(-without +with): %s", d)
	}
}

// hushed6 is a network that has to be asked for silence for each address of ours.
type hushed6 struct {
	dual
	asked []netip.Addr
}

func (h *hushed6) Route(addr netip.Addr) (link.Route, error) {
	r, err := h.dual.Route(addr)
	if addr.IsLinkLocalUnicast() {
		r.Src = netip.MustParseAddr("fe80::99")
	}
	return r, err
}

func (h *hushed6) Silence(src netip.Addr, n int) (uint16, io.Closer, error) {
	h.asked = append(h.asked, src)
	return 12000, io.NopCloser(nil), nil
}

// Each address of ours that flows leave from is silenced once; one of the link with its zone,
// without which no socket can have it.
func TestSilenceIPv6(t *testing.T) {
	net, targets, _ := repeaters6()
	h := &hushed6{dual: dual{network{net}}}
	if o := scan(t.Context(), t, h, temporalJob(3*time.Second), nil, targets...); o.err != nil {
		t.Fatal(o.err)
	}
	var asked []string
	for _, a := range h.asked {
		asked = append(asked, a.String())
	}
	slices.Sort(asked)
	if want := []string{us.String(), "2001:db8::99", "fe80::99%sim0"}; !slices.Equal(asked, want) {
		t.Errorf("%v, want %v", asked, want)
	}
}

// spoken is a link that shows a reset of our kernel over IPv6.
type spoken struct {
	link.Conn
	reset []byte
	due   time.Time
}

func (s *spoken) Send(frame []byte) (time.Time, error) {
	var p packet.Packet
	p.Decode(packet.Ethernet, frame)
	if s.reset == nil && p.Network == packet.IPv6 && p.Transport == packet.TCP && p.TCP.Flags == packet.SYN && p.TCP.SrcPort >= 10000 && p.TCP.SrcPort < 20000 {
		p.TCP.Flags, p.TCP.Options = packet.RST, nil
		s.reset, _ = p.Append(nil)
		s.due = s.Now().Add(500 * time.Millisecond)
	}
	return s.Conn.Send(frame)
}

func (s *spoken) Recv(buf []byte, deadline time.Time) (int, time.Time, error) {
	if !s.due.IsZero() && !s.due.After(s.Now()) {
		s.due = time.Time{}
		return copy(buf, s.reset), s.Now(), nil
	}
	return s.Conn.Recv(buf, deadline)
}

// talkative opens spoken links.
type talkative struct{ dual }

func (n talkative) Open(r link.Route) (link.Conn, error) {
	c, err := n.dual.Open(r)
	return &spoken{Conn: c}, err
}

// A connection that our own kernel resets over IPv6 tells nothing, and that is told.
func TestTemporalOwnResetIPv6(t *testing.T) {
	net, _, _ := repeaters6()
	o := scan(t.Context(), t, talkative{dual{network{net}}}, temporalJob(5*time.Second), nil, "2001:db8::1")
	h := o.hosts["2001:db8::1"][0]
	if got := gapsOf(t, timed(h)); len(got) != 2 || got["SynRcvd"] != "" || o.warned("our own kernel reset the connection") != 1 {
		t.Errorf("%v, %v", got, h.Warnings)
	}
}
