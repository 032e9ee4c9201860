package verdict

import (
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// Options of a judge.
type Options struct {
	Confidence whorl.Fraction // least probability of a headline; 0 means 0.8
	NmapOnly   bool           // judge by Nmap's rule alone, over all databases
}

// maxAlternatives bounds the list of verdicts of one host.
const maxAlternatives = 10

// Judges make judges that share their tables.
type Judges struct {
	o        Options
	own      osdb.Set // judged by likelihood
	compiled *Compiled
	points   map[*osdb.Entry]*gen2.Points
}

// NewJudges prepares the databases. Those of the project and of the user are judged
// by likelihood, foreign ones by Nmap's rule.
func NewJudges(set osdb.Set, o Options) *Judges {
	if o.Confidence == 0 {
		o.Confidence = 0.8
	}
	j := &Judges{o: o, points: map[*osdb.Entry]*gen2.Points{}}
	var foreign osdb.Set
	for _, d := range set {
		if d.Own() && !o.NmapOnly {
			j.own = append(j.own, d)
		} else {
			foreign = append(foreign, d)
		}
	}
	for d, e := range set.Entries() {
		j.points[e] = &d.Points
	}
	j.compiled = Compile(foreign, expr.Whorl)
	return j
}

// New makes a judge.
func (j *Judges) New() *Judge { return &Judge{Judges: j, matcher: j.compiled.Matcher()} }

// Judge gives hosts their verdicts. It keeps memos and must not be used from two
// goroutines at once.
type Judge struct {
	*Judges
	matcher *Matcher
}

// Judge sets the verdicts of h from its observations, ranked, the headline first.
func (j *Judge) Judge(h *whorl.Host) {
	h.Verdicts = nil
	seen := seenBy(h)
	if seen == nil {
		return
	}
	own, points := j.likely(seen), j.counted(seen)
	if len(own) == 0 {
		if why := doubt(seen, points); why != "" {
			own = []whorl.Verdict{{Name: whorl.Unknown, Rule: whorl.RuleWhorl, Source: whorl.Source{Text: why}}}
		}
	}
	h.Verdicts = append(own, points...)
}

// doubt is the reason why Nmap's points alone do not carry an answer, or empty.
// Points say nothing of how much was compared, so a host that hardly answers can
// agree with anything.
func doubt(seen []method.Line, points []whorl.Verdict) string {
	perfect := 0
	for _, v := range points {
		if v.Accuracy == 1 {
			perfect++
		}
	}
	switch {
	case !answersSYN(seen):
		return "no open TCP port answered, and what is left fits many systems; name an open port with -p"
	case perfect > maxPerfect:
		return "too many records fit perfectly"
	case len(points) == 0:
		return "no record explains this well enough"
	case perfect == 0:
		return "no record fits; the nearest by points are listed, but points are no probability"
	}
	return ""
}

// maxPerfect is how many records may fit perfectly for Nmap to name them.
const maxPerfect = 8

// answersSYN reports whether a SYN-ACK was seen.
func answersSYN(seen []method.Line) bool {
	t1, _ := find(seen, "T1")
	r, _ := t1.Value("R")
	return r == "Y"
}

// seenBy is the second-generation observation of a host, nil if there is none.
func seenBy(h *whorl.Host) []method.Line {
	for _, o := range h.Observations {
		if o.Method != "gen2" {
			continue
		}
		if f, err := gen2.Parse(o.Print); err == nil {
			return f.First()
		}
	}
	return nil
}

// Explain adds the evidence to the first n verdicts that have none yet.
func (j *Judge) Explain(h *whorl.Host, n int) {
	seen := seenBy(h)
	for i := range h.Verdicts[:min(n, len(h.Verdicts))] {
		v := &h.Verdicts[i]
		if v.Evidence != nil {
			continue
		}
		if e := j.entry(v.Source); e != nil {
			_, v.Evidence = e.Gen2.Explain(seen, j.points[e], expr.Whorl)
		}
	}
}

// entry is the record that a source names.
func (j *Judge) entry(s whorl.Source) *osdb.Entry {
	for e := range j.points {
		if e.Gen2 != nil && e.Source.File == s.File && e.Source.Line == s.Line && e.Source.Database == s.Database {
			return e
		}
	}
	return nil
}

// counted is Nmap's list.
func (j *Judge) counted(seen []method.Line) (out []whorl.Verdict) {
	list := j.matcher.List(seen)
	for i, m := range list.Matches {
		if i == maxAlternatives && m.Accuracy < 1 {
			break
		}
		v := verdictOf(m.Entry, whorl.RuleNmap)
		v.Accuracy = m.Accuracy
		out = append(out, v)
	}
	return out
}

// verdictOf is the part of a verdict that a record gives.
func verdictOf(e *osdb.Entry, rule whorl.Rule) whorl.Verdict {
	v := whorl.Verdict{Name: strings.TrimSpace(e.Name), Classes: e.Classes, Rule: rule, Source: e.Source}
	if len(e.Classes) > 0 {
		c := e.Classes[0]
		v.Vendor, v.Family, v.Generation, v.DeviceType, v.CPE = c.Vendor, c.Family, c.Generation, c.DeviceType, c.CPE
	}
	return v
}
