package verdict

import (
	"cmp"
	"slices"
	"strings"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
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
	// foreignPrevalence divides the prevalence for foreign records: there the systems
	// that are met most often have many records already.
	foreignPrevalence = 4
	// ownVersions is the same for the versions that records of ours tell.
	ownVersions = 25
)

// Judges make judges that share their tables.
type Judges struct {
	o        Options
	set      osdb.Set
	compiled *Compiled        // of the foreign databases, or of all, judged by points
	entries  []*osdb.Entry    // of all databases, those that tell of the second generation
	points   []*gen2.Points   // by entry
	deep     []deepRecord     // by entry
	ipv6     []ipv6.Reference // by entry
	timing   timing
	gen1     *firstGen
	places   map[recordKey]int // of entries; of a record that narrows one, that of the whole
	refs     *References       // entries, judged by likelihood; nil: not
}

// recordKey is what of a source tells records apart.
type recordKey struct {
	database, file string
	line           int
}

func keyOf(s whorl.Source) recordKey { return recordKey{s.Database, s.File, s.Line} }

// NewJudges prepares the databases.
func NewJudges(set osdb.Set, o Options) *Judges {
	if o.Confidence == 0 {
		o.Confidence = 0.8
	}
	if o.Model == nil {
		o.Model = NewModel()
	}
	j := &Judges{o: o, set: set, places: map[recordKey]int{}}
	for d, e := range set.Entries() {
		if e.Gen2 == nil {
			continue
		}
		if _, twice := j.places[keyOf(e.Source)]; !twice {
			j.places[keyOf(e.Source)] = len(j.entries)
		}
		j.entries, j.points = append(j.entries, e), append(j.points, &d.Points)
	}
	j.deep = deepRecords(set, j.entries, j.places)
	for _, e := range j.entries {
		r, _ := ipv6.NewReference(e.Extra) // what is wrong was told when it was read
		j.ipv6 = append(j.ipv6, r)
	}
	j.timing = newTiming(set, j.entries)
	j.gen1 = newFirstGen(set, j.entries)
	var foreign osdb.Set
	for _, d := range set {
		if !d.Own() && d.Database != osdb.P0f {
			foreign = append(foreign, d)
		}
	}
	if len(foreign) == 0 || o.NmapOnly {
		foreign = set
	}
	j.compiled = Compile(foreign, expr.Whorl)
	if !o.NmapOnly {
		j.refs = weighed(set)
	}
	return j
}

// weighed are the references of set with what is known of them beforehand.
func weighed(set osdb.Set) *References {
	r := NewReferences(set)
	if len(r.Entries) < fewReferences {
		r.Sharpen = fewSharpen
	}
	for i, e := range r.Entries {
		if own(e) {
			r.Prior[i] = ownPrior + prevalence(e)
			continue
		}
		r.Prior[i] = prevalence(e) / foreignPrevalence
	}
	return r
}

// own reports whether a record is of a database kept by this project or the user.
func own(e *osdb.Entry) bool {
	return e.Source.Database == osdb.Embedded || e.Source.Database == osdb.User
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
		judge.weigher, judge.scratch = NewWeigher(j.refs, j.o.Model), make([]float64, len(j.entries))
	}
	return judge
}

// Judge gives hosts their verdicts. It keeps memos and must not be used from two
// goroutines at once.
type Judge struct {
	*Judges
	matcher *Matcher
	weigher *Weigher // nil: points alone
	scratch []float64
	heard   *Handshakes      // nil: no host had any yet
	weights *backoff.Weights // of the times that were judged last
}

// Judge sets the verdicts of h from its observations, ranked, the headline first. A host
// that was neither fingerprinted nor heard has none.
func (j *Judge) Judge(h *whorl.Host) {
	j.judge(h)
	j.hear(h)
}

// judge is Judge by what probes have found.
func (j *Judge) judge(h *whorl.Host) {
	if like := overIPv4(h); like != nil {
		j.judge(like)
		j.take(h, like)
		return
	}
	h.Verdicts, h.Boxes = nil, append(onOurSide(h.Boxes), Boxes(h)...)
	h.Boxes = j.timedBoxes(h, h.Boxes)
	markForged(h)
	if answersAll(h.Boxes) {
		h.Verdicts = notTheHost()
		return
	}
	seen, ok, err := seenBy(h)
	if !ok {
		h.Verdicts = j.unscanned(h)
		return
	}
	if err != nil {
		h.Verdicts = []whorl.Verdict{nothing(err.Error())}
		return
	}
	if j.weigher != nil {
		seen = j.withoutScrub(h, withoutSilence(h, seen))
		p := deepBy(h)
		p.times, p.gen1, p.atMost = j.timesOf(ownRuns(h)), seenGen1(h), atMost(h)
		six, _ := seenIPv6(h)
		p.ipv6 = hostsOwn(six, renamed(h.Boxes, toIPv6))
		h.Verdicts = fitting(j.likely(seen, p))
		if tooLittle(seen) != "" {
			if v := j.timed(h); v != nil {
				h.Verdicts = v
			}
		}
	}
	for _, v := range j.counted(seen) {
		if !slices.ContainsFunc(h.Verdicts, func(o whorl.Verdict) bool { return o.Source == v.Source }) {
			h.Verdicts = append(h.Verdicts, v)
		}
	}
	j.joinGen1(h)
	j.nameBehind(h)
}

