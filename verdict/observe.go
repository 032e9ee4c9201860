package verdict

import (
	"encoding/binary"

	"whorl/method"
	"whorl/method/gen2"
)

// Observation is what was seen, ready to be weighed.
type Observation struct {
	tests [gen2.NumTests]observed
	order order // of TCP options, by all texts
}

// observed is one test of an observation.
type observed struct {
	known  uint16 // bit i: attribute i was seen
	values [gen2.MaxAttrs]sighting
}

// sighting is the value of an attribute: as seen, and as it would have been on a
// common path.
type sighting [2]string

// Observe prepares an observation. Of a test that stands twice the first counts.
func Observe(seen []method.Line) *Observation {
	o := &Observation{}
	common, _ := Common(seen)
	mute := filtered(seen)
	for i, l := range seen {
		t, ok := gen2.TestNamed(l.Test)
		if !ok || o.tests[t].known != 0 {
			continue
		}
		for j, a := range l.Attrs {
			at, ok := gen2.Tests[t].Attr(a.Name)
			if !ok || o.tests[t].has(at) || mute && a.Name == "R" && a.Value == "N" {
				continue
			}
			o.tests[t].known |= 1 << at
			o.tests[t].values[at] = sighting{a.Value, common[i].Attrs[j].Value}
			if isOptions(t, at) {
				o.order |= orderOf(a.Value)
			}
		}
	}
	return o
}

// filtered reports whether a host answers nothing but connections to its open port,
// as behind a stateful firewall: then silence says nothing of the stack.
func filtered(seen []method.Line) bool {
	for _, t := range []string{"T4", "T5", "T6", "T7", "U1", "IE"} {
		if l, ok := find(seen, t); ok {
			if r, _ := l.Value("R"); r != "N" {
				return false
			}
		}
	}
	return true
}

func (o *observed) has(attr int) bool { return o.known>>attr&1 != 0 }

// knows reports whether the attribute of a feature was seen.
func (o *Observation) knows(f Feature) bool { return o.tests[f.Test].has(f.Attr) }

// appendKey writes all that was seen of a test, without ambiguity, to the end of b.
func (o *observed) appendKey(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, o.known)
	for i := range o.values {
		if !o.has(i) {
			continue
		}
		for _, v := range o.values[i] {
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	}
	return b
}
