package backoff

import (
	"math"
	"slices"
)

// Devices is what runs say of who answers: one stack in all states, or one that answers
// SYNs and another that holds the connections.
type Devices struct {
	// Factor is how much likelier two are than one: a Bayes factor, as a natural
	// logarithm.
	Factor float64
	// Once says that the SYN-ACK came once and was not repeated.
	Once bool

	weighing
}

// Devices weighs one stack against two by the times of all states. A record follows its
// own schedule in each; one that does not tell of FINs may do anything, so that it
// contradicts no run. Runs of fewer than two copies tell nothing of who repeats FINs:
// firewalls drop them. Nil if there are no others. prior is that of each record, as a
// natural logarithm; nil: all as likely.
func (w *Weights) Devices(prior []float64) *Devices {
	d := &Devices{weighing: weighing{Weights: w, syn: make([]scores, len(w.members)), prior: w.priors(prior)}}
	for i := range w.runs {
		run := &w.runs[i]
		switch n := len(run.Gaps); {
		case run.State == SynRcvd:
			d.Once = n == 0
			d.synAcks(i)
		case n > 2 || n == 2 && run.End == Silence:
			d.fins = append(d.fins, i)
		}
	}
	if len(d.fins) == 0 {
		return nil
	}
	d.compute()
	d.Factor = d.two() - d.one()
	return d
}

// weighing is the work of Devices. All figures are logarithms.
type weighing struct {
	*Weights
	prior []float64 // by record, together 1 without the unknown one
	syn   []scores  // by record, of the SYN-ACKs; 0 if there are none
	fit   float64   // the same under no record
	once  scores    // and of a device that never repeats one

	fins    []int    // runs
	told    []bool   // by record: it tells of them
	direct  []scores // by record, of all FINs
	apart   []scores // the same, if the host did not measure the round trip with us
	odd     []scores // direct, with a run here and there that something else disturbed
	unknown float64  // of all FINs under no record
}

// priors scales what is known beforehand, so that it is 1 together.
func (r *Ranker) priors(prior []float64) []float64 {
	out, total := make([]float64, len(r.members)), math.Inf(-1)
	copy(out, prior)
	for i := range out {
		total = logAdd(total, out[i])
	}
	for i := range out {
		out[i] += math.Log1p(-r.params.Unknown) - total
	}
	return out
}

func (w *weighing) synAcks(run int) {
	w.fit = w.fits[run]
	single := w.params.law(&Schedule{State: SynRcvd})
	v := w.views[run]
	t := v.central(&single, nil, math.Inf(-1))
	v.refine(&t, math.Inf(-1))
	w.once = t.scores
	for i := range w.members {
		if of := w.members[i].schedules[SynRcvd]; len(of) > 0 {
			w.syn[i], _ = w.members[i].under(SynRcvd, w.logs[run])
		} else {
			w.syn[i] = same(w.fit)
		}
	}
}

// compute weighs all FINs under all records that tell of them. Those of one record
// share its schedules, so each is computed once.
func (w *weighing) compute() {
	n := len(w.members)
	w.told, w.direct, w.apart, w.odd = slices.Repeat([]bool{true}, n), make([]scores, n), make([]scores, n), make([]scores, n)
	for _, n := range w.fins {
		run, v, logs, hidden := &w.runs[n], w.views[n], w.logs[n], make([]scores, len(w.schedules))
		for _, i := range w.tell[run.State] {
			hidden[i] = logs[i]
			if l := &w.laws[i]; l.Least > 0 {
				hidden[i] = v.hidden(l, w.fits[n]/w.parts[n]-hopeless).counted(w.parts[n])
			}
		}
		w.unknown += w.fits[n]
		others := w.params.untold(w.mean(run.State, logs), never, w.fits[n]).times(math.Log(w.params.OddRun))
		for i := range w.members {
			m := &w.members[i]
			l, best := m.under(run.State, logs)
			if best < 0 {
				w.told[i] = false
				continue
			}
			h, _ := m.under(run.State, hidden)
			w.direct[i], w.apart[i] = w.direct[i].and(l), w.apart[i].and(h)
			w.odd[i] = w.odd[i].and(others.or(math.Log1p(-w.params.OddRun), l))
		}
	}
}

