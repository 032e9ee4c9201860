package listen

import (
	"net/netip"
	"time"

	"whorl"
	"whorl/method/syn"
	"whorl/packet"
)

// Options of a Listener.
type Options struct {
	Hosts int // most addresses to remember; 0 means 500,000, which take up to 400 MB
	Flows int // most connections that have begun; 0 means 32,768, which take 4 MB

	// Gone, if not nil, gets each host that is forgotten because the table is full and
	// that News has not given since it changed. It is not judged, and valid until Gone
	// returns.
	Gone func(*whorl.Host)

	// Handshake, if not nil, gets each SYN and SYN-ACK that is no repetition. The value is
	// valid until it returns.
	Handshake func(*Handshake)

	// Talk, if not nil, gets the first data of each end of a connection whose handshake was
	// heard, and Ran how long a host has run, once for each connection that shows it. The
	// values are valid until these return.
	Talk func(*Talk)
	Ran  func(*Ran)
}

// Handshake is one SYN or SYN-ACK.
type Handshake struct {
	At             time.Time
	Client, Server netip.AddrPort
	Sighting       syn.Sighting
	TOS            uint8 // type of service or traffic class
	Several        bool  // with it the clocks or IP IDs of the sender show several machines
}

// Counts tell what frames were. Handshakes are those that hosts are judged by.
type Counts struct {
	Frames      int
	SYNs        int
	SYNACKs     int
	Unpaired    int // of the SYN-ACKs: the SYN was not seen
	Repetitions int // of SYNs and SYN-ACKs that were seen before
	Forgotten   int // hosts that had to go because the table was full
	Unkept      int // kinds of packets that had no room

	Skipped [numReasons]int // by Reason
}

// Reason says why a frame is not understood. Frames of other protocols are no such thing.
type Reason uint8

// The reasons.
const (
	BadLink    Reason = iota // the link's header is cut off, or has too many tags
	CutShort                 // a header of IP or TCP is cut off
	BadHeader                // a header's length is wrong
	Fragmented               // a fragment
	BadFlags                 // SYN with FIN or RST
	BadSource                // a SYN from an address that cannot be a host's
	Encrypted                // the body of a frame of IEEE 802.11 that nobody has decrypted
	Damaged                  // a frame that arrived damaged, as radiotap says
	numReasons
)

var reasons = [numReasons]string{"link header not understood", "headers cut off", "wrong header length",
	"fragments", "SYN with FIN or RST", "sent by no host's address", "encrypted frames", "damaged frames"}

// String is the reason in words.
func (r Reason) String() string { return reasons[r] }

// Defaults of the limits.
const (
	defaultHosts = 500_000
	defaultFlows = 1 << 15
)

// Listener remembers what is heard. It must not be used from two goroutines at once.
type Listener struct {
	o          Options
	packet     packet.Packet // the frame at hand; its memory serves the next one
	handshake  Handshake     // the one at hand, likewise
	signatures signatures
	flows      flows
	hosts      hosts
	says       says
	causes     causes
	messengers messengers
	counts     Counts
	news       news
	told       whorl.Host // the record that was given last
}

// New makes a Listener that has heard nothing.
func New(o Options) *Listener {
	if o.Hosts <= 0 {
		o.Hosts = defaultHosts
	}
	if o.Flows <= 0 {
		o.Flows = defaultFlows
	}
	l := &Listener{o: o}
	l.signatures.init(o.Hosts)
	l.flows.init(o.Flows)
	l.hosts.init(o.Hosts)
	return l
}

// Counts tells what the frames so far were.
func (l *Listener) Counts() Counts { return l.counts }

// Len is how many hosts are remembered.
func (l *Listener) Len() int { return l.hosts.all.len() }

// Frame takes one frame. It is not kept.
func (l *Listener) Frame(link packet.LinkType, frame []byte, at time.Time) {
	l.packet.Skim(link, frame)
	l.Packet(&l.packet, at)
}

// Packet takes one frame that has been taken apart. Its checksums are not looked at, and it
// is not kept.
func (l *Listener) Packet(p *packet.Packet, at time.Time) {
	l.counts.Frames++
	if why, bad := misread(p); bad {
		l.counts.Skipped[why]++
		return
	}
	l.hear(p, at)
	if p.Transport != packet.TCP {
		l.message(p, at)
		return
	}
	switch f := p.TCP.Flags; {
	case f.Has(packet.SYN) && f&(packet.FIN|packet.RST) != 0:
		l.counts.Skipped[BadFlags]++
	case f.Has(packet.RST):
		l.reset(p)
	case !f.Has(packet.SYN):
		if len(p.TCP.Options) >= timestampLen {
			l.later(p, at)
		}
		if l.o.Talk != nil && len(p.Payload) > 0 {
			l.talk(p, at)
		}
	case !host(p.Src):
		l.counts.Skipped[BadSource]++
	default:
		if s, ok := syn.From(p); ok {
			l.begin(p, s, at)
		}
	}
}

// timestampLen is the length of the timestamps option, bytes (RFC 7323 section 3).
const timestampLen = 10

// misread tells why a frame cannot be used, if so.
func misread(p *packet.Packet) (why Reason, bad bool) {
	const misread = packet.OddLink | packet.OddShort | packet.OddIPHeader | packet.OddTCPOffset | packet.OddFragment |
		packet.OddExtension | packet.OddEncrypted | packet.OddFCS
	switch o := p.Odd; {
	case o&misread == 0:
		return 0, false
	case o.Has(packet.OddLink):
		return BadLink, true
	case o.Has(packet.OddEncrypted):
		return Encrypted, true
	case o.Has(packet.OddFCS):
		return Damaged, true
	case p.Network != packet.IPv4 && p.Network != packet.IPv6 && p.EtherType != packet.EtherTypeIPv4 && p.EtherType != packet.EtherTypeIPv6 && p.EtherType != 0:
		return 0, false // another protocol
	case o.Has(packet.OddFragment):
		return Fragmented, true
	case o.Has(packet.OddShort), o.Has(packet.OddExtension):
		return CutShort, true
	}
	return BadHeader, true
}

// host reports whether an address can be that of one host.
func host(a netip.Addr) bool {
	return !a.IsUnspecified() && !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
