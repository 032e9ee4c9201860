package report

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"whorl"
)

const (
	maxOthers = 5 // verdicts besides the first
	maxNear   = 3 // records near an unknown host
	maxKinds  = 4 // families that the rest of a list is of
)

// others lists the verdicts behind a headline: those that are probable, and of those that
// only have points the best of each other family. The rest is counted.
func (p *page) others(verdicts []whorl.Verdict) {
	shown, rest := alternatives(verdicts)
	for _, v := range shown {
		p.fold("    or ", figures(v))
	}
	p.rest(rest)
}

// figures are an alternative on one line.
func figures(v *whorl.Verdict) string {
	sure := ""
	if v.Confidence > 0 {
		sure = ", " + sureness(v)
	}
	return strings.TrimSpace(v.Name + sure + ", " + points(v) + " " + record(v.Source))
}

// alternatives are the verdicts to show besides the first, and all others.
func alternatives(verdicts []whorl.Verdict) (shown, rest []*whorl.Verdict) {
	head := &verdicts[0]
	families := make([]string, 0, len(verdicts))
	if !isTie(head) {
		families = append(families, kindOf(head))
	}
	for i := range verdicts[1:] {
		v := &verdicts[i+1]
		kind := kindOf(v)
		named := head.Confidence > 0 && v.Confidence == 0 && slices.Contains(families, kind) // by points only
		switch {
		case isNamed(verdicts[:i+1], v.Name): // the same again, from another database
			continue
		case len(shown) == maxOthers || named:
			rest = append(rest, v)
		default:
			shown = append(shown, v)
		}
		families = append(families, kind)
	}
	return shown, rest
}

// isNamed reports whether one of the verdicts has that name.
func isNamed(verdicts []whorl.Verdict, name string) bool {
	return slices.ContainsFunc(verdicts, func(v whorl.Verdict) bool { return v.Name == name })
}

// rest counts verdicts by their families, as in "and 6 more: 5 Linux, AXIS embedded".
func (p *page) rest(verdicts []*whorl.Verdict) {
	if len(verdicts) == 0 {
		return
	}
	var kinds []string
	count := map[string]int{}
	for _, v := range verdicts {
		kind := kindOf(v)
		if count[kind] == 0 {
			kinds = append(kinds, kind)
		}
		count[kind]++
	}
	slices.SortStableFunc(kinds, func(a, b string) int { return count[b] - count[a] })
	said := make([]string, min(len(kinds), maxKinds))
	for i, kind := range kinds[:len(said)] {
		if said[i] = kind; count[kind] > 1 {
			said[i] = fmt.Sprintf("%d %s", count[kind], kind)
		}
	}
	if len(kinds) == 1 && len(verdicts) > 1 {
		said[0] = "all " + kinds[0]
	}
	if len(kinds) > maxKinds {
		said = append(said, "...")
	}
	p.fold("    ", fmt.Sprintf("and %d more: %s", len(verdicts), strings.Join(said, ", ")))
}

// kindOf is vendor and family without saying one word twice, or the name of what has
// none. Devices that Nmap's names say to run Linux are of that family here.
func kindOf(v *whorl.Verdict) string {
	switch {
	case strings.Contains(v.Name, "(Linux"):
		return "Linux"
	case v.Family == "":
		return v.Name
	case v.Vendor == "" || v.Vendor == v.Family || strings.HasPrefix(v.Family, v.Vendor+" "):
		return v.Family
	}
	return v.Vendor + " " + v.Family
}

// record is where an alternative comes from, as db show takes it: "[nmap-os-db:57]".
func record(s whorl.Source) string {
	s.File = path.Base(s.File)
	if s.Line == 0 {
		return ""
	}
	return "[" + s.String() + "]"
}

// nearest lists the records near an unknown host, each with what speaks against it most.
func (p *page) nearest(verdicts []whorl.Verdict) {
	if len(verdicts) < 2 {
		return
	}
	near := 0
	var rest []*whorl.Verdict
	for i := range verdicts[1:] {
		v := &verdicts[i+1]
		switch {
		case isNamed(verdicts[1:i+1], v.Name):
			continue
		case near == maxNear:
			rest = append(rest, v)
		default:
			near++
			p.fold("    near ", figures(v))
			if !p.against(v.Evidence) && len(v.Evidence) > 0 {
				p.line("        against: nothing that was seen")
			}
		}
	}
	p.rest(rest)
}

// against tells what speaks most against a record, and reports false if nothing does.
func (p *page) against(evidence []whorl.Evidence) bool {
	for _, e := range sorted(evidence)[speaksAgainst] {
		if !e.Agrees {
			p.fold("        against: ", orElse(e.GotWords, e.Got)+"; there "+orElse(e.WantWords, e.Want))
			return true
		}
	}
	return false
}
