package persona_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

// offers are SYNs of ordinary clients, and of some that offer little.
var offers = []string{linux, windows, dialup, scanner, "\x02\x04\x05\xb4\x01\x01\x08\x0a\x00\x00\x10\x00\x00\x00\x00\x00"}

// handshake is the answer to a SYN with those options as package syn sees it.
func handshake(p *persona.Persona, options string, port uint16) (s syn.Signature, o syn.Offer, ok bool) {
	in := tcp(packet.SYN, 80, options)
	in.TCP.SrcPort = port
	asked, _ := syn.From(received(in))
	a := ask(p, start, in)
	if a == nil {
		return s, o, false
	}
	s, ok = syn.From(a)
	return s, asked.Offer(), ok
}

// unusual is a weight of an attribute that a form does not foresee.
const unusual = -3.5

// passiveMisfit is what of a SYN-ACK no form of the record foresees; empty: nothing.
func passiveMisfit(r syn.Reference, s *syn.Signature, o syn.Offer) string {
	best, misfit := -1e9, "no form"
	for i := range r {
		if !r[i].Answer {
			continue
		}
		w := r[i].Weigh(s, o)
		if w.Sum() <= best {
			continue
		}
		best, misfit = w.Sum(), ""
		for a := range syn.NumAttrs {
			if w[a] < unusual {
				misfit += a.String() + " "
			}
		}
	}
	return misfit
}

// What is heard of a persona is what its record says of SYN-ACKs, whatever the SYN offers.
func TestPassive(t *testing.T) {
	for _, db := range databases(t) {
		good, all := 0, 0
		wrong := newTally("wrong")
		for i, e := range db.Entries {
			r := e.Passive()
			own := strings.Contains(fmt.Sprint(e.Extra), syn.TestSynAck)
			p, err := persona.New(e, persona.Options{Addr: victim, Key: method.Key{byte(i), byte(i >> 8)}, OpenTCP: []uint16{80}})
			if err != nil || len(r) == 0 || e.Gen2 == nil || db.Database == osdb.Embedded && !own {
				continue
			}
			for k, options := range offers {
				s, o, ok := handshake(p, options, uint16(7000+k))
				if !ok {
					continue
				}
				all++
				if why := passiveMisfit(r, &s, o); why != "" {
					wrong.note(fmt.Sprintf("%s(offer %d)", why, k), e.Name+" "+s.String())
				} else {
					good++
				}
			}
		}
		t.Logf("%s: %d of %d SYN-ACKs", db.Database, good, all)
		wrong.log(t)
	}
}

var _ = os.Open
var _ time.Time
