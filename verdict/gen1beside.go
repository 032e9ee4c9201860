package verdict

import (
	"slices"

	"whorl"
	"whorl/method/gen1"
)

// What the first generation says where the second has judged, natural logarithms, set by
// hand. Both ask one stack nearly the same, so it is hardly a second opinion: what agrees
// says nothing, and silence neither, as a filter may drop either's probes.
const (
	gen1Differs = -1 // for each test that differs
	gen1Against = -4 // at most
)

// regen shares the probability of the records that tell of the first generation out
// anew. It moves among these alone, as with deep probes.
func (j *Judge) regen(all []float64, seen gen1.Print) {
	if seen == nil {
		return
	}
	logs := make([]told, len(all))
	for place, r := range j.gen1.of {
		_, ev := r.Score(seen)
		logs[place] = told{max(gen1Differs*float64(len(differingGen1(ev))), gen1Against), len(ev) > 0}
	}
	reshare(all, logs, -gen1Against)
}

// differingGen1 are the tests that were answered and differ.
func differingGen1(ev []whorl.Evidence) (tests []string) {
	for i := range ev {
		e := &ev[i]
		if !e.Agrees && !(e.Attr == "Resp" && e.Got == "N") && !slices.Contains(tests, e.Test) {
			tests = append(tests, e.Test)
		}
	}
	return tests
}

// joinGen1 adds what the first generation lists to the verdicts of the second. Its own
// answer takes the place of none, if no record of the second fits the host.
func (j *Judge) joinGen1(h *whorl.Host) {
	all := j.byGen1(h)
	if len(all) == 0 {
		return
	}
	if unanswered(h) && all[0].Name != whorl.Unknown && all[0].Source.File != "" && !fitsGen2(h.Verdicts) {
		h.Verdicts = append([]whorl.Verdict{all[0]}, h.Verdicts[1:]...)
	}
	for _, v := range all {
		if v.Rule == whorl.RuleGen1 {
			h.Verdicts = append(h.Verdicts, v)
		}
	}
}

// fitsGen2 reports whether a record of the second generation fits well.
func fitsGen2(verdicts []whorl.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v whorl.Verdict) bool { return v.Accuracy >= leastTieFit })
}
