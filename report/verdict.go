package report

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"whorl"
)

// verdict puts our own answer on the page: name, how sure, from where, why.
func (p *page) verdict(h *whorl.Host, verbose int) {
	if len(h.Verdicts) == 0 && len(h.Observations) == 0 {
		return
	}
	p.WriteByte('\n')
	if len(h.Verdicts) == 0 || isUnknown(&h.Verdicts[0]) {
		p.line("OS: %s, %s", cell{"unknown", bold}, whyUnknown(h))
		p.rests(h)
		p.nearest(h.Verdicts)
	} else {
		p.headline(h, verbose)
	}
	if verbose > 0 && !hasEvidence(h.Verdicts) {
		p.unsettled(h.Observations)
	}
	p.next(h.Next)
}

// headline is a name with its reasons and its alternatives.
func (p *page) headline(h *whorl.Host, verbose int) {
	verdicts := h.Verdicts
	head := &verdicts[0]
	p.line("OS: %s, %s%s", cell{head.Name, bold}, sureness(head), bracket(head.Source))
	p.rests(h)
	p.notes(head)
	p.decisive(head)
	p.why("    ", head.Evidence, verbose)
	if isTie(head) && verbose > 0 {
		for i := range verdicts[1:min(len(verdicts), 3)] {
			v := &verdicts[i+1]
			if len(v.Evidence) == 0 {
				continue
			}
			p.line("    as %s:", v.Name)
			p.why("    ", v.Evidence, verbose)
		}
	}
	p.others(verdicts)
}

// notes tell what has been set, or the path has done.
func (p *page) notes(v *whorl.Verdict) {
	if len(v.Notes) > 0 {
		p.fold("    not as it comes: ", strings.Join(v.Notes, ", "))
	}
}

// isTie reports whether a verdict names two systems, and so rests on no one record.
func isTie(v *whorl.Verdict) bool {
	return v.Confidence > 0 && v.Source.File == "" && v.Source.Text != ""
}

func hasEvidence(verdicts []whorl.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v whorl.Verdict) bool { return len(v.Evidence) > 0 })
}

// decisive is what tells a headline from its best alternative.
func (p *page) decisive(v *whorl.Verdict) {
	d := v.Decisive
	switch {
	case d == nil:
	case d.Test == "" && isTie(v):
		p.line("    nothing that was seen tells the two apart clearly")
	case d.Test == "":
		p.fold("    ", "nothing that was seen tells it clearly from "+d.Other)
	case isTie(v):
		p.fold("    ", fmt.Sprintf("%s unlike %s: %s", d.Name, d.Other, d.Words))
	default:
		p.fold("    ", fmt.Sprintf("unlike %s: %s", d.Other, d.Words))
	}
}

// next are the steps that would tell more.
func (p *page) next(steps []whorl.Step) {
	if len(steps) == 0 {
		return
	}
	p.line("    what would help:")
	for _, s := range steps {
		p.line("    - %s", s.Why)
		p.line("        %s", s.Command)
	}
}

// sureness is the probability, or the share of points if that is all there is.
func sureness(v *whorl.Verdict) string {
	switch {
	case !(v.Confidence > 0):
		return points(v)
	case v.Confidence < 0.01:
		return "under 1 % sure"
	}
	return strconv.Itoa(v.Confidence.Percent()) + " % sure"
}

// points are what agrees. Of the first generation it matters of how much.
func points(v *whorl.Verdict) string {
	if v.Compared > 0 {
		return fmt.Sprintf("%d of %d attributes", v.Passed, v.Compared)
	}
	return strconv.Itoa(v.Accuracy.Percent()) + " % of Nmap's points"
}

// bracket is the record behind a verdict as in " [embedded linux.osdb:41]".
func bracket(s whorl.Source) string {
	place := s.String()
	if s.Database != "" && s.Database != path.Base(s.File) {
		place = strings.TrimSpace(s.Database + " " + place)
	}
	if place == "" {
		return ""
	}
	return " [" + place + "]"
}

// whyUnknown gives the reason behind the answer "unknown".
func whyUnknown(h *whorl.Host) string {
	if len(h.Verdicts) > 0 && h.Verdicts[0].Source.Text != "" {
		return h.Verdicts[0].Source.Text
	}
	answered := 0
	for _, o := range h.Observations {
		answered += o.Conditions.Answered
	}
	switch {
	case len(h.Observations) == 0:
		return "nothing was measured"
	case answered == 0:
		return "no probe was answered"
	}
	return "no known system answers like this"
}
