package verdict

import (
	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// nothing is the verdict that there is no answer, and why.
func nothing(why string) whorl.Verdict {
	return whorl.Verdict{Name: whorl.Unknown, Rule: whorl.RuleWhorl, Source: whorl.Source{Text: why}}
}

// verdictOf is the part of a verdict that a record gives.
func verdictOf(e *osdb.Entry, rule whorl.Rule) whorl.Verdict {
	v := whorl.Verdict{Name: e.Name, Classes: e.Classes, Rule: rule, Source: e.Source}
	if len(e.Classes) > 0 {
		c := e.Classes[0]
		v.Vendor, v.Family, v.Generation, v.DeviceType, v.CPE = c.Vendor, c.Family, c.Generation, c.DeviceType, c.CPE
	}
	return v
}

// verdict writes an answer about a family down, resting on its likeliest record.
func (j *Judge) verdict(f *family, a answer, seen []method.Line, p probed) whorl.Verdict {
	e, place := f.of[0].entry, f.of[0].place
	v := verdictOf(e, whorl.RuleWhorl)
	if a.name != e.Name {
		v.Name, v.Generation, v.CPE = a.name, a.generation, a.cpe
		v.Vendor, v.Family, v.DeviceType = f.class.Vendor, f.class.Family, f.deviceType(e)
	}
	v.Confidence = whorl.Fraction(min(a.share, surest))
	v.Accuracy = j.accuracy(place, seen)
	v.Notes = append(notes(j.entries[place], seen), j.deepNotes(place, p)...)
	return v
}

// accuracy is the share of points of what agrees, as seen or on a common path.
func (j *Judge) accuracy(place int, seen []method.Line) whorl.Fraction {
	if path := pathOf(seen); path == 0 || path == ethernetMSS {
		return j.entries[place].Gen2.Score(seen, j.points[place], expr.Whorl).Accuracy()
	}
	var s gen2.Score
	for _, e := range j.compare(place, seen) {
		s.Den += e.Points
		if e.Agrees {
			s.Num += e.Points
		}
	}
	return s.Accuracy()
}
