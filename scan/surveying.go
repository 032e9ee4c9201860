package scan

import (
	"slices"

	"whorl/method/seek"
	"whorl/method/survey"
)

// planSurvey prepares a survey, if there is reason for one. It is sent when the budget has
// room for it.
func (f *flow) planSurvey(j *Job) (planned bool) {
	if j.Boxes == Never {
		return false
	}
	t := f.surveyTarget(j)
	if j.Boxes != Always && (f.route.Local || len(t.Open) < 2 && !f.contradicts()) {
		return false
	}
	f.survey = survey.NewMachine(t, j.Key.Stream(f.Addr, "survey"))
	f.survey.RTT = f.gen2.RTT
	return true
}

// contradicts reports whether answers of ports have come from several distances.
func (f *flow) contradicts() bool {
	return slices.ContainsFunc(f.found.Ports, func(s seek.State) bool { return s.Forged })
}

// surveyTarget are the ports whose answers are compared: those that are known, and if the
// user has named few, those too that the search had no need to ask.
func (f *flow) surveyTarget(j *Job) survey.Target {
	t := survey.Target{Addr: f.Addr}
	known := map[uint16]bool{f.own: true} // our own tells of us
	for _, s := range f.found.Ports {
		known[s.Port] = true
		switch {
		case s.Port == f.own:
		case s.Open:
			t.Open = append(t.Open, s.Port)
		case s.Forged:
			t.Closed = slices.Insert(t.Closed, 0, s.Port)
		case s.Closed:
			t.Closed = append(t.Closed, s.Port)
		}
	}
	if port, closed := f.gen2.ClosedTCP(); closed && !known[port] {
		t.Closed = append(t.Closed, port)
	}
	if len(j.TCP) <= survey.MaxOpen+survey.MaxClosed {
		for _, port := range j.TCP {
			if !known[port] {
				t.Open = append(t.Open, port)
			}
		}
	}
	return t
}

// surveyDue reports whether a survey is planned and not begun.
func (f *flow) surveyDue() bool { return f.survey != nil && f.survey.Packets == 0 }
