package decoy

import (
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/packet"
)

func noContact(*whorl.Contact) {}

// watched is a network that keeps what it tells of contacts.
func watched(t *testing.T) (o Options, told *[]whorl.Contact) {
	o = town(t, "198.18.0.0/24", 1)
	told = new([]whorl.Contact)
	o.Contact = func(c *whorl.Contact) { *told = append(*told, *c) }
	o.Groups[0].Persona.Resend = []time.Duration{}
	return o, told
}

// A contact begins with the first packet, is sure with a second port or decoy or when its
// source turns out to be live, and ends after a minute.
func TestContact(t *testing.T) {
	o, told := watched(t)
	b := (&belt{}).then(0, syn(t, someone, 40000)).then(time.Second, syn(t, someone, 40001)).then(2*time.Second, syn(t, someone.Next(), 40002)).
		then(3*time.Second, ask(t, someone)).then(3*time.Minute, syn(t, someone, 40003))
	serve(t, newNetwork(t, o), b)
	states := []whorl.ContactState{whorl.Probable, whorl.Confirmed, whorl.Ended, whorl.Probable, whorl.Ended}
	if len(*told) != len(states) {
		t.Fatalf("told %+v", *told)
	}
	for i, c := range *told {
		id := uint64(1)
		if i >= 3 {
			id = 2
		}
		if c.State != states[i] || c.ID != id || c.Class != whorl.DecoyContact || c.Schema != whorl.ContactSchema || c.Persona == "" ||
			c.Sources[0].Addr != us || c.Sources[0].MAC != ourMAC.String() || c.Targets[0] != someone {
			t.Errorf("record %d: %+v", i, c)
		}
	}
	end := (*told)[2]
	if want := (whorl.ContactCounts{Packets: 3, Answered: 3, Sources: 1, Targets: 2, Ports: 1}); end.Counts != want ||
		end.Seen.First != epoch || end.Seen.Last != epoch.Add(2*time.Second) || end.Leak != whorl.LeakPartial || end.Sources[0].Live {
		t.Errorf("end %+v", end)
	}
}

// A source that resets what it did not ask for gets our answers.
func TestLive(t *testing.T) {
	for name, live := range map[string]func(isn, ack uint32) *packet.Packet{
		"reset": func(_, ack uint32) *packet.Packet {
			p := synFrom(us, someone, 40000)
			p.TCP.Flags, p.TCP.Seq = packet.RST, ack
			return p
		},
		"acknowledged": func(isn, ack uint32) *packet.Packet {
			p := synFrom(us, someone, 40000)
			p.TCP.Flags, p.TCP.Seq, p.TCP.Ack = packet.ACK, ack, isn+1
			return p
		},
	} {
		o, _ := watched(t)
		answer := serve(t, newNetwork(t, o), &belt{}, syn(t, someone, 40000))[0].TCP // the same again below
		o, told := watched(t)
		serve(t, newNetwork(t, o), &belt{}, syn(t, someone, 40000), wired(t, live(answer.Seq, answer.Ack)))
		if last := (*told)[len(*told)-1]; !last.Sources[0].Live || (*told)[1].State != whorl.Confirmed {
			t.Errorf("%s: told %+v", name, *told)
		}
	}
}

// A flood of made-up sources is counted, not told.
func TestContactsAreBounded(t *testing.T) {
	o, told := watched(t)
	var in [][]byte
	for i := range uint32(2 * maxContacts) {
		in = append(in, wired(t, synFrom(addrOf(0x0a000000+i), someone, 40000)))
	}
	n := newNetwork(t, o)
	serve(t, n, &belt{}, in...)
	c := n.Counts()
	if c.Contacts != len(in) || c.Untold != len(in)-tellRate || len(*told) != 2*tellRate {
		t.Errorf("%+v, %d told", c, len(*told))
	}
}

func TestSeenIsBounded(t *testing.T) {
	var s seen[int]
	for i := range 1000 {
		s.add(i)
		s.add(i / 2)
	}
	if s.n != maxSeen || len(s.list()) != maxListed || s.list()[maxListed-1] != maxListed-1 {
		t.Errorf("%d seen, listed %v", s.n, s.list())
	}
}

// alarm is a sensor that takes the third frame for a scan.
type alarm struct {
	n             *Network
	frames, wakes int
	ended         bool
}

func (a *alarm) Frame(link packet.LinkType, frame []byte, at time.Time) {
	if a.frames++; a.frames != 3 {
		return
	}
	c := whorl.Contact{ID: 99, State: whorl.Confirmed, Class: whorl.OSFingerprint, Tool: "nmap -O", Confidence: 0.99, Leak: whorl.LeakFull,
		Sources: []whorl.ContactSource{{Addr: netip.MustParseAddr("192.0.2.1")}, {Addr: us, Live: true}}, Targets: []netip.Addr{someone},
		Learned: &whorl.Host{Addr: someone}, Probes: []whorl.ProbeSeen{{Name: "S1"}}}
	a.n.Recognised(&c)
	c.Probes[0].Name = "used again"
	a.n.Recognised(&whorl.Contact{Sources: []whorl.ContactSource{{Addr: router}}}) // of whom nothing is known
}

func (a *alarm) Wake(now time.Time) time.Time { a.wakes++; return time.Time{} }
func (a *alarm) End()                         { a.ended = true }

// What a sensor recognises raises the contact.
func TestRaised(t *testing.T) {
	o, told := watched(t)
	n := newNetwork(t, o)
	a := &alarm{n: n}
	n.Watch(a)
	serve(t, n, &belt{}, syn(t, someone, 40000), syn(t, someone, 40001))
	if a.frames != 4 || a.wakes == 0 || !a.ended {
		t.Errorf("sensor %+v", a)
	}
	if len(*told) != 3 {
		t.Fatalf("told %+v", *told)
	}
	for i, c := range (*told)[1:] {
		want := []whorl.ContactState{whorl.Confirmed, whorl.Ended}[i]
		if c.ID != 1 || c.State != want || c.Class != whorl.OSFingerprint || c.Tool != "nmap -O" || c.Persona == "" || len(c.Sources) != 2 ||
			c.Counts.Sources != 2 || c.Probes[0].Name != "S1" || c.Learned.Addr != someone {
			t.Errorf("record %d: %+v", i+1, c)
		}
	}
	if end := (*told)[2]; end.Counts.Packets != 2 || end.Counts.Answered != 2 {
		t.Errorf("end %+v", end.Counts)
	}
}
