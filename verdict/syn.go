package verdict

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"whorl"
	"whorl/method/backoff"
	"whorl/method/icmp"
	"whorl/method/syn"
	"whorl/osdb"
)

// Handshakes judges hosts by the SYNs and SYN-ACKs that were seen of them: the
// observations of method syn, one for each kind of packet. It keeps a memo and must not be
// used from two goroutines at once.
//
// Nmap's database takes no part: it tells of SYN-ACKs alone, and of so many rare devices
// that fewer servers get an answer and no more of them a right one (docs/passive.md).
type Handshakes struct {
	threshold float64
	explained bool // headlines get their evidence
	entries   []*osdb.Entry
	classes   []whorl.Class      // vendor and family that an entry counts for
	begin     *role              // of SYNs; nil: none was heard
	accept    *role              // of SYN-ACKs, likewise
	customs   []*custom          // of entries; nil: nobody asked
	messages  [][]icmp.Reference // likewise, once an ICMP message was heard
	params    backoff.Params
	text      string                    // how often a host was heard, as it was read last
	seen      syn.Seen                  // the same
	known     map[string]*heard         // by the line of a sighting
	judged    map[syn.Sighting]*opinion // by sighting; TTLs that are alike are one, unless they are told
	witnessed map[witnessed]*opinion
}

// heard is one kind of packet and what it says.
type heard struct {
	syn.Sighting
	*opinion
	err error
}

// opinion is what a kind of packet says of its sender.
type opinion struct {
	between  bool            // something near the client sends it
	family   string          // that is sure enough, or several that records share; empty: none
	may      []string        // the families it may be of, if they are several
	program  bool            // it is a program that sends packets of its own
	sure     whorl.Fraction  // probability of the family
	verdicts []whorl.Verdict // the answer first
	families []family        // that count, the likeliest first
	best     []syn.Ranked    // the best record of each of them, in any order
}

// programType is the device type of records that describe a program.
const programType = "program"

// Explained lets headlines have the evidence of the packet that decided.
func (j *Handshakes) Explained() *Handshakes {
	j.explained = true
	return j
}

// NewHandshakes prepares the databases. Of the options the confidence counts; 0 means
// syn.Confident.
func NewHandshakes(set osdb.Set, o Options) *Handshakes {
	j := &Handshakes{threshold: float64(o.Confidence), known: map[string]*heard{}, judged: map[syn.Sighting]*opinion{},
		witnessed: map[witnessed]*opinion{}, params: backoff.DefaultParams()}
	if j.threshold == 0 {
		j.threshold = syn.Confident
	}
	j.entries = make([]*osdb.Entry, 0, set.Len())
	for d, e := range set.Entries() {
		if d.Database != osdb.Nmap && len(e.Classes) > 0 {
			j.entries = append(j.entries, e)
		}
	}
	return j
}

// role is what records say of one of the two kinds of packets.
type role struct {
	candidates []syn.Candidate // by place of the entry; those that say nothing have no forms
	ranker     *syn.Ranker
	alike      [256]uint8 // the TTL whose packets are judged the same
}

// role prepares the records for a kind of packet when the first of it comes.
func (j *Handshakes) role(answer bool) *role {
	at, says := &j.begin, (*osdb.Entry).Syn
	if answer {
		at, says = &j.accept, (*osdb.Entry).SynAck
	}
	if *at != nil {
		return *at
	}
	r := &role{candidates: make([]syn.Candidate, len(j.entries))}
	for i, e := range j.entries {
		said := says(e)
		if len(said) == 0 {
			continue
		}
		class := stackOf(e.Classes)
		r.candidates[i] = syn.Candidate{Family: joinName(class.Vendor, class.Family), Prior: commonness(e, class, answer), Reference: said}
	}
	r.ranker, r.alike = syn.NewRanker(r.candidates), alikeTTLs(r.candidates)
	*at = r
	return r
}

// stackOf is the vendor and family whose stack records of these classes describe: the first,
// or if that is no system of general use a common family, if one is among them or what they
// descend from, as with appliances that run Linux. Devices without a system of a name count by
// what they are.
func stackOf(classes []whorl.Class) whorl.Class {
	root := func(c whorl.Class) whorl.Class {
		up, ok := lineage[[2]string{c.Vendor, c.Family}]
		switch {
		case ok:
			return whorl.Class{Vendor: up[0], Family: up[1]}
		case c.Family == "embedded":
			return whorl.Class{Vendor: c.Vendor, Family: c.DeviceType}
		}
		return whorl.Class{Vendor: c.Vendor, Family: c.Family}
	}
	first := root(classes[0])
	if classes[0].DeviceType == "general purpose" {
		return first
	}
	for _, c := range classes {
		if r := root(c); common(r) {
			return r
		}
	}
	return first
}

