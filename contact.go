package whorl

import (
	"net/netip"
	"time"
)

// ContactSchema names the JSON form of [Contact].
const ContactSchema = "whorl.contact/1"

// Contact is what one stranger does to hosts of ours: what he sends, which tool that shows,
// and what our answers tell him. A sensor tells of a contact when it is probable, when it is
// confirmed, and when it has ended; a decoy, of which any contact is one, also when it turns
// out to be of another class.
type Contact struct {
	Schema string       `json:"schema"`
	ID     uint64       `json:"id"` // the same in all records of a contact, and of no other of a run
	State  ContactState `json:"state"`
	Class  ContactClass `json:"class"`
	Tool   string       `json:"tool,omitempty"` // "nmap -O", "zmap", ...; "nmap-like" if it hides; empty if unknown
	// Confidence is how likely the class is right, given what was seen so far.
	Confidence Fraction `json:"confidence"`
	Seen       Span     `json:"seen"`

	Sources []ContactSource `json:"sources"`         // several if they act as one: decoys of a scanner
	Targets []netip.Addr    `json:"targets"`         // the first of them
	Ports   []uint16        `json:"ports,omitempty"` // the first of those that probes went to
	Counts  ContactCounts   `json:"counts"`

	Probes []ProbeSeen `json:"probes,omitempty"` // the first of each kind
	// Dialogue is what was said over connections to decoys, as it was said, if that is wanted.
	Dialogue []Speech `json:"dialogue,omitempty"`
	// Frames are those of the contact in a recording of all contacts, if there is one.
	Frames  *FrameSpan `json:"frames,omitempty"`
	Evasion []string   `json:"evasion,omitempty"` // what differs from the tool as it comes: window, fragments, ...
	Leak    Leak       `json:"leak"`
	// Learned is the target that told most, as the scanner sees it: what its answers show,
	// and if it was judged, the verdict that he reaches. Only the last record has it.
	Learned *Host  `json:"learned,omitempty"`
	Persona string `json:"persona,omitempty"` // the target is a decoy that answers as this record
}

// ContactCounts go on where lists end.
type ContactCounts struct {
	Packets  int `json:"packets"` // of the contact's probes, repeats included
	Answered int `json:"answered"`
	Sources  int `json:"sources"`
	Targets  int `json:"targets"`
	Ports    int `json:"ports"`
	Said     int `json:"said,omitempty"` // bytes of dialogue, where that is wanted
}

// FrameSpan is from one frame of a capture to another, by their numbers, from 1; those of
// others may lie between.
type FrameSpan struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// ContactState tells how far a contact has come.
type ContactState string

// The states, in their order in time.
const (
	Probable  ContactState = "probable"  // enough is seen to speak of it
	Confirmed ContactState = "confirmed" // hardly anything else does this
	Ended     ContactState = "ended"     // nothing more has come for a while; the last record
)

// ContactClass says what a contact is after.
type ContactClass string

// The classes.
const (
	OSFingerprint       ContactClass = "os-fingerprint"
	OSFingerprintTiming ContactClass = "os-fingerprint-timing" // by silence: it watches us repeat
	PortScan            ContactClass = "port-scan"
	VersionScan         ContactClass = "version-scan"
	HostDiscovery       ContactClass = "host-discovery"
	MassScan            ContactClass = "mass-scan"
	Malformed           ContactClass = "malformed"
	DecoyContact        ContactClass = "decoy-contact" // nobody has business with a decoy
)

// ContactSource is one address that a contact comes from.
type ContactSource struct {
	Addr netip.Addr `json:"addr"`
	MAC  string     `json:"mac,omitempty"` // that its frames came with: its own, or that of the last router
	// Live is set if the address did what a sender does that gets our answers, as a kernel
	// that resets what it did not ask for. Of several sources the others may be made up.
	Live bool `json:"live,omitempty"`
}

// ProbeSeen is one kind of probe of a contact.
type ProbeSeen struct {
	Name     string    `json:"name"`  // as its method names it: S1, T7, IE2
	Exact    bool      `json:"exact"` // byte for byte; else only its form
	Count    int       `json:"count"`
	Answered int       `json:"answered"`
	At       time.Time `json:"at"`              // the first
	Frame    int       `json:"frame,omitempty"` // its number in the capture, from 1
	Proto    string    `json:"proto,omitempty"` // tcp, udp, icmp or icmpv6
	Port     uint16    `json:"port,omitempty"`  // that it went to
}

// Speech is what one side said over a connection until the other side spoke.
type Speech struct {
	At         time.Time  `json:"at"` // its first byte
	Source     netip.Addr `json:"source"`
	SourcePort uint16     `json:"source_port"`
	Target     netip.Addr `json:"target"`
	Port       uint16     `json:"port"`
	Answer     bool       `json:"answer,omitempty"` // said by the target
	Text       string     `json:"text"`             // with a dot for each byte that is not printable ASCII, CR, LF or TAB
	Data       []byte     `json:"data,omitempty"`   // all bytes, if there are such
}

// Bytes is what was said.
func (s *Speech) Bytes() []byte {
	if s.Data != nil {
		return s.Data
	}
	return []byte(s.Text)
}

// Leak is how much our answers give away.
type Leak string

// The leaks.
const (
	LeakUnseen  Leak = "not observed" // answers would not have come this way
	LeakNone    Leak = "none"         // no answer
	LeakPartial Leak = "partial"      // less than 60 % of what the tool can measure
	LeakFull    Leak = "full"
)
