package scan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whorl"
	"whorl/link"
	"whorl/link/pcapfile"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/gen2"
	"whorl/packet"
	"whorl/persona"
)

// taped is a network whose packets are recorded.
type taped struct {
	Network
	tape *pcapfile.Writer
}

func (n taped) Open(r link.Route) (link.Conn, error) {
	c, err := n.Network.Open(r)
	return pcapfile.Record(c, n.tape), err
}

// A recording gives the ports, surveys and boxes of a scan again.
func TestRecorded(t *testing.T) {
	set, judge := embedded(t)
	second := netip.MustParseAddr("10.0.0.3")
	at := func(name string, addr netip.Addr, open ...uint16) link.Node {
		return stack(t, set, name, persona.Options{Addr: addr, OpenTCP: open, Delay: time.Millisecond})
	}
	// The same system with another configuration than inside.
	other := stack(t, set, "Linux 6.1 - 7.3", persona.Options{Addr: themAddr, Key: method.Key{4}, OpenTCP: []uint16{22}, Delay: time.Millisecond})
	for _, c := range []struct {
		name, boxes string
		node        link.Node
		ports       []uint16
	}{
		{"one stack", "", at("Microsoft Windows 10", themAddr, 80, 443), []uint16{80, 443, 81}},
		{"eight ports", "", at("Linux 6.1 - 7.3", themAddr, 80, 81, 82, 83, 84, 85, 86, 87), []uint16{80, 81, 82, 83, 84, 85, 86, 87, 88}},
		{"NAT", "nat[][443] [] Linux [22] Linux [443] Linux",
			&sim.NAT{Public: themAddr, Box: other, TCP: map[uint16]sim.Inside{443: {Node: at("Linux 6.1 - 7.3", second, 443), Addr: second, Port: 443}}},
			[]uint16{22, 443, 81}},
		{"relay", "syn-proxy[][80]", &sim.Relay{Ports: map[uint16]bool{80: true}, TTL: 255, Window: 8192, Options: []byte{2, 4, 5, 0xb4},
			Node: &sim.Hops{N: 3, Node: at("Linux 6.1 - 7.3", themAddr, 80)}}, []uint16{80, 81}},
	} {
		n := sim.New(sim.Options{Resets: true})
		n.Add(themAddr, c.node)
		live, again := twice(t, n, Job{TCP: c.ports, SkipUp: true, Deep: Never, Timing: Timings[3]}, judge)
		if got := brief(again.Boxes); got != c.boxes {
			t.Errorf("%s: boxes %s, want %s", c.name, got, c.boxes)
		}
		if d := cmp.Diff(live, again, asRecorded); d != "" {
			t.Errorf("%s (-live +recorded):\n%s", c.name, d)
		}
	}
}

// The same of all other methods: both generations, deep probes and times.
func TestRecordedMethods(t *testing.T) {
	_, judge := embedded(t)
	times := Temporal{States: backoff.All, Timeout: 20 * time.Second, Hold: 800 * time.Millisecond}
	for _, c := range []struct {
		name    string
		job     Job
		methods string
	}{
		{"all", Job{Gens: Gen1 | Gen2, Deep: Always, Boxes: Always, Temporal: times}, "gen2 gen1 survey deep backoff"},
		{"times", Job{Deep: Never, Boxes: Never, Temporal: times}, "gen2 backoff"},
		{"gen1", Job{Gens: Gen1, Boxes: Never}, "gen1"},
	} {
		n := sim.New(sim.Options{})
		n.Add(themAddr, &repeater{plain: plain{rtt: time.Millisecond}, conns: map[uint16]*repeated{}})
		c.job.TCP, c.job.SkipUp, c.job.Timing = []uint16{80, 81}, true, Timings[3]
		live, again := twice(t, n, c.job, judge)
		var methods []string
		for _, o := range again.Observations {
			methods = append(methods, o.Method)
		}
		if got := strings.Join(methods, " "); got != c.methods {
			t.Errorf("%s: %s, want %s", c.name, got, c.methods)
		}
		if d := cmp.Diff(live, again, asRecorded); d != "" {
			t.Errorf("%s (-live +recorded):\n%s", c.name, d)
		}
	}
}

// asRecorded leaves out numbers of the engine and times of the link, which are not in the
// file.
var asRecorded = cmp.Options{cmpopts.EquateComparable(netip.Addr{}), cmpopts.IgnoreFields(whorl.Host{}, "Status", "Seen", "Names", "Uptime"),
	cmpopts.IgnoreFields(whorl.Conditions{}, "At", "RTT", "WorstGap"), cmpopts.IgnoreFields(whorl.Sequences{}, "First")}

// twice is the host at themAddr as a scan gives it, and as the recording of the scan does.
func twice(t *testing.T, n *sim.Net, j Job, judge Judge) (live, again *whorl.Host) {
	t.Helper()
	o, hosts := retold(t, network{n}, j, judge, themAddr.String())
	if len(hosts) != 1 {
		t.Fatalf("%d hosts", len(hosts))
	}
	return o.hosts[themAddr.String()][0], hosts[0]
}

// retold is what a scan gives, and the hosts as the recording of the scan gives them.
func retold(t *testing.T, n Network, j Job, judge Judge, targets ...string) (*outcome, []*whorl.Host) {
	t.Helper()
	var file bytes.Buffer
	tape, err := pcapfile.NewWriter(&file, packet.Ethernet)
	if err != nil {
		t.Fatal(err)
	}
	o := judged(context.Background(), t, taped{n, tape}, j, judge, nil, targets...)
	if err := errors.Join(o.err, tape.Flush()); err != nil {
		t.Fatal(err)
	}
	hosts := recorded(t, &file)
	for _, h := range hosts {
		judge.Judge(h)
	}
	return o, hosts
}

// recorded are the hosts of a recording.
func recorded(t *testing.T, file io.Reader) []*whorl.Host {
	t.Helper()
	r, err := pcapfile.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	var all Recorded
	var p packet.Packet
	for {
		frame, link, at, err := r.Next()
		if err != nil {
			return all.Hosts("test")
		}
		p.Decode(link, frame)
		all.Add(&p, at)
	}
}

// A recording of more hosts than are kept says so.
func TestRecordedFull(t *testing.T) {
	var r Recorded
	ie := &gen2.Probes[gen2.IE1]
	p := packet.Packet{Network: packet.IPv4, Transport: packet.ICMP, Src: netip.MustParseAddr("192.0.2.1"), IPv4: packet.IPv4Header{DF: ie.DF},
		ICMP: packet.ICMPHeader{Type: packet.ICMPEchoRequest, Code: ie.Code, Rest: packet.Echo(1, ie.Seq)}, Payload: make([]byte, ie.DataLen)}
	for i := range method.MaxTalks + 1 {
		if r.Full() {
			t.Fatalf("full with %d hosts", i)
		}
		p.Dst = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		r.Add(&p, epoch)
	}
	if !r.Full() {
		t.Error("not full")
	}
}
