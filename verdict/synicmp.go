package verdict

import (
	"fmt"
	"slices"

	"whorl"
	"whorl/method/icmp"
	"whorl/method/syn"
)

// messages are what port unreachables and echo replies of a host tell. They are a witness of
// its stack beside its handshakes: they move probability among the records that these leave,
// and if none of those sends such messages there is a warning. Alone they hardly name
// anybody (synicmpalone.go).
type messages []icmp.Print

// take reads an observation.
func (m *messages) take(print string) error {
	p, err := icmp.Parse(print)
	if err == nil && len(p.Tests) > 0 {
		*m = append(*m, p)
	}
	return err
}

// from are those that came over as many hops as packets with that TTL. Others may be sent by
// something else in the path: a firewall that refuses in the host's name, or one that
// answers its handshakes.
func (m messages) from(ttl uint8) (near, far messages) {
	hops := syn.Distance(ttl)
	for _, p := range m {
		if h := p.Heard; syn.Distance(h.Most) <= hops && hops <= syn.Distance(h.Least) {
			near = append(near, p)
		} else {
			far = append(far, p)
		}
	}
	return near, far
}

// key is what a judgement by them follows from.
func (m messages) key() (key string) {
	for i := range m {
		for _, l := range m[i].Tests {
			key += l.String()
		}
	}
	return key
}

// tellsOf is what a record says of such messages. It is read when the first message comes.
func (j *Handshakes) tellsOf(place int) icmp.Reference {
	if j.messages == nil {
		j.messages = make([]icmp.Reference, len(j.entries))
		for i, e := range j.entries {
			j.messages[i] = e.ICMP()
		}
	}
	return j.messages[place]
}

// hearMessages adds what messages say against each record of places.
func (j *Handshakes) hearMessages(m messages, places []int, against []told) {
	for _, place := range places {
		if cost, ok := j.cost(place, m); ok {
			against[place] = told{against[place].log - min(cost, surestWitness), true}
		}
	}
}

// cost is what messages say against a record. ok is false if it does not tell of them.
func (j *Handshakes) cost(place int, m messages) (sum float64, ok bool) {
	for i := range m {
		for _, d := range j.tellsOf(place).Compare(&m[i]) {
			ok = true
			if !d.Agrees {
				sum += d.Cost
			}
		}
	}
	return sum, ok
}

// testifyMessages adds to the headline what messages say of its record, and that those of
// another hop say nothing.
func (o *opinion) testifyMessages(j *Handshakes, near, far messages) {
	v := &o.verdicts[0]
	for i := range near {
		for _, d := range j.tellsOf(o.families[0].of[0].place).Compare(&near[i]) {
			v.Evidence = append(v.Evidence, messageEvidence(&d))
		}
	}
	for i := range far {
		l := far[i].Tests[0]
		v.Evidence = append(v.Evidence, whorl.Evidence{Method: "icmp", Test: l.Test, Got: l.String(), GotWords: messageNames[l.Test],
			Missing: "they came over more or fewer hops than its handshakes: something else in the path sends them, or those"})
	}
}

func messageEvidence(d *icmp.Difference) whorl.Evidence {
	e := whorl.Evidence{Method: "icmp", Test: d.Test, Attr: d.Attr, Got: d.Got, Want: d.Want, Agrees: d.Agrees, GotWords: inWords(d.Test, d.Attr, d.Got)}
	if !d.Agrees {
		e.Weight, e.WantWords = -d.Cost, inWords(d.Test, d.Attr, d.Want)
	}
	return e
}

// messageNames are the tests that prints begin with, in words.
var messageNames = map[string]string{
	icmp.TestU1: "port unreachables", icmp.TestU1v6: "port unreachables", icmp.TestQU: "port unreachables",
	icmp.TestIE: "echo replies", icmp.TestEC: "echo replies", icmp.TestIEv6: "echo replies",
}

// contradiction is from what cost on messages contradict a family: one attribute that a
// setting or a router hardly changes, or two others.
const contradiction = 2

// doubt warns if messages are not those of the family that handshakes show: every record that
// these leave tells of such messages, and none sends them so.
func (j *Handshakes) doubt(h *whorl.Host, o *opinion, near messages) {
	if o.family == "" || o.program {
		return
	}
	for i := range near {
		m := near[i : i+1]
		best, least := -1, 0.0
		for _, c := range o.families[0].of {
			cost, ok := j.cost(c.place, m)
			if !ok || cost < contradiction {
				best = -1
				break
			}
			if best < 0 || cost < least {
				best, least = c.place, cost
			}
		}
		if best < 0 {
			continue
		}
		all := j.tellsOf(best).Compare(&m[0])
		d := &all[slices.IndexFunc(all, func(d icmp.Difference) bool { return !d.Agrees })]
		warn(h, fmt.Sprintf("its %s are not those of %s (%s.%s %s, there %s): something in the path sends or changes them, or makes its handshakes; compare with whorl scan %v",
			messageNames[d.Test], o.family, d.Test, d.Attr, d.Got, d.Want, h.Addr))
	}
}
