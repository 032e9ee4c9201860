package syn

import (
	"fmt"
	"strings"
)

// Quirks are oddities of a SYN or SYN-ACK, a bit each, in p0f's order.
type Quirks uint32

// The quirks. Conditions are those of p0f, except that ACKPlus is seen on all machines
// and not every second time.
const (
	DF      Quirks = 1 << iota // don't fragment (IPv4)
	IDPlus                     // IP ID not zero although DF is set (IPv4)
	IDMinus                    // IP ID zero without DF (IPv4)
	ECN                        // a bit of ECN, in IP or in TCP (RFC 3168, RFC 9768)
	MBZ                        // the reserved flag of IPv4
	Flow                       // flow label not zero (IPv6)
	SeqZero                    // sequence number zero
	ACKPlus                    // acknowledgement number without ACK
	ACKZero                    // ACK with acknowledgement number zero
	UrgPlus                    // urgent pointer without URG
	URG                        // URG is set
	PSH                        // PSH is set
	TS1Zero                    // own timestamp zero
	TS2Plus                    // timestamp echo on a SYN
	OptPlus                    // bytes other than zero behind the end of list
	ExWS                       // window scale above 14, the most of RFC 7323
	Bad                        // malformed options
)

var quirkNames = [...]string{"df", "id+", "id-", "ecn", "0+", "flow", "seq-", "ack+", "ack-", "uptr+",
	"urgf+", "pushf+", "ts1-", "ts2+", "opt+", "exws", "bad"}

// Quirks that only one version of IP can have.
const (
	only4 = DF | IDPlus | IDMinus | MBZ
	only6 = Flow
)

// Has reports whether all of q are set.
func (s Quirks) Has(q Quirks) bool { return s&q == q }

// AppendTo writes p0f's words with commas between them.
func (s Quirks) AppendTo(b []byte) []byte {
	first := true
	for i, name := range quirkNames {
		if s&(1<<i) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		b, first = append(b, name...), false
	}
	return b
}

// String is p0f's words with commas between them.
func (s Quirks) String() string { return string(s.AppendTo(nil)) }

// ParseQuirks reads what AppendTo writes, in any order.
func ParseQuirks(s string) (q Quirks, err error) {
	if s == "" {
		return 0, nil
	}
	for word := range strings.SplitSeq(s, ",") {
		bit := quirkNamed(word)
		switch {
		case bit == 0:
			return q, fmt.Errorf("syn: quirk %.20q; want one of %s", word, strings.Join(quirkNames[:], " "))
		case q&bit != 0:
			return q, fmt.Errorf("syn: quirk %s stands twice", word)
		}
		q |= bit
	}
	return q, nil
}

func quirkNamed(word string) Quirks {
	for i, name := range quirkNames {
		if name == word {
			return 1 << i
		}
	}
	return 0
}