// seenBy is the second-generation observation of a host: the first that can be read,
// without what boxes in the path answer. ok is false if there is none, good or bad.
func seenBy(h *whorl.Host) (seen []method.Line, ok bool, err error) {
	for _, o := range h.Observations {
		if o.Method != "gen2" {
			continue
		}
		f, bad := gen2.Parse(o.Print)
		if bad == nil || strings.TrimSpace(o.Print) == "" {
			return hostsOwn(f.First(), h.Boxes), true, nil
		}
		ok, err = true, cmp.Or(err, bad)
	}
	return nil, ok, err
}

// likely is our own answer and its alternatives, or the verdict that there is none.
// p is what deep probes saw, if they were sent.
func (j *Judge) likely(seen []method.Line, p probed) (out []whorl.Verdict) {
	if why := tooLittle(seen); why != "" {
		return []whorl.Verdict{nothing(why)}
	}
	o := Observe(seen).bound(p.atMost)
	all := j.weigher.Scores(o, &j.o.Model.Family)
	shares(all, all, j.weigher.unknown())
	j.weigher.exclude(all, o)
	j.reweigh(all, p.Print)
	j.regen(all, p.gen1)
	j.retell(all, p.ipv6)
	retime(all, p.times)
	families := j.refs.byFamily(all, leastShare)
	if len(families) == 0 {
		return []whorl.Verdict{nothing("no record tells of anything that answered; load more databases with --db")}
	}
	for i := range families {
		families[i].refine(j.entries, j.versions(&families[i], o, p))
		j.narrow(&families[i], p)
	}
	first, threshold := &families[0], float64(j.o.Confidence)
	headline := first.byName()
	switch {
	case first.share < threshold:
		out = append(out, tie(families, all, threshold))
	case !answersSYN(seen): // versions show in how connections are accepted
		headline = answer{name: first.name(), share: first.share}
	default:
		headline = first.inside(first.deepest(threshold), all, threshold)
	}
	listed := map[int]bool{}
	for i := range families {
		f := &families[i]
		a, place := headline, f.of[0].place
		if i > 0 {
			a = f.byName()
		}
		if len(out) > maxAlternatives {
			break
		}
		if !listed[place] {
			listed[place] = true
			out = append(out, j.verdict(f, a, seen, p))
		}
	}
	return out
}

// tie is the verdict when no family is probable enough alone: the two likeliest that
// cannot be told apart, if they are together, or that there is no answer.
func tie(families []family, all []float64, threshold float64) whorl.Verdict {
	first := &families[0]
	for i := range families[1:] {
		second := &families[i+1]
		if second.share < tieShare {
			break
		}
		more := 0.0 // than the first has: a record can be of both
		for _, place := range second.members {
			if _, both := slices.BinarySearch(first.members, place); !both {
				more += all[place]
			}
		}
		if more < tieShare || first.share+more < threshold {
			continue
		}
		v := whorl.Verdict{Name: first.name() + " or " + second.name(), Rule: whorl.RuleWhorl,
			Confidence: whorl.Fraction(min(first.share+more, surest)),
			Source:     whorl.Source{Text: "these two cannot be told apart by what answered; their records are listed"}}
		v.Classes = append(append(v.Classes, first.of[0].entry.Classes...), second.of[0].entry.Classes...)
		return v
	}
	return nothing("no system is probable enough; the nearest are listed")
}

// versions scores the members of a family for telling its versions apart. How common a
// family is does not matter there. Where records of ours tell of a family, they decide:
// they state the range that a behaviour has, and foreign ones the version that
// somebody happened to see.
func (j *Judge) versions(f *family, o *Observation, p probed) []float64 {
	out := j.scratch[:len(f.members)]
	j.weigher.score(out, f.members, o, &j.o.Model.Version)
	orders := &j.refs.orders
	against := orders.against(o.order)
	for i, place := range f.members {
		out[i] += against[orders.kindOf[place]] - j.refs.Prior[place]
		if j.refs.own[place] {
			out[i] += ownVersions
		}
		if sum, ok := j.deep[place].likelihood(p.Print); ok {
			out[i] += sum
		}
	}
	timeVersions(out, f.members, p.times)
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
