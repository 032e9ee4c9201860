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
	describe(&v)
	return v
}

// answered is the part of a verdict that an answer about a family gives, resting on its
// likeliest record.
func (f *family) answered(a answer) whorl.Verdict {
	v := whorl.Verdict{Name: a.name, Classes: a.classes, Rule: whorl.RuleWhorl,
		Confidence: whorl.Fraction(min(a.share, surest)), Source: f.of[0].entry.Source}
	if a.system.Family != "" || a.system.Vendor != "" {
		describe(&v)
		v.Vendor, v.Family = a.system.Vendor, a.system.Family
		v.DeviceType = a.deviceType(v.DeviceType)
	}
	return v
}

// deviceType is what the likeliest record says of the devices of the system that is named.
func (a *answer) deviceType(otherwise string) string {
	if len(a.of) == 0 || len(a.classes) == 0 {
		return otherwise
	}
	for _, c := range a.of[0].entry.Classes {
		if systemOf(c) == systemOf(a.classes[0]) {
			return c.DeviceType
		}
	}
	return otherwise
}

// verdict writes an answer about a family down.
func (j *Judge) verdict(f *family, a answer, seen []method.Line, p probed) whorl.Verdict {
	place := f.of[0].place
	v := f.answered(a)
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
