package verdict

import (
	"cmp"
	"math"
	"slices"

	"whorl"
	"whorl/method/backoff"
	"whorl/osdb"
)

// surestTimes bounds what retransmission times say for or against a record, as a natural
// logarithm: boxes in the path and settings change them. Set by hand.
const surestTimes = 5

// timing is what records say of retransmission times.
type timing struct {
	places     []int               // in records of each entry that tells of the second generation; -1: without schedules
	records    []*osdb.Entry       // of all databases, those with schedules
	families   groups              // of records
	references []backoff.Reference // of records
	prior      []float64           // of records, natural logarithms
	ranker     *backoff.Ranker     // of records
}

func newTiming(set osdb.Set, entries []*osdb.Entry) (t timing) {
	places := map[*osdb.Entry]int{}
	for _, e := range set.Entries() {
		if r, _ := backoff.NewReference(e.Extra); len(r) > 0 { // what is wrong was told when it was read
			places[e] = len(t.records)
			t.records, t.references = append(t.records, e), append(t.references, r)
		}
	}
	for _, e := range entries {
		place, ok := places[e]
		if !ok {
			place = -1
		}
		t.places = append(t.places, place)
	}
	t.families = groupBy(t.records, classesOf)
	t.prior = t.timePriors()
	t.ranker = backoff.NewRanker(t.references, backoff.DefaultParams())
	return t
}

// Ranker weighs retransmission times against the records of the databases. Any number of
// goroutines may use it.
func (j *Judges) Ranker() *backoff.Ranker { return j.timing.ranker }

// runsOf are the times that were seen of a host: those of the first observation with some.
func runsOf(h *whorl.Host) (out []backoff.Run) {
	for _, o := range h.Observations {
		if o.Method != "backoff" {
			continue
		}
		p, _ := backoff.Parse(o.Print)
		for _, r := range backoff.Runs(p) {
			if r.Seen {
				out = append(out, r)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// ownRuns are the runs that say something of records: none where another device answers
// SYNs, as the fingerprint is of that one and its round trip to the host is not known.
func ownRuns(h *whorl.Host) []backoff.Run {
	if relayed(h) != nil {
		return nil
	}
	return runsOf(h)
}

// weighTimes is what the databases say of runs; it remembers those of the host judged last.
func (j *Judge) weighTimes(runs []backoff.Run) *backoff.Weights {
	seen := slices.DeleteFunc(slices.Clone(runs), func(r backoff.Run) bool { return !r.Seen })
	if j.weights == nil || !slices.EqualFunc(j.weights.Runs(), seen, backoff.Run.Equal) {
		j.weights = j.timing.ranker.Weigh(seen)
	}
	return j.weights
}

// timesOf is what the times say against each record that tells of them, by place. A record
// that does not tell of a state is as good there as the best: how most systems repeat a FIN
// is not known, and what is known of a few must not speak for them. Nil if none were seen.
func (j *Judge) timesOf(runs []backoff.Run) []told {
	if len(runs) == 0 {
		return nil
	}
	logs, tells := j.weighTimes(runs).Against(j.timing.places)
	out := make([]told, len(logs))
	for i := range out {
		out[i] = told{bounded(logs[i]), tells[i]}
	}
	return out
}

func bounded(l float64) float64 { return min(max(l, -surestTimes), surestTimes) }

// retime shares the probability of the records that tell of times out anew. It moves
// among these alone, and none gains more than times can say.
func retime(all []float64, times []told) { reshare(all, times, surestTimes) }

// timeVersions adds what times say of the members of a family to their scores. The best
// of them and those that tell of no times are as good as each other.
func timeVersions(scores []float64, members []int, times []told) {
	if times == nil {
		return
	}
	best := math.Inf(-1)
	for _, place := range members {
		if t := times[place]; t.ok {
			best = max(best, t.log)
		}
	}
	for i, place := range members {
		if t := times[place]; t.ok {
			scores[i] += t.log - best
		}
	}
}

// timed is the answer that times give alone: a family at most, as many systems share
// their schedules. Nil if no times were seen.
func (j *Judge) timed(h *whorl.Host) []whorl.Verdict {
	runs := runsOf(h)
	if len(runs) == 0 || j.weigher == nil {
		return nil
	}
	if b := relayed(h); b != nil {
		return j.timing.behindRelay(b)
	}
	weights := j.weighTimes(runs)
	shares := make([]float64, len(j.timing.records))
	total := 0.0
	logs, tells := weights.Against(all(len(shares)))
	for i := range shares {
		if tells[i] {
			shares[i] = math.Exp(logs[i])
			total += shares[i]
		}
	}
	ranking := weights.Rank()
	for i := range shares {
		shares[i] *= (1 - ranking.Unknown) / max(total, math.SmallestNonzeroFloat64)
	}
	best, share := 0, 0.0
	for n, sum := range j.timing.families.sums(shares) {
		if sum > share {
			best, share = n, sum
		}
	}
	switch {
	case ranking.Fitted != nil:
		return []whorl.Verdict{nothing("no record repeats segments at such times")}
	case share < float64(j.o.Confidence):
		return []whorl.Verdict{nothing("several systems repeat segments at such times; scan the host for more")}
	}
	f := j.timing.family(best, share, shares)
	a, ok := f.beside(f.alone(), shares, float64(j.o.Confidence))
	if !ok {
		return []whorl.Verdict{nothing(manyAnswer)}
	}
	v := f.answered(a)
	v.Source = whorl.Source{Text: "the times of repeated segments alone, which tell families at most"}
	v.Evidence = weighedEvidence(weights, f.of[0].place, f.of[0].entry)
	return []whorl.Verdict{v}
}

// family is one of those that times tell of, with the shares of its records.
func (t *timing) family(n int, share float64, shares []float64) family {
	f := family{class: t.families.names[n], share: share, entries: t.records, members: t.families.members[n]}
	for _, place := range f.members {
		f.of = append(f.of, candidate{t.records[place], place, shares[place]})
	}
	slices.SortStableFunc(f.of, func(a, b candidate) int { return cmp.Compare(b.share, a.share) })
	return f
}

// all are the numbers from 0 up to n.
func all(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// behindRelay is the answer about a host whose SYNs another device answers: what its FINs
// tell.
func (t *timing) behindRelay(b *whorl.Box) []whorl.Verdict {
	if len(b.Behind) == 0 {
		return []whorl.Verdict{nothing("another device answers SYNs, and the times of FINs alone do not name the host behind it")}
	}
	v := whorl.Verdict{Name: b.Behind[0].Name, Rule: whorl.RuleWhorl, Confidence: b.Behind[0].Confidence,
		Source: whorl.Source{Text: "the times of repeated FINs alone; another device answers SYNs"}}
	for _, c := range t.families.names {
		if joinName(c.Vendor, c.Family) == v.Name {
			v.Vendor, v.Family, v.Classes = c.Vendor, c.Family, []whorl.Class{c}
		}
	}
	return []whorl.Verdict{v}
}
