package scan

import (
	"slices"

	"whorl/method"
	"whorl/method/seek"
	"whorl/method/survey"
)

// planSurvey prepares a survey, if there is reason for one. It is sent when the budget has
// room for it.
func (f *flow) planSurvey(j *Job) (planned bool) {
	if j.Boxes == Never || f.gen2 == nil && f.ipv6 == nil {
		return false
	}
	t, rtt := f.surveyTarget(j)
	if j.Boxes != Always && (f.route.Local || len(t.Open) < 2 && !f.contradicts()) {
		return false
	}
	f.survey = survey.NewMachine(t, j.Key.Stream(f.Addr, "survey"))
	f.survey.RTT = rtt
	return true
}

// contradicts reports whether answers of ports have come from several distances.
func (f *flow) contradicts() bool {
	return slices.ContainsFunc(f.found.Ports, func(s seek.State) bool { return s.Forged })
}

// surveyTarget are the ports whose answers are compared: those that are known, and if the
// user has named few, those too that the search had no need to ask. rtt is what is known of
// the round trip.
func (f *flow) surveyTarget(j *Job) (t survey.Target, rtt method.RTT) {
	t.Addr = f.Addr
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
	port, closed := uint16(0), false
	if f.ipv6 != nil {
		port, closed = f.ipv6.ClosedTCP()
		rtt = f.ipv6.RTT
	} else {
		port, closed = f.gen2.ClosedTCP()
		rtt = f.gen2.RTT
	}
	if closed && !known[port] {
		t.Closed = append(t.Closed, port)
	}
	if len(j.TCP) <= survey.MaxOpen+survey.MaxClosed {
		for _, port := range j.TCP {
			if !known[port] {
				t.Open = append(t.Open, port)
			}
		}
	}
	return t, rtt
}

// surveyDue reports whether a survey is planned and not begun.
func (f *flow) surveyDue() bool { return f.survey != nil && f.survey.Packets == 0 }
