package whorl

import (
	"fmt"
	"net/netip"
	"time"
)

// Schema names the JSON form of [Host]. The number grows only when a field
// changes its meaning; new fields do not change it.
const Schema = "whorl.host/1"

// Host is everything known of one address.
type Host struct {
	Schema  string       `json:"schema"`
	Addr    netip.Addr   `json:"addr"`
	MAC     string       `json:"mac,omitempty"`     // aa:bb:cc:dd:ee:ff, only if on the same segment
	Also    []netip.Addr `json:"also,omitempty"`    // other addresses of the machine, of which the verdict knows too
	Sibling *Sibling     `json:"sibling,omitempty"` // the address over the other version of IP that was compared with this one
	Names   []string     `json:"names,omitempty"`   // as the user gave them or DNS did
	Status  Status       `json:"status"`            // up or down, and how that is known
	Seen    Span         `json:"seen"`              // first and last packet of this record

	Ports        []Port        `json:"ports,omitempty"`
	Distance     *Hops         `json:"distance,omitempty"`
	Uptime       *Uptime       `json:"uptime,omitempty"`
	Sequences    *Sequences    `json:"sequences,omitempty"`
	Observations []Observation `json:"observations,omitempty"`
	Claims       []Claim       `json:"claims,omitempty"`   // what the host says of itself; no verdict rests on it
	Verdicts     []Verdict     `json:"verdicts,omitempty"` // ranked, the headline first
	Boxes        []Box         `json:"boxes,omitempty"`
	Next         []Step        `json:"next,omitempty"`     // what would tell more, if the headline is no name alone
	Warnings     []string      `json:"warnings,omitempty"` // each says what to do next
}

// Status says whether a host is up, and what told us.
type Status struct {
	Up     bool   `json:"up"`
	Reason string `json:"reason,omitempty"` // arp-response, echo-reply, syn-ack, reset, user-set, no-response, ...
}

// Unreachable is the reason of a host that nothing can be sent to.
const Unreachable = "unreachable"

// Span is a closed interval of time.
type Span struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// PortState is what a port's answer means, in Nmap's words.
type PortState string

// The states that a probe can find.
const (
	Open         PortState = "open"
	Closed       PortState = "closed"
	Filtered     PortState = "filtered"      // no answer, or an ICMP prohibition
	Unfiltered   PortState = "unfiltered"    // answers, but neither open nor closed is shown
	OpenFiltered PortState = "open|filtered" // UDP without an answer
)

// Port is one port that was probed.
type Port struct {
	Proto  string    `json:"proto"` // tcp or udp
	Number uint16    `json:"port"`
	State  PortState `json:"state"`
	Reason string    `json:"reason,omitempty"` // syn-ack, reset, port-unreach, no-response, ...
	TTL    uint8     `json:"ttl,omitempty"`    // of the answer, as received
	Name   string    `json:"name,omitempty"`   // usual service of the number, not a detected one
	Forged bool      `json:"forged,omitempty"` // the answer seems to come from something else in the path
	Used   bool      `json:"used,omitempty"`   // fingerprinting relied on this port
}

// Hops is a network distance: 0 this machine, 1 the same segment.
type Hops struct {
	Count  int            `json:"hops"`
	Method DistanceMethod `json:"method"`
}

// DistanceMethod says how a distance is known, by the letter that Nmap prints as DC.
type DistanceMethod string

// Ways to know a distance.
const (
	DistanceLocal  DistanceMethod = "L" // the target is this machine
	DistanceDirect DistanceMethod = "D" // its hardware address is known
	DistanceICMP   DistanceMethod = "I" // from the TTL quoted in a port unreachable
	DistanceGuess  DistanceMethod = "G" // from the TTL of what it sends, as if that had begun at a usual one
)

// Uptime is how long ago the clock that the host shows was zero. Many stacks
// start it at a secret offset, so it is a guess by nature.
type Uptime struct {
	Seconds  float64   `json:"seconds"`
	LastBoot time.Time `json:"last_boot"`
}

// Sequences are the raw series behind SEQ, in the order of the probes answered.
type Sequences struct {
	ISN        []uint32 `json:"isn,omitempty"`
	IPID       []uint16 `json:"ipid,omitempty"`
	Timestamps []uint32 `json:"timestamps,omitempty"`
	Index      *int     `json:"index,omitempty"`       // SP, Nmap's TCP sequence index; nil if it could not be computed
	IPIDClass  string   `json:"ipid_class,omitempty"`  // TI as printed (I, Z, RD, RI, BI, hex), empty if unknown
	ClockClass string   `json:"clock_class,omitempty"` // "1000HZ", "zero timestamp", "none returned (unsupported)", ...

	First time.Time       `json:"first,omitzero"`    // when the probe behind the first ISN left
	Sent  []time.Duration `json:"sent_ns,omitempty"` // when the probe behind each ISN left, after the first
}

