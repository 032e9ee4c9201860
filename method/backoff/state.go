package backoff

import (
	"fmt"
	"slices"
	"strings"
)

// State is the TCP state in which the host repeats a segment (RFC 9293 section 3.3.2).
type State uint8

// The states. Held is LAST_ACK on a connection whose handshake we delayed. In SynSent the
// host asks: no probe makes it, but who listens sees it.
const (
	SynRcvd  State = iota // repeats its SYN-ACK
	LastAck               // repeats its FIN, after ours
	FinWait1              // repeats its FIN, before ours
	Held                  // as LastAck, but for a round trip that we chose
	SynSent               // repeats its SYN
	NumStates
)

// numProbed is how many states a machine can bring about: those before SynSent.
const numProbed = SynSent

// Tests are the names of the states in prints and records. The slice is only read.
var Tests = []string{"SynRcvd", "LastAck", "FinWait1", "Held", "SynSent"}

// Has reports whether a test of that name belongs to the method.
func Has(test string) bool { return slices.Contains(Tests, test) }

// StateNamed finds a state by the name of its test.
func StateNamed(test string) (s State, ok bool) {
	i := slices.Index(Tests, test)
	return State(max(i, 0)), i >= 0
}

// String is the name of the test.
func (s State) String() string {
	if s < NumStates {
		return Tests[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// fin reports whether the segment that is repeated is a FIN.
func (s State) fin() bool { return s != SynRcvd && s != SynSent }

// record is the state whose schedules in records are for s.
func (s State) record() State {
	if s == Held {
		return LastAck
	}
	return s
}

// States is a set of states to test.
type States uint8

// All is what Cron-OS tests.
const All = States(1<<SynRcvd | 1<<LastAck | 1<<FinWait1)

// letters are the states as Cron-OS names them, in the order of State.
const letters = "slf"

// ParseStates reads a set as Cron-OS writes it: any of the letters s (SYN_RCVD), l
// (LAST_ACK) and f (FIN_WAIT_1).
func ParseStates(text string) (set States, err error) {
	for _, c := range text {
		i := strings.IndexRune(letters, c)
		if i < 0 {
			return 0, fmt.Errorf("backoff: %q in %.20q is no state; want letters of %s", c, text, letters)
		}
		set |= 1 << i
	}
	if set == 0 {
		return 0, fmt.Errorf("backoff: no state; want letters of %s", letters)
	}
	return set, nil
}

// Has reports whether the state is in the set.
func (s States) Has(state State) bool { return s&(1<<state) != 0 }

// String is the form that ParseStates reads.
func (s States) String() string {
	var b strings.Builder
	for i := range letters {
		if s.Has(State(i)) {
			b.WriteByte(letters[i])
		}
	}
	return b.String()
}

// Ending is what ends a run of copies.
type Ending uint8

// The endings. ICMP comes from a router more often than from the host.
const (
	Silence Ending = iota // nothing more comes
	Reset                 // a RST
	Finish                // a FIN, in SynRcvd
	Error                 // an ICMP error about the connection
)

var endings = [...]string{"none", "rst", "fin", "icmp"}

// String is the ending as prints and records write it.
func (e Ending) String() string {
	if int(e) < len(endings) {
		return endings[e]
	}
	return fmt.Sprintf("Ending(%d)", uint8(e))
}

func parseEnding(s string) (Ending, error) {
	i := slices.Index(endings[:], s)
	if i < 0 {
		return 0, fmt.Errorf("%.20q is no ending; want one of %s", s, strings.Join(endings[:], " "))
	}
	return Ending(i), nil
}
