package watch

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/sim"
	"whorl/method"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// The ends of the wire, and when it begins to be used.
var (
	attacker  = netip.MustParseAddr("198.51.100.66")
	attacker6 = netip.MustParseAddr("2001:db8::66")
	victim    = netip.MustParseAddr("192.0.2.10")
	epoch     = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// sensor is a Watcher that keeps its records.
type sensor struct {
	*Watcher
	t       testing.TB
	records []whorl.Contact
	at      time.Time
	tap     func(frame []byte) // gets what the sensor sees, if not nil
}

func newSensor(t testing.TB, o Options) *sensor {
	s := &sensor{t: t, at: epoch}
	o.Contact = func(c *whorl.Contact) { s.records = append(s.records, *c) }
	s.Watcher = New(o)
	return s
}

// sees gives a packet to the sensor.
func (s *sensor) sees(p *packet.Packet) {
	s.t.Helper()
	p.Link = packet.Raw
	frame, err := p.Append(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.tap != nil {
		s.tap(frame)
	}
	s.Frame(packet.Raw, frame, s.at)
}

// after lets time pass.
func (s *sensor) after(d time.Duration) *sensor {
	s.at = s.at.Add(d)
	return s
}

// ended are the last records, once all contacts have ended.
func (s *sensor) ended() (out []whorl.Contact) {
	s.End()
	for _, r := range s.records {
		if r.State == whorl.Ended {
			out = append(out, r)
		}
	}
	return out
}

// summary is class, tool and confidence of each contact that ended.
func (s *sensor) summary() string {
	var out []string
	for _, r := range s.ended() {
		out = append(out, fmt.Sprintf("%s %q", r.Class, r.Tool))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// fingerprinting gives the contacts that are after a stack.
func (s *sensor) fingerprinting() (out []whorl.Contact) {
	for _, r := range s.ended() {
		if r.Class == whorl.OSFingerprint || r.Class == whorl.OSFingerprintTiming {
			out = append(out, r)
		}
	}
	return out
}

// only is the only contact that ended.
func (s *sensor) only() whorl.Contact {
	s.t.Helper()
	all := s.ended()
	if len(all) != 1 {
		s.t.Fatalf("contacts: %s; want one", s.summary())
	}
	return all[0]
}

// entry finds a record of the embedded database.
func entry(t testing.TB, name string) *osdb.Entry {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	for _, e := range set.Entries() {
		if e.Gen2 != nil && strings.Contains(e.Name, name) {
			return e
		}
	}
	t.Fatalf("no record of %s", name)
	return nil
}

// target puts a persona with port 80 open at the victim's address.
func target(t testing.TB, name string, o persona.Options) *sim.Net {
	t.Helper()
	o.Addr, o.OpenTCP = victim, []uint16{80}
	p, err := persona.New(entry(t, name), o)
	if err != nil {
		t.Fatal(err)
	}
	n := sim.New(sim.Options{Start: epoch})
	n.Add(victim, p)
	return n
}

// attack is a machine of ours that asks over a net while a sensor looks on.
type attack struct {
	net    *sim.Net
	src    netip.Addr // attacker if it is not set
	m      method.Machine
	kernel bool // the attacker's kernel resets what it did not ask for
	oneWay bool // the sensor sees nothing that the victim sends
	change func(p *packet.Packet)
	drop   func(p *packet.Packet) bool
	tap    func(frame []byte, at time.Time) // gets all frames, if not nil
}

// run drives the machine to its end.
func (a *attack) run(s *sensor) {
	s.t.Helper()
	var out method.Outbox
	buf := make([]byte, 2048)
	for range 20_000 {
		out.Reset()
		wake := a.m.Poll(a.net.Now(), &out)
		for i := range out.Len() {
			p, tag := out.At(i)
			at := a.send(s, p)
			a.m.Sent(tag, at)
		}
		if wake.IsZero() {
			s.at = a.net.Now()
			return
		}
		n, at, err := a.net.Recv(buf, wake)
		if errors.Is(err, link.ErrTimeout) {
			continue
		} else if err != nil {
			s.t.Fatal(err)
		}
		if a.tap != nil {
			a.tap(buf[:n], at)
		}
		if !a.oneWay {
			s.Frame(packet.Raw, buf[:n], at)
		}
		var p packet.Packet
		p.Decode(packet.Raw, buf[:n])
		if a.kernel && p.Transport == packet.TCP && p.TCP.Flags.Has(packet.SYN|packet.ACK) {
			a.send(s, &packet.Packet{Network: p.Network, Transport: packet.TCP, Dst: p.Src, TTL: 64, IPv4: packet.IPv4Header{DF: true},
				TCP: packet.TCPHeader{SrcPort: p.TCP.DstPort, DstPort: p.TCP.SrcPort, Seq: p.TCP.Ack, Flags: packet.RST}})
		}
		a.m.Receive(&p, at)
	}
	s.t.Fatal("the machine does not end")
}

func (a *attack) send(s *sensor, p *packet.Packet) time.Time {
	s.t.Helper()
	p.Link, p.Src = packet.Raw, attacker
	if a.src.IsValid() {
		p.Src = a.src
	}
	if a.change != nil && p.TCP.Flags != packet.RST {
		a.change(p)
	}
	frame, err := p.Append(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	at, err := a.net.Send(frame)
	if err != nil {
		s.t.Fatal(err)
	}
	if a.tap != nil {
		a.tap(frame, at)
	}
	if a.drop == nil || !a.drop(p) {
		s.Frame(packet.Raw, frame, at)
	}
	return at
}

// key is the secret of the machines.
var key = method.Key{7}

func stream(purpose string) method.Stream { return key.Stream(victim, purpose) }
