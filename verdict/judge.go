package verdict

import (
	"slices"

	"whorl"
	"whorl/method"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
)

// Options of a judge.
type Options struct {
	Confidence whorl.Fraction // least probability of a headline; 0 means 0.8
	Model      *Model         // nil means an untrained one
	NmapOnly   bool           // judge by Nmap's rule alone, over all databases
}

const (
	// maxAlternatives bounds the list of verdicts of one host.
	maxAlternatives = 10
	// leastShare is the probability that an alternative must have to be listed.
	leastShare = 0.02
	// tieShare is the probability that the second of a tie must have.
	tieShare = 0.2
	// surest bounds what is claimed, as a model is never sure of itself.
	surest = 0.99
	// ownPrior is how much more a record of ours is believed than a foreign one, as a
	// natural logarithm: ours were measured on stacks that we can name.
	ownPrior = 1.5
	// The model is learned where hundreds of records tell of one system. In a small
	// database each stands alone, and says more.
	fewReferences = 1000
	fewSharpen    = 1.6
	// ownVersions is the same for the versions that records of ours tell.
	ownVersions = 25
)

// Judges make judges that share their tables.
type Judges struct {
	o        Options
	refs     *References // of all databases, judged by likelihood; nil: not
	compiled *Compiled   // of the foreign ones, or of all, judged by points
	points   map[*osdb.Entry]*gen2.Points
}

// NewJudges prepares the databases.
func NewJudges(set osdb.Set, o Options) *Judges {
	if o.Confidence == 0 {
		o.Confidence = 0.8
	}
	if o.Model == nil {
		o.Model = NewModel()
	}
	j := &Judges{o: o, points: map[*osdb.Entry]*gen2.Points{}}
	var foreign osdb.Set
	for _, d := range set {
		if !d.Own() {
			foreign = append(foreign, d)
		}
	}
	for d, e := range set.Entries() {
		j.points[e] = &d.Points
	}
	if len(foreign) == 0 || o.NmapOnly {
		foreign = set
	}
	j.compiled = Compile(foreign, expr.Whorl)
	if o.NmapOnly {
		return j
	}
	j.refs = NewReferences(set)
	if len(j.refs.Entries) < fewReferences {
		j.refs.Sharpen = fewSharpen
	}
	for i, e := range j.refs.Entries {
		if e.Source.Database == osdb.Embedded || e.Source.Database == osdb.User {
			j.refs.Prior[i] = ownPrior + prevalence(e)
		}
	}
	return j
}

// prevalence is how much more often a system is met than its one record among those of
// many devices suggests, as a natural logarithm.
func prevalence(e *osdb.Entry) float64 {
	for _, c := range classesOf(e) {
		switch c.Family {
		case "Linux", "Windows":
			return 3
		case "Darwin", "FreeBSD", "OpenBSD", "Solaris":
			return 1.5
		}
	}
	return 0
}

// New makes a judge.
func (j *Judges) New() *Judge {
	judge := &Judge{Judges: j, matcher: j.compiled.Matcher()}
	if j.refs != nil {
		judge.weigher = NewWeigher(j.refs, j.o.Model)
	}
	return judge
}

// Judge gives hosts their verdicts. It keeps memos and must not be used from two
// goroutines at once.
type Judge struct {
	*Judges
	matcher *Matcher
	weigher *Weigher // nil: points alone
}

