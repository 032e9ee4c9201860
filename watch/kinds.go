package watch

import (
	"slices"
	"time"

	"whorl"
	"whorl/method"
	"whorl/packet"
)

// family is a set of kinds of packets that belong together: what one contact consists of.
type family uint8

// The families. Those up to silent are fingerprinting.
const (
	nmap      family = iota // Nmap's second generation over IPv4, and our own scanner
	nmapIPv6                // the same over IPv6
	nmapFirst               // Nmap's first generation
	queso
	xprobe  // Xprobe2
	sinfp   // SinFP and SinFP3
	sendsyn // p0f-sendsyn
	silent  // RING, Snacktime, Cron-OS, JA4TScan: no odd packet, but silence
	portScan
	massScan
	discovery
	service // version scans
	numFamilies
)

// trait is what holds for all contacts of a family.
type trait struct {
	class whorl.ContactClass
	like  string        // what a tool is called that only resembles those of the family
	idle  time.Duration // after which a contact of quick probes has ended
}

// Idle times.
const (
	quick = 15 * time.Second
	slow  = 60 * time.Second
	quiet = 65 * time.Second // longer than Linux repeats a SYN-ACK
)

var traits = [numFamilies]trait{
	nmap:      {whorl.OSFingerprint, "nmap-like", quick},
	nmapIPv6:  {whorl.OSFingerprint, "nmap-like", quick},
	nmapFirst: {whorl.OSFingerprint, "nmap-like", quick},
	queso:     {whorl.OSFingerprint, "queso-like", quick},
	xprobe:    {whorl.OSFingerprint, "xprobe2-like", 30 * time.Second},
	sinfp:     {whorl.OSFingerprint, "SinFP-like", quick},
	sendsyn:   {whorl.OSFingerprint, "p0f-sendsyn-like", quick},
	silent:    {whorl.OSFingerprintTiming, "", quiet},
	portScan:  {whorl.PortScan, "", slow},
	massScan:  {whorl.MassScan, "", slow},
	discovery: {whorl.HostDiscovery, "", slow},
	service:   {whorl.VersionScan, "", slow},
}

// fingerprints reports whether a contact of the family is after a stack.
func (f family) fingerprints() bool { return f <= silent }

// kind is one kind of packet that tells of a tool. Kinds are only read.
type kind struct {
	family family
	name   string // of the probe
	tool   string // that sends it; empty: any
	// points are what the first one counts if it is exact.
	points int
	// spread is how many ends (ports of hosts, or hosts) the packets have to go to for 6
	// points; 0: it does not matter where they go.
	spread int
	place  place
	ours   bool    // only our own scanner sends it
	alike  []*kind // others with the same header, told by their numbers
}

// place is where the numbers of a probe stand in those of its exchange.
type place struct {
	order  uint8  // place in the order of sending, from 1; 0: none, and nothing else is known
	port   uint16 // source port less the base
	seq    uint32 // sequence number less the base
	numbed bool   // the acknowledgement field is not the constant of the exchange
}

// signed reports whether a packet of the kind bears the signature of our own scanner, which
// is all that tells it from Nmap's.
func (k *kind) signed(h *packet.TCPHeader) bool {
	return k.place.order > 0 && h.Ack == method.Signature(h.Seq-k.place.seq) ||
		slices.ContainsFunc(k.alike, func(o *kind) bool { return o.signed(h) })
}

// tier is how well a packet fits its kind.
type tier uint8

// The tiers, E3 to E1.
const (
	exact   tier = iota // byte for byte
	altered             // the layout is right, single values are not
	shape               // a form that no stack sends and few tools do
)

// points are what the first packet of a kind counts.
func (t tier) points(k *kind) int {
	switch t {
	case altered:
		return min(3, k.points)
	case shape:
		return min(2, k.points)
	}
	return k.points
}

// Points of evidence. Probable is reached at 6, confirmed at 12.
const (
	pointsTCP      = 6  // an exact probe over TCP
	pointsTwo      = 5  // a packet known by one number of 16 bits: two are probable
	pointsOther    = 4  // an exact probe over UDP or ICMP
	pointsLayout   = 2  // such a one that is only nearly right
	pointsRelation = 2  // numbers of two probes that fit
	pointsRepeat   = 1  // an exact probe again
	mostRepeats    = 2  // repeats of a kind that count
	sure           = 12 // one packet of which is enough
)

// evasions is a set of ways in which a tool differs from how it comes.
type evasions uint16

// The evasions, in the order in which they are told.
const (
	evadesWindow evasions = 1 << iota
	evadesTimestamp
	evadesMSS
	evadesScale
	evadesPayload
	evadesLabel
	evadesTTL
	evadesPort
	evadesFragments
	evadesChecksum
	evadesOrder
	evadesDelay
	evadesDecoys
)

var evasionNames = [...]string{"window", "timestamp", "MSS", "window scale", "payload", "flow label", "TTL", "source port",
	"fragments", "checksum", "order", "delay", "decoys"}

// names lists the evasions.
func (e evasions) names() (out []string) {
	for i, n := range evasionNames {
		if e&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// mark is what the classifier says of a packet.
type mark struct {
	kind    *kind
	also    *kind // counts too if a contact of its family is under way; nil: none
	tier    tier
	evasion evasions
	signed  bool // it bears the signature of our own scanner
	refused bool // an answer has shown the packet
}
