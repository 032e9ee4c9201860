package main

import (
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/method/syn"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

// A scan names by the SYN-ACK to its search alone only what is met everywhere, from a
// probability of 0.95 on: of the stacks of our records few, and one wrongly (docs/passive.md).
func TestSearch(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	answered, named, named8, wrong8 := 0, 0, 0, 0
	var wrongs []string
	for _, e := range set.Entries() {
		s, ok := answerToSearch(e)
		if !ok {
			continue
		}
		answered++
		if family := familyAt(set, 0.8, s); family != "" {
			named8++
			if !isOf(e, family) {
				wrong8++
			}
		}
		switch family := familyAt(set, 0.95, s); family {
		case "Linux", "Windows", "Apple":
			named++
			if !isOf(e, family) {
				wrongs = append(wrongs, e.Name)
			}
		}
	}
	t.Logf("%d answer; at 0.8 %d are named, %d wrongly; by the rule %d, wrongly %q", answered, named8, wrong8, named, wrongs)
	if answered < 150 || named < 10 || len(wrongs) > 1 {
		t.Errorf("%d answer, %d are named, wrongly %q", answered, named, wrongs)
	}
}

// answerToSearch is the SYN-ACK of the stack of a record to a SYN with an MSS alone.
func answerToSearch(e *osdb.Entry) (s syn.Sighting, ok bool) {
	to := netip.MustParseAddr("198.51.100.9")
	p, err := persona.New(e, persona.Options{Addr: to, OpenTCP: []uint16{80}, Boot: start.Add(-time.Hour)})
	if err != nil {
		return s, false
	}
	ask := tcp("198.51.100.1", to.String(), 64, false, 0, packet.SYN, 1024, "\x02\x04\x05\xb4")
	var w wire
	p.Receive(start, &ask, &w)
	if w.first == nil {
		return s, false
	}
	s.Signature, ok = syn.From(w.first)
	s.Offer = syn.Offer{Known: true, MSS: 1460}
	return s, ok && s.Answer
}

// wire keeps the first packet that is sent.
type wire struct{ first *packet.Packet }

func (w *wire) Send(_ time.Duration, p *packet.Packet) {
	if w.first == nil {
		w.first = p.Clone()
	}
}

func (w *wire) After(time.Duration, func(time.Time)) {}

// familyAt is the family that is named if so much probability is wanted.
func familyAt(set osdb.Set, confidence float64, s syn.Sighting) string {
	h := &whorl.Host{Observations: []whorl.Observation{{Method: "syn", Print: s.Line().String()}}}
	verdict.NewHandshakes(set, verdict.Options{Confidence: whorl.Fraction(confidence)}).Judge(h)
	return answerOf(h).family
}
