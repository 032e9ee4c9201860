package report

import (
	"strconv"
	"strings"
	"time"

	"whorl"
)

// hostscript tells what Nmap has no elements for, as text and as tables.
func (m *markup) hostscript(h *whorl.Host) {
	text := scriptText(h)
	if text == "" {
		return
	}
	m.open("hostscript")
	m.open("script", str("id", "whorl"), lines("output", text))
	m.list("verdicts", len(h.Verdicts), func(i int) { m.verdict(&h.Verdicts[i]) })
	m.list("boxes", len(h.Boxes), func(i int) { m.box(h.Boxes[i]) })
	m.list("warnings", len(h.Warnings), func(i int) { m.leaf("elem", h.Warnings[i]) })
	m.close("script")
	m.close("hostscript")
}

// scriptText is the answer in words. It has none of the figures that differ from
// scan to scan, because ndiff compares it; they stand in the tables.
func scriptText(h *whorl.Host) string {
	var p page
	switch {
	case len(h.Verdicts) > 0 && !isUnknown(&h.Verdicts[0]):
		p.line("OS: %s%s", h.Verdicts[0].Name, bracket(h.Verdicts[0].Source))
		if h.Verdicts[0].Heard != nil {
			p.line("heard before, as it answers too little")
		}
	case len(h.Verdicts)+len(h.Observations) > 0:
		p.line("OS: unknown, %s", whyUnknown(h))
	}
	for _, b := range h.Boxes {
		p.line("In the way: %s", boxTitle(b))
	}
	p.warnings("", h.Warnings)
	return strings.TrimSpace(p.String())
}

// list writes a table with a key unless it is empty.
func (m *markup) list(key string, n int, row func(i int)) {
	if n == 0 {
		return
	}
	m.open("table", str("key", key))
	for i := range n {
		row(i)
	}
	m.close("table")
}

func (m *markup) elem(key, value string) {
	if value != "" {
		m.leaf("elem", value, str("key", key))
	}
}

func (m *markup) verdict(v *whorl.Verdict) {
	m.open("table")
	m.elem("name", v.Name)
	m.elem("rule", string(v.Rule))
	if v.Confidence > 0 {
		m.elem("confidence", fraction(v.Confidence))
	}
	m.elem("accuracy", fraction(v.Accuracy))
	m.elem("database", v.Source.Database)
	m.elem("source", v.Source.String())
	if v.Heard != nil {
		m.elem("heard", v.Heard.At.UTC().Format(time.RFC3339))
		m.elem("where", v.Heard.Where)
	}
	m.close("table")
}

func (m *markup) box(b whorl.Box) {
	m.open("table")
	m.elem("kind", string(b.Kind))
	for _, k := range b.Or {
		m.elem("or", string(k))
	}
	m.elem("ports", portRanges(b.Ports))
	if b.Distance != nil {
		m.elem("hops", strconv.Itoa(b.Distance.Count))
	}
	m.list("behind", len(b.Behind), func(i int) { m.behind(b.Behind[i]) })
	m.list("evidence", len(b.Evidence), func(i int) { m.leaf("elem", b.Evidence[i]) })
	m.close("table")
}

func (m *markup) behind(b whorl.Behind) {
	m.open("table")
	m.elem("ports", portRanges(b.Ports))
	m.elem("name", b.Name)
	if b.Confidence > 0 {
		m.elem("confidence", fraction(b.Confidence))
	}
	m.close("table")
}

func fraction(f whorl.Fraction) string { return strconv.FormatFloat(float64(f), 'f', 4, 64) }