// Observation is what one method measured, as text that the method can parse again.
type Observation struct {
	Method     string     `json:"method"` // gen2, gen1, ipv6, survey, deep, backoff, syn, icmp, claim
	Print      string     `json:"print"`
	Conditions Conditions `json:"conditions"`
}

// Conditions tell how far an observation can be trusted.
type Conditions struct {
	At        time.Time     `json:"at"`
	Sent      int           `json:"sent"`                // packets sent for it, repeats included
	Answered  int           `json:"answered"`            // probes with an answer; if nothing was sent, packets that show it
	Probes    int           `json:"probes"`              // probes of the method
	RTT       time.Duration `json:"rtt_ns,omitempty"`    // smoothed round trip time
	Jitter    time.Duration `json:"jitter_ns,omitempty"` // standard deviation of the round trips
	WorstGap  time.Duration `json:"worst_gap_ns"`        // largest deviation of a timed gap between probes
	Heard     string        `json:"heard,omitempty"`     // where a listener heard it; empty: this record's own listener or scan did
	NotIdeal  string        `json:"not_ideal,omitempty"` // first reason why the print should not be submitted
	AtMost    []string      `json:"at_most,omitempty"`   // attributes, as TEST.ATTR, that the path made greater: the host's own are less, or the same
	Unsettled []string      `json:"unsettled,omitempty"` // tests left unmeasured, and why
}

// Claim is a system that a host says it is, in clear text that was heard of it. It can be
// made up, and it can be another host's that speaks through this one.
type Claim struct {
	Kind    string `json:"kind"` // User-Agent, SSH, DHCP, ...: where it stands
	Name    string `json:"name"` // with the versions that the text allows
	Vendor  string `json:"vendor,omitempty"`
	Family  string `json:"family,omitempty"`
	Packets int    `json:"packets"`           // that say so
	Against bool   `json:"against,omitempty"` // the stack is of another family
}

// Class places a system, as in Nmap's database: vendor, family, generation, device type.
type Class struct {
	Vendor     string   `json:"vendor"`
	Family     string   `json:"family"`
	Generation string   `json:"generation,omitempty"`
	DeviceType string   `json:"device_type,omitempty"`
	CPE        []string `json:"cpe,omitempty"`
}

// Fraction is a share or probability from 0 to 1.
type Fraction float64

// Percent is the fraction as whole percents, truncated as Nmap does, so that
// 100 is printed only for what is exactly 1.
func (f Fraction) Percent() int { return int(float64(f)*100 + 1e-9) }

// Verdict is one answer to "what is it", with what it rests on.
//
// Classes has all that Name covers, and nothing that it excludes: a class of each generation
// from 4.X to 7.X for "Linux 4.15 - 7.3", classes without a generation for "Linux". Those of
// one record are in its order, those of several by system, the generations of each from the
// oldest to the newest. The fields before it say the same in short: Vendor and Family are of
// the first class, or what all classes descend from (Apple Darwin), and empty where Name is put
// together as "A or B"; of one record of several systems they are of its first class. DeviceType
// is of the likeliest record, Generation and CPE are of all classes of the vendor and family.
type Verdict struct {
	Name       string      `json:"name"`
	Vendor     string      `json:"vendor,omitempty"`
	Family     string      `json:"family,omitempty"`
	Generation string      `json:"generation,omitempty"` // several with "|" between them: 4.X|5.X
	DeviceType string      `json:"device_type,omitempty"`
	CPE        []string    `json:"cpe,omitempty"`
	Classes    []Class     `json:"classes,omitempty"`
	Rule       Rule        `json:"rule"`                 // which rule of judgement gave it
	Confidence Fraction    `json:"confidence,omitempty"` // probability that Name holds; 0 if the rule gives none
	Accuracy   Fraction    `json:"accuracy"`             // share of Nmap's points
	Passed     int         `json:"passed,omitempty"`     // attributes of the first generation that agree
	Compared   int         `json:"compared,omitempty"`   // ... of those that record and print both have
	Notes      []string    `json:"notes,omitempty"`      // how the host differs from what its system does by default
	Evidence   []Evidence  `json:"evidence,omitempty"`
	Decisive   *Difference `json:"decisive,omitempty"` // of the headline, from its best alternative
	Heard      *Heard      `json:"heard,omitempty"`    // when it rests on what was heard before, as the host answers too little
	Source     Source      `json:"source"`
}

// Unknown is the name of a verdict that gives no answer; the text of its source
// says why.
const Unknown = "unknown"

