package report

import (
	"net/netip"
	"time"

	"whorl"
)

// The contacts of the golden files. Addresses are those reserved for documentation.

// contactOf is a contact of one source with one target, with so many probes of a kind.
func contactOf(id uint64, state whorl.ContactState, class whorl.ContactClass, tool string, confidence whorl.Fraction) *whorl.Contact {
	return &whorl.Contact{
		ID: id, State: state, Class: class, Tool: tool, Confidence: confidence,
		Seen:    whorl.Span{First: start, Last: start.Add(1234567 * time.Microsecond)},
		Sources: []whorl.ContactSource{{Addr: netip.MustParseAddr("198.51.100.7"), Live: true}},
		Targets: []netip.Addr{addr(1)},
		Counts:  whorl.ContactCounts{Packets: 1, Sources: 1, Targets: 1},
		Leak:    whorl.LeakUnseen,
	}
}

// probed adds kinds of probes of a protocol to a port, of which some are answered.
func probed(c *whorl.Contact, proto string, port uint16, answered bool, names ...string) {
	for _, name := range names {
		p := whorl.ProbeSeen{Name: name, Exact: true, Count: 2, At: c.Seen.First.Add(time.Duration(len(c.Probes)) * 25 * time.Millisecond),
			Frame: 10 + len(c.Probes), Proto: proto, Port: port}
		if answered {
			p.Answered = 2
			c.Counts.Answered += 2
		}
		c.Counts.Packets += 2
		c.Probes = append(c.Probes, p)
	}
}

// firstContact is the first sight of what fullContact is.
func firstContact() *whorl.Contact {
	c := contactOf(1, whorl.Probable, whorl.OSFingerprint, "nmap -O", 0.86)
	probed(c, "tcp", 80, true, "S1")
	return c
}

// fullContact has found out everything.
func fullContact() *whorl.Contact {
	c := contactOf(1, whorl.Ended, whorl.OSFingerprint, "nmap -O", 0.9999)
	probed(c, "tcp", 80, true, "S1", "S2", "S3", "S4", "S5", "S6")
	probed(c, "icmp", 0, true, "IE1", "IE2")
	probed(c, "udp", 40125, true, "U1")
	probed(c, "tcp", 80, true, "ECN")
	probed(c, "tcp", 80, false, "T2", "T3")
	probed(c, "tcp", 80, true, "T4")
	probed(c, "tcp", 81, true, "T5", "T6", "T7")
	c.Ports, c.Counts.Ports, c.Leak = []uint16{80, 81, 40125}, 3, whorl.LeakFull
	c.Sources[0].MAC = "02:00:5e:00:53:07"
	h := perfectHost()
	h.Next, h.Boxes, h.Status = nil, nil, whorl.Status{Up: true, Reason: "recorded"}
	c.Learned = h
	return c
}

// decoysContact is one of several sources, of which one is live, that hides.
func decoysContact() *whorl.Contact {
	c := contactOf(2, whorl.Confirmed, whorl.OSFingerprint, "nmap-like", 0.98)
	c.Sources = []whorl.ContactSource{{Addr: netip.MustParseAddr("198.51.100.50")}, {Addr: netip.MustParseAddr("198.51.100.7"), Live: true}}
	c.Counts.Sources = 5
	c.Evasion = []string{"window", "decoys"}
	probed(c, "tcp", 80, false, "S1", "T2")
	c.Leak = whorl.LeakNone
	return c
}

// unnamedContact learned something, but no name.
func unnamedContact() *whorl.Contact {
	c := contactOf(3, whorl.Ended, whorl.OSFingerprintTiming, "", 0.55)
	c.Sources[0].Live = false
	probed(c, "tcp", 80, true, "SYN")
	c.Leak = whorl.LeakPartial
	c.Learned = up(1, "recorded")
	c.Learned.Observations = gen2("")
	return c
}

// ipv6Contact is a scan of ports; answers were not seen.
func ipv6Contact() *whorl.Contact {
	c := contactOf(4, whorl.Ended, whorl.PortScan, "nmap -sS", 0.95)
	c.Sources[0].Addr = netip.MustParseAddr("fe80::7%eth0")
	c.Targets = []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")}
	c.Ports = []uint16{1, 2, 3, 4, 5, 22, 80}
	c.Counts = whorl.ContactCounts{Packets: 2000, Sources: 1, Targets: 2, Ports: 1000}
	return c
}

// decoyContact was answered by a decoy, which lost track of who it was.
func decoyContact() *whorl.Contact {
	c := contactOf(5, whorl.Ended, whorl.DecoyContact, "", 1)
	c.Persona = "Apple macOS 10.14 - 11.X"
	c.Counts = whorl.ContactCounts{Packets: 3, Answered: 2, Sources: 1, Targets: 1}
	c.Leak, c.Learned = whorl.LeakPartial, tieHost()
	return c
}

// emptyContact has nothing that a writer can rely on.
func emptyContact() *whorl.Contact { return &whorl.Contact{Class: "new", State: whorl.Ended} }

// hostileContact tries to break out of every form.
func hostileContact() *whorl.Contact {
	c := contactOf(7, whorl.Ended, whorl.Malformed, "a|b\\c=d]\"e\r\n\x1b[31m", 0.5)
	c.Learned = hostileHost()
	c.Evasion = []string{"x=y\nz"}
	probed(c, "tcp\x00", 80, true, "T1|\"]")
	return c
}

func contactSamples() []*whorl.Contact {
	return []*whorl.Contact{firstContact(), fullContact(), decoysContact(), unnamedContact(), ipv6Contact(), decoyContact(), emptyContact(), hostileContact()}
}
