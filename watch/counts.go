package watch

import (
	"whorl"
	"whorl/packet"
)

// Counts tell what frames were, and what came of them.
type Counts struct {
	Frames    int
	Skipped   [numReasons]int  // frames by Reason
	Doubled   int              // probes that came twice within 2 ms
	Contacts  [numFamilies]int // that became probable, by family; see Classes
	Forgotten int              // contacts that had to end because there were too many
	Held      int              // records that were held back because there were too many
}

// Classes counts the contacts that became probable.
func (c *Counts) Classes() map[whorl.ContactClass]int {
	out := map[whorl.ContactClass]int{}
	for f, n := range c.Contacts {
		if n > 0 {
			out[traits[f].class] += n
		}
	}
	return out
}

// Reason says why a frame was not looked at.
type Reason uint8

// The reasons. Frames of other protocols than IP and ARP are no such thing.
const (
	BadLink    Reason = iota // the link's header is cut off, or has too many tags
	CutShort                 // a header of IP or above is cut off
	BadHeader                // a header's length is wrong
	Fragmented               // a fragment of a large packet, or one that overlaps another
	BadSum                   // a wrong TCP checksum, if those do not count
	numReasons
)

var reasons = [numReasons]string{"link header not understood", "headers cut off", "wrong header length", "fragments", "wrong checksum"}

// String is the reason in words.
func (r Reason) String() string { return reasons[r] }

// misread tells why a frame cannot be used, if so.
func (w *Watcher) misread(p *packet.Packet) (why Reason, bad bool) {
	const unread = packet.OddLink | packet.OddShort | packet.OddIPHeader | packet.OddTCPOffset | packet.OddExtension
	switch o := p.Odd; {
	case w.o.Checksums && p.Transport == packet.TCP && o.Has(packet.OddChecksum):
		return BadSum, true
	case o&unread == 0:
		return 0, false
	case o.Has(packet.OddLink):
		return BadLink, true
	case p.Network == packet.NoNetwork && p.EtherType != packet.EtherTypeIPv4 && p.EtherType != packet.EtherTypeIPv6:
		return 0, false // another protocol
	case o.Has(packet.OddShort), o.Has(packet.OddExtension):
		return CutShort, true
	}
	return BadHeader, true
}
