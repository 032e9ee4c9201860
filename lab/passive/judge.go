package main

import (
	"strings"

	"whorl"
)

// answer is what is said of one host.
type answer struct {
	family string   // empty: none
	names  []string // the headline, then the alternatives
	gens   []string // generations that the headline can mean; none: it is of a family
	box    bool     // something between that ends handshakes itself, and no host
	shown  string   // its most frequent print
	why    []string // boxes, warnings, and why there is no name
}

// answerOf reads the verdicts of a host.
func answerOf(h *whorl.Host) (a answer) {
	a.shown, _, _ = strings.Cut(h.Observations[0].Print, "\n")
	for _, v := range h.Verdicts {
		a.names = append(a.names, v.Name)
	}
	for _, b := range h.Boxes {
		a.why = append(a.why, b.Evidence...)
	}
	a.why = append(a.why, h.Warnings...)
	head := h.Verdicts[0]
	if len(head.Classes) == 0 || head.Source.File == "" {
		a.why = append(a.why, head.Source.Text)
		return a
	}
	a.family = familyOf(head)
	for _, c := range head.Classes {
		a.box = a.box || c.DeviceType == "virtualization"
		if head.Generation != "" {
			a.gens = append(a.gens, c.Generation)
		}
	}
	if head.Generation != "" {
		a.gens = append(a.gens, strings.Split(head.Generation, "|")...)
	}
	return a
}

// familyOf is what counts as one answer. Android runs Linux, and Apple's systems share
// one kernel.
func familyOf(v whorl.Verdict) string {
	switch {
	case v.Vendor == "Apple":
		return "Apple"
	case v.Family == "Android":
		return "Linux"
	case v.Family == "embedded":
		return v.Vendor + " " + v.DeviceType
	}
	return v.Family
}
