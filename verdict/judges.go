package verdict

import (
	"whorl"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/method/ipv6"
	"whorl/osdb"
)

// Options of a judge.
type Options struct {
	Confidence whorl.Fraction // least probability of a headline; 0 means 0.8
	Model      *Model         // nil means the embedded one
	NmapOnly   bool           // judge by Nmap's rule alone, over all databases
}

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
		o.Model = Embedded()
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

// New makes a judge.
func (j *Judges) New() *Judge {
	judge := &Judge{Judges: j, matcher: j.compiled.Matcher()}
	if j.refs != nil {
		judge.weigher, judge.scratch = NewWeigher(j.refs, j.o.Model), make([]float64, len(j.entries))
	}
	return judge
}