// hear judges one kind of packet, or remembers it.
func (j *Handshakes) hear(line string) *heard {
	if h, ok := j.known[line]; ok {
		return h
	}
	h := &heard{}
	if h.Sighting, h.err = syn.ParseSighting(line); h.err == nil {
		h.opinion = j.judge(h.Sighting)
	}
	if len(j.known) >= maxMemo {
		clear(j.known)
	}
	j.known[strings.Clone(line)] = h
	return h
}

// judge weighs all records for a kind of packet, or remembers what it says.
func (j *Handshakes) judge(s syn.Sighting) *opinion {
	if !j.explained { // evidence has the TTL as it came
		s.TTL = j.role(s.Answer).alike[s.TTL]
	}
	if h, ok := j.judged[s]; ok {
		return h
	}
	if len(j.judged) >= maxMemo {
		clear(j.judged)
	}
	h := j.rank(&s)
	j.judged[s] = h
	return h
}

// rank weighs all records for a kind of packet.
func (j *Handshakes) rank(s *syn.Sighting) *opinion {
	r := j.role(s.Answer).ranker.Rank(s.Signature, s.Offer)
	h := &opinion{between: r.Between}
	if r.Between {
		h.verdicts = []whorl.Verdict{nothing("something near the client completes its handshakes; this is not the host's own stack")}
		return h
	}
	var all []float64
	h.families, all = j.shares(r)
	for _, f := range r.Families[:len(h.families)] {
		h.best = append(h.best, f.Records[0])
	}
	j.name(h, s, all)
	return h
}

// name gives an opinion its verdicts, by its families. all are the shares of all records.
func (j *Handshakes) name(h *opinion, s *syn.Sighting, all []float64) {
	families := h.families[:min(len(h.families), maxAlternatives)]
	switch {
	case len(families) == 0:
		h.verdicts = []whorl.Verdict{nothing("no record describes such handshakes")}
		return
	case families[0].share < j.sureEnough(&families[0]):
		h.verdicts = append(h.verdicts, tie(h.families, all, j.threshold))
	case device(families[0].of[0].entry, families[0].class):
		h.verdicts = append(h.verdicts, nothing("devices of many vendors make such handshakes; the nearest are listed"))
	default:
		h.verdicts = append(h.verdicts, j.headline(h, s, all))
		if h.family != "" {
			families = families[1:]
		}
	}
	for i := range families {
		h.verdicts = append(h.verdicts, families[i].answered(families[i].byName()))
	}
	if h.family != "" && j.explained {
		h.explain(j, s)
	}
}

// sort puts families and their records in order, the likeliest first.
func (h *opinion) sort() {
	for _, f := range h.families {
		slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
	}
	slices.SortStableFunc(h.families, func(a, b family) int { return cmp.Compare(b.share, a.share) })
}

// shares are the families of a ranking with the records that the packet does not tell
// apart, and the probability of each record. Where records of ours tell of a family, they
// alone name its versions.
func (j *Handshakes) shares(r syn.Ranking) (out []family, all []float64) {
	all = make([]float64, len(j.entries))
	for _, s := range r.Families {
		if s.Probability < leastShare && len(out) > 0 {
			break
		}
		f := family{class: stackOf(j.entries[s.Records[0].Place].Classes), share: s.Probability, entries: j.entries}
		ours := slices.ContainsFunc(s.Records, func(r syn.Ranked) bool { return own(j.entries[r.Place]) })
		sum := 0.0
		for _, ranked := range s.Records {
			if e := j.entries[ranked.Place]; !ours || own(e) {
				weight := math.Exp(ranked.LogLikelihood - s.Records[0].LogLikelihood)
				f.of = append(f.of, candidate{e, ranked.Place, weight})
				sum += weight
			}
		}
		for i := range f.of {
			f.of[i].share *= s.Probability / sum
			all[f.of[i].place] = f.of[i].share
			f.members = append(f.members, f.of[i].place)
		}
		slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
		slices.Sort(f.members)
		out = append(out, f)
	}
	return out, all
}

// Name is what one kind of packet says of its sender: a system, or a program that sends
// packets of its own. ok is false if that is nothing sure enough.
func (j *Handshakes) Name(s syn.Sighting) (name string, program, ok bool) {
	h := j.hear(s.Line().String())
	if h.family == "" {
		return "", false, false
	}
	return h.verdicts[0].Name, h.program, true
}
