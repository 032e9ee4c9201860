package verdict

import (
	"fmt"
	"slices"

	"whorl"
	"whorl/method/icmp"
	"whorl/method/syn"
	"whorl/osdb"
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
func (m messages) key() string {
	var key []byte
	for i := range m {
		for _, l := range m[i].Tests {
			key = l.AppendTo(key)
		}
	}
	return string(key)
}

// tellsOf is what records say of such messages that stand for the one at a place: itself, or
// if it says nothing those of the same generations of its system, as records of SYNs alone
// are. They are read when the first message comes.
func (j *Handshakes) tellsOf(place int) []icmp.Reference {
	if j.messages == nil {
		j.messages = make([][]icmp.Reference, len(j.entries))
		for i, e := range j.entries {
			if r := e.ICMP(); len(r) > 0 {
				j.messages[i] = []icmp.Reference{r}
			}
		}
		own := slices.Clone(j.messages)
		for i, e := range j.entries {
			for n, other := range j.entries {
				if len(own[i]) == 0 && len(own[n]) > 0 && sameGeneration(e, other) {
					j.messages[i] = append(j.messages[i], own[n]...)
				}
			}
		}
	}
	return j.messages[place]
}

// sameGeneration reports whether two records are of one generation of a system.
func sameGeneration(a, b *osdb.Entry) bool {
	return slices.ContainsFunc(a.Classes, func(c whorl.Class) bool {
		return c.Generation != "" && slices.ContainsFunc(b.Classes, func(o whorl.Class) bool {
			return o.Vendor == c.Vendor && o.Family == c.Family && o.Generation == c.Generation
		})
	})
}

// compared is how messages compare with the record at a place, as it explains them best, and
// what they say against it. It is empty if the record does not tell of them.
func (j *Handshakes) compared(place int, m messages) (best []icmp.Difference, cost float64) {
	if len(m) == 0 {
		return nil, 0
	}
	for _, r := range j.tellsOf(place) {
		var all []icmp.Difference
		sum := 0.0
		for i := range m {
			for _, d := range r.Compare(&m[i]) {
				all = append(all, d)
				if !d.Agrees {
					sum += d.Cost
				}
			}
		}
		if len(all) > 0 && (len(best) == 0 || sum < cost) {
			best, cost = all, sum
		}
	}
	return best, cost
}

// hearMessages adds what messages say against each record of places.
func (j *Handshakes) hearMessages(m messages, places []int, against []told) {
	for _, place := range places {
		if all, cost := j.compared(place, m); len(all) > 0 {
			against[place] = told{against[place].log - min(cost, surestWitness), true}
		}
	}
}

// testifyMessages adds to the headline what messages say of its record, and that those of
// another hop say nothing.
func (o *opinion) testifyMessages(j *Handshakes, near, far messages) {
	v := &o.verdicts[0]
	all, _ := j.compared(o.families[0].of[0].place, near)
	v.Evidence = append(v.Evidence, messageEvidence(all)...)
	for i := range far {
		l := far[i].Tests[0]
		v.Evidence = append(v.Evidence, whorl.Evidence{Method: "icmp", Test: l.Test, Got: l.String(), GotWords: messageName(l.Test),
			Missing: "they came over more or fewer hops than its handshakes: something else in the path sends them, or those"})
	}
}

// messageEvidence tells how messages compare with a record.
func messageEvidence(all []icmp.Difference) (out []whorl.Evidence) {
	for _, d := range all {
		e := whorl.Evidence{Method: "icmp", Test: d.Test, Attr: d.Attr, Got: d.Got, Want: d.Want, Agrees: d.Agrees, GotWords: messageWords(d.Test, d.Attr, d.Got)}
		if !d.Agrees {
			e.Weight, e.WantWords = -d.Cost, messageWords(d.Test, d.Attr, d.Want)
		}
		out = append(out, e)
	}
	return out
}

// contradiction is from what cost on messages contradict a family: one attribute that a
// setting or a router hardly changes, or two others.
const contradiction = 2

// doubt warns if messages are not those of the family that handshakes show: every record that
// these leave tells of such messages, and none sends them so.
func (j *Handshakes) doubt(h *whorl.Host, o *opinion, near messages) {
	if o.family == "" || o.may != nil || o.program {
		return
	}
	for i := range near {
		if d := j.against(&o.families[0], near[i:i+1]); d != nil {
			warn(h, fmt.Sprintf("its %s are not those of %s (%s.%s %s, there %s): something in the path sends or changes them, or makes its handshakes; compare with whorl scan %v",
				messageName(d.Test), o.family, d.Test, d.Attr, d.Got, d.Want, h.Addr))
		}
	}
}

// against is what costs most of how a family's closest record differs from messages; nil if
// some record of it sends the like, or says nothing.
func (j *Handshakes) against(f *family, m messages) (most *icmp.Difference) {
	var closest []icmp.Difference
	least := 0.0
	for _, c := range f.of {
		all, cost := j.compared(c.place, m)
		if len(all) == 0 || cost < contradiction {
			return nil
		}
		if closest == nil || cost < least {
			closest, least = all, cost
		}
	}
	for i := range closest {
		if d := &closest[i]; !d.Agrees && (most == nil || d.Cost > most.Cost) {
			most = d
		}
	}
	return most
}
