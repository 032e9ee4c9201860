package syn

import (
	"slices"

	"whorl/method"
	"whorl/packet"
)

// subject is a packet as forms compare it, with what each of them would find out again.
type subject struct {
	*Signature
	offer  Offer
	layout Layout  // without extras
	has    Options // of the layout

	sized, scaled, stamped bool // has an MSS, a scale, timestamps
	zeroID                 bool
	raised                 bool    // a SYN that began with a TTL of 255
	usualTTL, plainMSS     float64 // likelihoods where a form says nothing
	usualWindow            float64 // likewise

	headers int    // bytes of IP and TCP without options
	sizes   [5]int // MSS that the window may have been computed from, bytes
	n       int    // of sizes
}

func (s *Signature) subject(o Offer) (j subject) {
	j.Signature, j.offer = s, o
	j.layout, _ = s.Layout.Plain()
	j.has = j.layout.Options()
	j.sized, j.scaled, j.stamped = j.layout.has(packet.OptMSS), j.layout.has(packet.OptWScale), j.layout.has(packet.OptTimestamp)
	j.zeroID = zeroID(s.Quirks)
	j.raised = !s.Answer && method.GuessTTL(s.TTL) == 255
	j.usualTTL, j.plainMSS, j.usualWindow = usualTTL(method.GuessTTL(s.TTL)), plainMSS(s), usualWindow(s.Window)
	j.headers = ipv4Headers
	if s.Version == 6 {
		j.headers = ipv6Headers
	}
	// The MSS is the one announced, or that of an Ethernet or a cloud's large packets if
	// something on the path lowered it, or that of the SYN that was answered, or that of the
	// other version of IP if NAT64 (RFC 7915) lies between.
	for _, mss := range [...]int{int(s.MSS), ethernetMTU - j.headers, int(o.MSS), cloudMTU - j.headers,
		ethernetMTU - (ipv4Headers + ipv6Headers - j.headers)} {
		if mss >= leastMSS && !slices.Contains(j.sizes[:j.n], mss) {
			j.sizes[j.n] = mss
			j.n++
		}
	}
	return j
}
