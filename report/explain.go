package report

import (
	"strings"

	"whorl"
)

// ExplainOptions say how much of a judgement to tell.
type ExplainOptions struct {
	Top     int // candidates to tell of
	Verbose int // 1 adds a table for each candidate, 2 all of the evidence
	Color   bool
}

// Explain tells a person how a fingerprint was judged. where names the place that it
// comes from.
func Explain(h *whorl.Host, where string, o ExplainOptions) []byte {
	p := &page{color: o.Color}
	p.line("%s", where)
	p.sibling("  ", h)
	p.evidenceFrom(h)
	if len(h.Verdicts) == 0 || isUnknown(&h.Verdicts[0]) {
		p.unknown(h)
	} else {
		p.candidates(h.Verdicts, o)
	}
	p.claims(h)
	p.boxes("  ", h.Boxes)
	p.warnings("  ", h.Warnings)
	p.next(h.Next)
	p.gap()
	return p.Bytes()
}

// unknown tells why there is no name, what is near, and the print itself.
func (p *page) unknown(h *whorl.Host) {
	p.line("  %s: %s", cell{"unknown", bold}, whyUnknown(h))
	p.nearest(h.Verdicts)
	if v := viewAsNmap(h); v.print != "" {
		p.line("    fingerprint:")
		for line := range strings.Lines(v.print) {
			p.line("      %s", strings.TrimSpace(line))
		}
	}
}

// candidates tells of the first few verdicts, of the first with a table.
func (p *page) candidates(verdicts []whorl.Verdict, o ExplainOptions) {
	for i := range verdicts[:min(max(o.Top, 1), len(verdicts))] {
		v := &verdicts[i]
		p.line("  %d. %s", i+1, cell{v.Name, bold})
		p.line("    %s%s", standing(v), bracket(v.Source))
		p.notes(v)
		p.decisive(v)
		verbose := o.Verbose
		if i == 0 {
			verbose = max(verbose, 1)
		}
		p.why("    ", v.Evidence, verbose)
		if verbose == 0 {
			p.against(v.Evidence)
		}
	}
}

// standing is how sure a verdict is, by which rule, and since when if it was only heard.
func standing(v *whorl.Verdict) string {
	var parts []string
	if v.Confidence > 0 {
		parts = append(parts, sureness(v))
	}
	if v.Accuracy > 0 || len(parts) == 0 {
		parts = append(parts, points(v))
	}
	if v.Heard != nil {
		parts = append(parts, v.Heard.String())
	}
	return strings.Join(append(parts, "rule "+string(v.Rule)), ", ")
}