// one is the likelihood of a single stack.
func (w *weighing) one() float64 {
	p := &w.params
	known, apart := w.meanOf(w.direct), w.random(never)
	anything := p.untold(known, never, w.unknown)
	other := anything.or(math.Log(p.OtherTrip), apart)
	free := w.freely()
	freely := func(l scores) scores { return l.times(math.Log1p(-free)).or(math.Log(free), apart) }
	total := freely(anything).times(math.Log(p.Unknown) + w.fit)
	for i := range w.members {
		var l scores
		if w.told[i] {
			l = w.odd[i].times(math.Log1p(-p.OtherLaw-p.OtherTrip)).or(math.Log(p.OtherLaw), other).or(math.Log(p.OtherTrip), w.apart[i])
		} else {
			l = freely(p.untold(known, w.likeItsSYN(i), w.unknown))
		}
		total = total.or(w.prior[i], w.syn[i].and(l))
	}
	return p.mixed(total)
}

// freely is the probability that a stack that no record tells of repeats FINs by another
// round trip than ours: as likely as not, as its timeout may be any, unless it repeated
// them sooner than an ACK of ours came. No timeout is shorter than the round trip (RFC
// 6298 section 2).
func (w *weighing) freely() float64 {
	for _, n := range w.fins {
		if run := &w.runs[n]; run.State == Held && run.Gaps[0] < run.RTT*9/10 {
			return w.params.OtherTrip
		}
	}
	return w.params.FreeTrip
}

// two is the likelihood of two stacks, each of which may be any and under any condition.
func (w *weighing) two() float64 {
	answers := w.answers().times(math.Log1p(-w.params.NoCopies)).or(math.Log(w.params.NoCopies), w.once)
	return w.params.mixed(answers) + w.params.mixed(w.random(never))
}

// answers are the scores of the SYN-ACKs under any record, or none.
func (w *weighing) answers() scores {
	all := same(math.Log(w.params.Unknown) + w.fit)
	for i := range w.members {
		all = all.or(w.prior[i], w.syn[i])
	}
	return all
}

// random are the scores of FINs of a stack that no record tells of, behind another device,
// from those under the records that do; own are those of its repeating FINs as SYN-ACKs.
func (w *weighing) random(own scores) scores {
	return w.params.untold(w.meanOf(w.apart), own, w.unknown)
}

// meanOf are the scores of FINs under the records that tell of them, each as likely as the
// others.
func (w *weighing) meanOf(known []scores) scores {
	mean, n := never, 0.0
	for i, told := range w.told {
		if told {
			mean, n = mean.or(0, known[i]), n+1
		}
	}
	return mean.times(-math.Log(max(n, 1)))
}

// likeItsSYN are the scores of all FINs if a record repeats them as SYN-ACKs; never for one
// that those exclude.
func (w *weighing) likeItsSYN(i int) (l scores) {
	if w.params.mixed(w.syn[i]) < w.fit-hopeless {
		return never
	}
	for _, n := range w.fins {
		own, _ := w.members[i].under(SynRcvd, w.asSYN[n])
		l = l.and(own)
	}
	return l
}

// Front is the posterior of each record that it answers the SYNs of two. What is left is
// of one that never repeats a SYN-ACK, or is unknown.
func (w *weighing) Front() []float64 {
	p := &w.params
	total := p.mixed(w.answers().or(math.Log(p.NoCopies/(1-p.NoCopies)), w.once))
	out := make([]float64, len(w.members))
	for i := range out {
		out[i] = math.Exp(w.prior[i] + p.mixed(w.syn[i]) - total)
	}
	return out
}

// Behind is the posterior of each record that it holds the connections of two. What is
// left is unknown: stacks that no record tells of may repeat FINs as any does SYN-ACKs.
func (w *weighing) Behind() []float64 {
	own, p := never, &w.params
	likes := make([][]scores, len(w.fins))
	for k, n := range w.fins {
		likes[k] = w.likeSYNs(n, slices.Repeat([]bool{true}, len(w.members)), w.fits[n]-little)
	}
	for i := range w.members {
		var l scores
		for k := range w.fins {
			like, _ := w.members[i].under(SynRcvd, likes[k])
			l = l.and(like)
		}
		own = own.or(w.prior[i], l)
	}
	total := p.mixed(w.random(own))
	out, n := make([]float64, len(w.members)), 0.0
	for _, told := range w.told {
		if told {
			n++
		}
	}
	for i, told := range w.told {
		if told {
			out[i] = math.Exp(math.Log(p.LikeOthers/n) + p.mixed(w.apart[i]) - total)
		}
	}
	return out
}