// Judge sets the verdicts of h from its observations, ranked, the headline first.
func (j *Judge) Judge(h *whorl.Host) {
	h.Verdicts = nil
	seen := seenBy(h)
	if seen == nil {
		return
	}
	if j.weigher != nil {
		h.Verdicts = j.likely(seen)
	}
	for _, v := range j.counted(seen) {
		if !slices.ContainsFunc(h.Verdicts, func(o whorl.Verdict) bool { return o.Source == v.Source }) {
			h.Verdicts = append(h.Verdicts, v)
		}
	}
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

// likely is our own answer and its alternatives, or the verdict that there is none.
func (j *Judge) likely(seen []method.Line) (out []whorl.Verdict) {
	if why := tooLittle(seen); why != "" {
		return []whorl.Verdict{nothing(why)}
	}
	o := Observe(seen)
	all, _ := shares(j.weigher.Scores(o, &j.o.Model.Family), j.weigher.unknown())
	families := byFamily(j.refs.Entries, all)
	versions := j.versions(o)
	threshold := float64(j.o.Confidence)
	listed := map[*osdb.Entry]bool{}
	for i := range families {
		f := &families[i]
		if i > 0 && f.share < leastShare || len(f.of) == 0 || len(out) > maxAlternatives {
			break
		}
		f.refine(versions)
		e, a := f.of[0].entry, f.byName()
		switch {
		case i == 0 && f.share >= threshold && !answersSYN(seen): // versions show in how connections are accepted
			a = answer{name: f.name(), share: f.share}
		case i == 0 && f.share >= threshold:
			a = f.deepest(threshold)
		case i == 0:
			out = append(out, j.tie(families, threshold))
		}
		if !listed[e] {
			listed[e] = true
			out = append(out, j.verdict(e, a, seen))
		}
	}
	return out
}

// tie is the verdict when no family is probable enough alone: the two likeliest that
// cannot be told apart, if they are together, or that there is no answer.
func (j *Judge) tie(families []family, threshold float64) whorl.Verdict {
	first := families[0]
	for _, second := range families[1:] {
		switch {
		case second.share < tieShare || first.share+second.share < threshold:
			return nothing("no system is probable enough; the nearest are listed")
		case second.of[0].entry == first.of[0].entry: // one record of two families
			continue
		}
		v := whorl.Verdict{Name: first.name() + " or " + second.name(), Rule: whorl.RuleWhorl,
			Confidence: whorl.Fraction(min(first.share+second.share, surest)),
			Source:     whorl.Source{Text: "these two cannot be told apart by what answered; their records are listed"}}
		v.Classes = append(append(v.Classes, first.of[0].entry.Classes...), second.of[0].entry.Classes...)
		return v
	}
	return nothing("no system is probable enough; the nearest are listed")
}

// versions scores the entries for telling versions of a family apart. How common a
// family is does not matter there. Where records of ours tell of a family, they decide:
// they state the range that a behaviour has, and foreign ones the version that
// somebody happened to see.
func (j *Judge) versions(o Observation) []float64 {
	out := j.weigher.Scores(o, &j.o.Model.Version)
	for i, prior := range j.refs.Prior {
		if prior != 0 {
			out[i] += ownVersions - prior
		}
	}
	return out
}

func nothing(why string) whorl.Verdict {
	return whorl.Verdict{Name: whorl.Unknown, Rule: whorl.RuleWhorl, Source: whorl.Source{Text: why}}
}

// tooLittle is why an observation cannot carry any name, or empty.
func tooLittle(seen []method.Line) string {
	answers := 0
	for _, l := range seen {
		if r, ok := l.Value("R"); ok && r == "Y" {
			answers++
		}
	}
	switch {
	case answers == 0:
		return "nothing answered; name an open port with -p"
	case answers <= 2 && !answersSYN(seen):
		return "too little answered to tell systems apart; name an open port with -p"
	}
	return ""
}

// answersSYN reports whether a SYN-ACK was seen.
func answersSYN(seen []method.Line) bool {
	t1, _ := find(seen, "T1")
	r, _ := t1.Value("R")
	return r == "Y"
}

// verdict writes an answer down, resting on its likeliest record.
func (j *Judge) verdict(e *osdb.Entry, a answer, seen []method.Line) whorl.Verdict {
	v := verdictOf(e, whorl.RuleWhorl)
	if a.name != e.Name {
		v.Name, v.Generation, v.CPE = a.name, a.generation, a.cpe
	}
	v.Confidence = whorl.Fraction(min(a.share, surest))
	v.Accuracy = accuracy(j.compare(e, seen))
	v.Notes = notes(e, seen)
	return v
}

// accuracy is the share of points of what agrees.
func accuracy(ev []whorl.Evidence) whorl.Fraction {
	var s gen2.Score
	for _, e := range ev {
		s.Den += e.Points
		if e.Agrees {
			s.Num += e.Points
		}
	}
	return s.Accuracy()
}

// counted is Nmap's list.
func (j *Judge) counted(seen []method.Line) (out []whorl.Verdict) {
	for i, m := range j.matcher.List(seen).Matches {
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
	v := whorl.Verdict{Name: e.Name, Classes: e.Classes, Rule: rule, Source: e.Source}
	if len(e.Classes) > 0 {
		c := e.Classes[0]
		v.Vendor, v.Family, v.Generation, v.DeviceType, v.CPE = c.Vendor, c.Family, c.Generation, c.DeviceType, c.CPE
	}
	return v
}

// Explain adds the evidence to the first n verdicts.
func (j *Judge) Explain(h *whorl.Host, n int) {
	seen := seenBy(h)
	for i := range h.Verdicts[:min(n, len(h.Verdicts))] {
		v := &h.Verdicts[i]
		if e := j.entry(v.Source); e != nil {
			v.Evidence = j.evidence(e, seen)
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

// compare takes an observation and a record attribute by attribute: as seen or, where
// only that agrees, as it would have been on a common path.
func (j *Judge) compare(e *osdb.Entry, seen []method.Line) []whorl.Evidence {
	_, ev := e.Gen2.Explain(seen, j.points[e], expr.Whorl)
	common, _ := Common(seen)
	_, brought := e.Gen2.Explain(common, j.points[e], expr.Whorl)
	for i := range ev {
		ev[i].Agrees = ev[i].Agrees || brought[i].Agrees
	}
	return ev
}

// evidence is the comparison with the weights of the likelihood.
func (j *Judge) evidence(e *osdb.Entry, seen []method.Line) []whorl.Evidence {
	ev := j.compare(e, seen)
	if j.weigher == nil {
		return ev
	}
	weights := j.weigher.explain(slices.Index(j.refs.Entries, e), Observe(seen))
	for i := range ev {
		ev[i].Weight = weights[ev[i].Test+"."+ev[i].Attr]
	}
	return ev
}
