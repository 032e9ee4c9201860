package backoff

import "math"

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
	d := &Devices{weighing: weighing{Weights: w, syn: make([]float64, len(w.members)), prior: w.priors(prior)}}
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
	syn   []float64 // by record, of the SYN-ACKs; 0 if there are none
	fit   float64   // the same under no record
	once  float64   // and of a device that never repeats one

	fins    []int     // runs
	direct  []float64 // by record, of all FINs; NaN: it does not tell of them
	apart   []float64 // the same, if the host did not measure the round trip with us
	odd     []float64 // direct, with a run here and there that something else disturbed
	unknown float64   // of all FINs under no record
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
	never := Schedule{State: SynRcvd}
	w.once = LogLikelihood(&never, &w.runs[run], w.params)
	for i := range w.members {
		if of := w.members[i].schedules[SynRcvd]; len(of) > 0 {
			w.syn[i], _ = w.members[i].under(SynRcvd, w.logs[run])
		} else {
			w.syn[i] = w.fit
		}
	}
}

// compute weighs all FINs under all records that tell of them. Those of one record
// share its schedules, so each is computed once.
func (w *weighing) compute() {
	w.direct, w.apart, w.odd = make([]float64, len(w.members)), make([]float64, len(w.members)), make([]float64, len(w.members))
	for _, n := range w.fins {
		run, logs, hidden := &w.runs[n], w.logs[n], make([]float64, len(w.schedules))
		for _, i := range w.tell[run.State] {
			hidden[i] = w.params.hidden(&w.schedules[i], run, w.fits[n]-3*hopeless)
		}
		w.unknown += w.fits[n]
		others := w.params.untold(w.mean(run.State, logs), math.Inf(-1), w.fits[n])
		for i := range w.members {
			m := &w.members[i]
			if len(m.told(run.State)) == 0 {
				w.direct[i] = math.NaN()
				continue
			}
			l, _ := m.under(run.State, logs)
			h, _ := m.under(run.State, hidden)
			w.direct[i] += l
			w.apart[i] += h
			w.odd[i] += logAdd(math.Log1p(-w.params.OddRun)+l, math.Log(w.params.OddRun)+others)
		}
	}
}

// one is the likelihood of a single stack.
func (w *weighing) one() float64 {
	anything := w.random(w.direct, math.Inf(-1))
	apart := w.random(w.apart, math.Inf(-1))
	other := logAdd(anything, math.Log(w.params.OtherTrip)+apart)
	free := w.freely()
	total := math.Log(w.params.Unknown) + w.fit + logAdd(math.Log1p(-free)+anything, math.Log(free)+apart)
	for i := range w.members {
		var l float64
		if math.IsNaN(w.direct[i]) {
			l = logAdd(math.Log1p(-free)+w.random(w.direct, w.likeItsSYN(i)), math.Log(free)+apart)
		} else {
			l = logAdd(math.Log1p(-w.params.OtherLaw-w.params.OtherTrip)+w.odd[i], math.Log(w.params.OtherLaw)+other)
			l = logAdd(l, math.Log(w.params.OtherTrip)+w.apart[i])
		}
		total = logAdd(total, w.prior[i]+w.syn[i]+l)
	}
	return total
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

// two is the likelihood of two stacks, each of which may be any.
func (w *weighing) two() float64 {
	answers := math.Log(w.params.Unknown) + w.fit
	for i := range w.members {
		answers = logAdd(answers, w.prior[i]+w.syn[i])
	}
	answers = logAdd(math.Log1p(-w.params.NoCopies)+answers, math.Log(w.params.NoCopies)+w.once)
	return answers + w.random(w.apart, math.Inf(-1))
}

// random is the likelihood of FINs of a stack that no record tells of, from those under
// the records that do; own is that of its repeating FINs as SYN-ACKs.
func (w *weighing) random(known []float64, own float64) float64 {
	return w.params.untold(w.meanOf(known), own, w.unknown)
}

// meanOf is the likelihood of FINs under the records that tell of them, each as likely as
// the others.
func (w *weighing) meanOf(known []float64) float64 {
	l, n := math.Inf(-1), 0.0
	for i, told := range w.direct {
		if !math.IsNaN(told) {
			l, n = logAdd(l, known[i]), n+1
		}
	}
	return l - math.Log(max(n, 1))
}

// likeItsSYN is the likelihood of all FINs if a record repeats them as SYN-ACKs; -Inf for
// one that those exclude.
func (w *weighing) likeItsSYN(i int) (l float64) {
	if w.syn[i] < w.fit-hopeless {
		return math.Inf(-1)
	}
	for _, n := range w.fins {
		own, _ := w.members[i].under(SynRcvd, w.asSYN[n])
		l += own
	}
	return l
}

// Front is the posterior of each record that it answers the SYNs of two. What is left is
// of one that never repeats a SYN-ACK, or is unknown.
func (w *weighing) Front() []float64 {
	out := make([]float64, len(w.members))
	total := logAdd(math.Log(w.params.Unknown)+w.fit, math.Log(w.params.NoCopies/(1-w.params.NoCopies))+w.once)
	for i := range out {
		total = logAdd(total, w.prior[i]+w.syn[i])
	}
	for i := range out {
		out[i] = math.Exp(w.prior[i] + w.syn[i] - total)
	}
	return out
}

// Behind is the posterior of each record that it holds the connections of two. What is
// left is unknown: stacks that no record tells of may repeat FINs as any does SYN-ACKs.
func (w *weighing) Behind() []float64 {
	own := math.Inf(-1)
	for i := range w.members {
		l := w.prior[i]
		for _, n := range w.fins {
			like, _ := w.members[i].under(SynRcvd, w.asSYN[n])
			l += like
		}
		own = logAdd(own, l)
	}
	total := w.random(w.apart, own)
	out, n := make([]float64, len(w.members)), 0.0
	for _, told := range w.direct {
		if !math.IsNaN(told) {
			n++
		}
	}
	for i, told := range w.direct {
		if !math.IsNaN(told) {
			out[i] = math.Exp(math.Log(w.params.LikeOthers/n) + w.apart[i] - total)
		}
	}
	return out
}
