package whorl

import "net/netip"

// Sibling is an address over the other version of IP that may be of the same machine
// (Beverly and Berger, "Server siblings", PAM 2015).
type Sibling struct {
	Addr       netip.Addr `json:"addr,omitzero"` // the zero Addr: it cannot be read off the host's own
	Kinship    Kinship    `json:"kinship"`
	Confidence Fraction   `json:"confidence"` // probability that both are of one machine
	Evidence   []string   `json:"evidence"`   // what speaks for the kinship, and after it what speaks against it
}

// Kinship is what is known of two addresses.
type Kinship string

// The kinships.
const (
	KinshipSame       Kinship = "same"       // of one machine, which has one verdict
	KinshipOther      Kinship = "other"      // of two machines, or something answers for one of them
	KinshipUnknown    Kinship = "unknown"    // not shown to be of one machine
	KinshipTranslated Kinship = "translated" // of one, whose IPv6 is that of a translator (RFC 7915)
)
