package harden

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"whorl"
)

// Schema names the JSON form of [Plan].
const Schema = "whorl.harden/1"

// Plan is what a host reveals, and what settings would make of that.
type Plan struct {
	Schema   string    `json:"schema"`
	Now      View      `json:"now"`
	Outcomes []Outcome `json:"outcomes"`           // each setting by itself, what hides most first
	Already  []string  `json:"already,omitempty"`  // names of settings that are set
	Together []string  `json:"together,omitempty"` // the few settings that hide most, by name, in the order in which they help
	Lines    []string  `json:"lines,omitempty"`    // to type for those, as root
	Then     *View     `json:"then,omitempty"`     // with those
}

// View is what an outsider makes of a print.
type View struct {
	Name       string           `json:"name"`
	Confidence whorl.Fraction   `json:"confidence"`
	Detail     Detail           `json:"detail"`
	Print      string           `json:"print"`
	Weighs     []whorl.Evidence `json:"weighs,omitempty"` // what speaks most for the name
}

// Detail is how much a name says.
type Detail uint8

// The details, from none.
const (
	Nothing  Detail = iota // unknown
	Family                 // the family alone
	Versions               // a range of versions, of more than two generations
	Release                // versions of one generation or of two
)

var details = [...]string{"nothing", "family", "versions", "release"}

func (d Detail) String() string { return details[d] }

// MarshalText gives the detail in a word.
func (d Detail) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Outcome is what one setting would change.
type Outcome struct {
	*Setting
	Changes []string `json:"changes"` // tests that read otherwise
	Then    View     `json:"then"`
}

// Judge gives a host its verdicts, and the first of them its evidence.
type Judge func(h *whorl.Host)

// Options of a plan.
type Options struct {
	Family  string                          // of the settings to try; empty: that of the verdict
	Current func(key string) (string, bool) // the value of a sysctl key, if it is known
	Most    int                             // settings taken together; 0: 5
	Without []string                        // words in the names of settings that are not to be taken
}

// Make plans for the host of a record. It fails if the record has no print of the second
// generation.
func Make(h *whorl.Host, judge Judge, o Options) (*Plan, error) {
	i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return o.Method == "gen2" })
	if i < 0 {
		return nil, fmt.Errorf("%v: the record has no print of the second generation", h.Addr)
	}
	now, err := read(h.Observations[i].Print)
	if err != nil {
		return nil, err
	}
	look := looker{h, h.Observations[i], judge}
	p := &Plan{Schema: Schema}
	var family string
	p.Now, family = look.at(now)
	if o.Family != "" {
		family = o.Family
	}
	for _, s := range Known(family) {
		if s.isSet(o.Current) {
			p.Already = append(p.Already, s.Name)
			continue
		}
		then := apply(now, s)
		changes := differences(now, then)
		if len(changes) == 0 {
			continue
		}
		view, _ := look.at(then)
		p.Outcomes = append(p.Outcomes, Outcome{s, changes, view})
	}
	slices.SortStableFunc(p.Outcomes, func(a, b Outcome) int { return tells(a.Then, b.Then) })
	p.together(now, look, o.Without, cmp.Or(o.Most, 5))
	p.Lines = typed(p.Chosen())
	return p, nil
}

// together adds the setting that hides most to those that were chosen, until none hides
// more, nothing is left to hide, or most are chosen. It need not be the best set.
func (p *Plan) together(now *Print, look looker, without []string, most int) {
	best := p.Now
	for len(p.Together) < most && best.Detail > Nothing {
		var next *Outcome
		var nextView View
		var nextPrint *Print
		for i := range p.Outcomes {
			o := &p.Outcomes[i]
			unwanted := slices.ContainsFunc(without, func(word string) bool { return strings.Contains(o.Name, word) })
			if unwanted || slices.Contains(p.Together, o.Name) || p.keyTaken(o.Key) {
				continue
			}
			then := apply(now, o.Setting)
			if view, _ := look.at(then); next == nil && tells(view, best) < 0 || next != nil && tells(view, nextView) < 0 {
				next, nextView, nextPrint = o, view, then
			}
		}
		if next == nil {
			return
		}
		p.Together = append(p.Together, next.Name)
		best, now = nextView, nextPrint
		p.Then = &nextView
	}
}

// Chosen are the settings that are taken together.
func (p *Plan) Chosen() (out []*Setting) {
	for _, name := range p.Together {
		i := slices.IndexFunc(p.Outcomes, func(o Outcome) bool { return o.Name == name })
		out = append(out, p.Outcomes[i].Setting)
	}
	return out
}

// typed are the lines of settings, with what rules of nftables need before them.
func typed(settings []*Setting) (lines []string) {
	if slices.ContainsFunc(settings, (*Setting).Rule) {
		lines = slices.Clone(Chains)
	}
	for _, s := range settings {
		lines = append(lines, s.Lines...)
	}
	return lines
}

// keyTaken reports whether a chosen setting has the key: it cannot have two values.
func (p *Plan) keyTaken(key string) bool {
	return key != "" && slices.ContainsFunc(p.Chosen(), func(s *Setting) bool { return s.Key == key })
}

// tells orders views by what they tell: less detail first, then less confidence.
func tells(a, b View) int {
	return cmp.Or(cmp.Compare(a.Detail, b.Detail), cmp.Compare(a.Confidence, b.Confidence))
}

// looker sees prints as an outsider does.
type looker struct {
	host  *whorl.Host
	was   whorl.Observation
	judge Judge
}

// at judges a print. It gives the family too.
func (l looker) at(p *Print) (v View, family string) {
	o := l.was
	o.Print = p.String()
	h := &whorl.Host{Schema: whorl.Schema, Addr: l.host.Addr, Status: l.host.Status, Seen: l.host.Seen,
		Distance: l.host.Distance, Observations: []whorl.Observation{o}}
	l.judge(h)
	v = View{Name: whorl.Unknown, Print: o.Print}
	if len(h.Verdicts) == 0 {
		return v, ""
	}
	first := h.Verdicts[0]
	v.Name, v.Confidence, v.Detail = first.Name, first.Confidence, detail(&first)
	v.Weighs = heaviest(first.Evidence)
	return v, first.Family
}

// detail tells how much a verdict says.
func detail(v *whorl.Verdict) Detail {
	switch {
	case v.Name == whorl.Unknown || v.Rule != whorl.RuleWhorl:
		return Nothing
	case v.Generation != "" && strings.Count(v.Generation, "|") < 2:
		return Release
	case strings.ContainsAny(v.Name, "0123456789"):
		return Versions
	}
	return Family
}

// mostWeighs is how many attributes a view names.
const mostWeighs = 5

// heaviest is the evidence that speaks most for a name.
func heaviest(all []whorl.Evidence) []whorl.Evidence {
	out := slices.DeleteFunc(slices.Clone(all), func(e whorl.Evidence) bool { return e.Weight <= 0 })
	slices.SortStableFunc(out, func(a, b whorl.Evidence) int { return cmp.Compare(b.Weight, a.Weight) })
	return out[:min(len(out), mostWeighs)]
}

// apply is the print with a setting.
func apply(p *Print, s *Setting) *Print {
	then := p.clone()
	s.effect(then)
	return then
}

// differences are the tests that read otherwise, or are not there.
func differences(a, b *Print) (out []string) {
	for _, l := range a.lines {
		if then := b.test(l.Test); then == nil || then.String() != l.String() {
			out = append(out, l.Test)
		}
	}
	return out
}
