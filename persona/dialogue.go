package persona

import "time"

// serve goes on with the dialogue: the next request is looked at when what the one before
// it asked for is done and acknowledged. The connection may be over then.
func (p *Persona) serve(now time.Time, c *conn) {
	s := c.session
	if s.stream != nil {
		p.relay(now, c)
		return
	}
	for len(s.data) == 0 && !s.last {
		if s.next == nil {
			r, ok := s.request()
			switch {
			case !ok:
				s.last = s.state == closeWait
				return
			case r == nil:
				continue
			}
			s.next, s.at = r, now.Add(r.Delay)
		}
		if now.Before(s.at) {
			return
		}
		s.say()
		p.said(c, true, s.data)
	}
}

// request takes the next request. ok is false if there is none; the rule is nil if the
// service does nothing with it.
func (s *session) request() (r *Rule, ok bool) {
	if s.service == nil {
		return nil, false
	}
	text, rest, ok := s.service.request(s.input)
	if !ok {
		return nil, false
	}
	if r = s.service.rule(s.script, text); r != nil {
		r = r.to(text)
	}
	s.input = rest
	return r, true
}

// say does what the next rule says.
func (s *session) say() {
	s.data, s.last, s.script = s.next.Reply, s.next.Close, s.next.Next
	s.next = nil
}