// Rule names a way to judge evidence.
type Rule string

// The rules.
const (
	RuleWhorl Rule = "whorl" // weighs evidence, gives a probability
	RuleNmap  Rule = "nmap"  // Nmap's points over one database
	RuleGen1  Rule = "gen1"  // those of its first generation: the share of attributes that agree
)

// Evidence is one attribute for or against a verdict, or a test that is missing.
type Evidence struct {
	Method    string  `json:"method"`
	Test      string  `json:"test"`
	Attr      string  `json:"attr"` // empty: the whole test
	Want      string  `json:"want"`
	Got       string  `json:"got"`
	WantWords string  `json:"want_words,omitempty"` // Want as a person says it, if the two disagree
	GotWords  string  `json:"got_words,omitempty"`  // Got as a person says it
	Agrees    bool    `json:"agrees"`
	Common    string  `json:"common,omitempty"`  // Got as it would be on a path of 1500-byte packets, if only that agrees
	Missing   string  `json:"missing,omitempty"` // why it was not seen, or does not count; empty: it was and does
	Points    int     `json:"points,omitempty"`  // Nmap's weight
	Weight    float64 `json:"weight,omitempty"`  // log likelihood ratio, natural logarithm; positive speaks for
}

// Difference is the one attribute that speaks most for a verdict and against an
// alternative of another family. Test is empty if nothing that was seen tells the two apart.
type Difference struct {
	Name   string  `json:"name"`   // of the verdict's record
	Other  string  `json:"other"`  // name of the alternative
	Source Source  `json:"source"` // of the alternative
	Method string  `json:"method,omitempty"`
	Test   string  `json:"test,omitempty"`
	Attr   string  `json:"attr,omitempty"`
	Got    string  `json:"got,omitempty"`
	Want   string  `json:"want,omitempty"`   // what the verdict's record says
	There  string  `json:"there,omitempty"`  // what the alternative's record says
	Words  string  `json:"words,omitempty"`  // Got and There as a person says them
	Points int     `json:"points,omitempty"` // Nmap's weight of the attribute
	Weight float64 `json:"weight,omitempty"` // how much more it, and what goes with it, speaks for the verdict; natural logarithm
}

// Step is something to do in order to know more.
type Step struct {
	Why     string `json:"why"`
	Command string `json:"command"` // to type; words in capitals stand for what is not known here
}

// Source is the record that a verdict rests on.
type Source struct {
	Database string `json:"database,omitempty"` // embedded, nmap-os-db, user, or as named
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Text     string `json:"text,omitempty"` // the record's own Source line
}

// String gives file:line as compilers do, so that editors can follow it.
func (s Source) String() string {
	if s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

// Box is something between us and the host that answers or changes packets.
type Box struct {
	Kind     BoxKind   `json:"kind"`
	Or       []BoxKind `json:"or,omitempty"`    // what else it may be, as the evidence tells no difference
	Ports    []uint16  `json:"ports,omitempty"` // TCP ports it answers for or forwards; empty means not bound to ports
	Distance *Hops     `json:"distance,omitempty"`
	Weight   float64   `json:"weight,omitempty"`   // log Bayes factor against one stack without a box, natural logarithm
	Behind   []Behind  `json:"behind,omitempty"`   // the machines that show, if there are several
	LeftOut  []string  `json:"left_out,omitempty"` // of the fingerprint, as TEST or TEST.ATTR: not the host's own
	Evidence []string  `json:"evidence"`
}

// BoxKind is what a box does.
type BoxKind string

// The kinds of boxes that can be found.
const (
	BoxNAT      BoxKind = "nat"           // forwards ports to machines behind one address
	BoxBalancer BoxKind = "load-balancer" // forwards one port to several machines
	BoxSYNProxy BoxKind = "syn-proxy"     // answers SYNs and hands the connection on later (RFC 4987 section 3.7)
	BoxProxy    BoxKind = "proxy"         // ends connections itself and opens others
	BoxForger   BoxKind = "reset-forger"  // a firewall that resets in the host's name
	BoxScrubber BoxKind = "scrubber"      // a firewall that rewrites fields of what the host sends
	BoxOwnNAT   BoxKind = "own-nat"       // on our side: it translates what we send, or answers in every host's name
	BoxShared   BoxKind = "shared"        // machines of several systems use the address, as behind a NAT
)

// Behind is one of several machines at an address.
type Behind struct {
	Ports      []uint16 `json:"ports,omitempty"` // TCP; empty: the address itself, its closed ports and pings
	Name       string   `json:"name"`            // of the system, or [Unknown]
	Confidence Fraction `json:"confidence,omitempty"`
}
