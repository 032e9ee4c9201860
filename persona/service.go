package persona

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Service is the dialogue of one open TCP port, or the program behind it: data, no code. It
// is only read, so that many personas can share one.
type Service struct {
	Port     uint16
	Greeting []byte        // sent when a connection is open; nil: the client speaks first
	Wait     time.Duration // from there to the greeting
	End      string        // what ends a request, "\n" for lines; empty: every segment is a request
	Rules    []Rule        // of those that fit a request the first counts; where none does, it is acknowledged and no more
	Idle     time.Duration // a connection on which nothing comes for so long is closed; 0: DefaultIdle
	Backend  *Backend      // speaks in place of all that; nil: the rules do
}

// Rule is what a service does with a request.
type Rule struct {
	State   uint8          // the dialogue has to be there; it begins at 0
	Expect  string         // what the request begins with, whatever its case; empty: anything
	Pattern *regexp.Regexp // and what it fits; nil: anything
	Reply   []byte         // nil: none
	Same    []Span         // bytes of the reply that are those of the request at the same place, as far as that has them
	Delay   time.Duration  // before the reply
	Close   bool           // the connection is closed after it
	Next    uint8          // where the dialogue goes on
}

// Span is bytes from one place to another, which is not included.
type Span struct{ From, To int }

// DefaultIdle is how long a connection may be silent.
const DefaultIdle = 5 * time.Minute

// Bounds of services.
const (
	MaxReply   = 64 << 10 // bytes of a greeting or reply
	MaxRequest = 4 << 10  // bytes of a request; more is taken for one that has ended
	MaxRules   = 256
	maxSpans   = 16
	maxWait    = time.Minute // before a greeting or reply
)

// check finds what is wrong with a service.
func (s *Service) check() error {
	bad := func(what string, v any, want string) error {
		return fmt.Errorf("service at port %d: %s %v; want %s", s.Port, what, v, want)
	}
	switch {
	case s.Port == 0:
		return bad("port", s.Port, "1 to 65535")
	case len(s.Greeting) > MaxReply:
		return bad("greeting of bytes", len(s.Greeting), fmt.Sprintf("at most %d", MaxReply))
	case s.Wait < 0 || s.Wait > maxWait:
		return bad("wait", s.Wait, fmt.Sprintf("0 to %v", maxWait))
	case len(s.End) > MaxRequest:
		return bad("end of bytes", len(s.End), fmt.Sprintf("at most %d", MaxRequest))
	case s.Idle < 0:
		return bad("idle", s.Idle, "0 or more")
	case len(s.Rules) > MaxRules:
		return bad("rules", len(s.Rules), fmt.Sprintf("at most %d", MaxRules))
	}
	for i := range s.Rules {
		switch r := &s.Rules[i]; {
		case len(r.Reply) > MaxReply:
			return bad(fmt.Sprintf("rule %d: reply of bytes", i+1), len(r.Reply), fmt.Sprintf("at most %d", MaxReply))
		case r.Delay < 0 || r.Delay > maxWait:
			return bad(fmt.Sprintf("rule %d: delay", i+1), r.Delay, fmt.Sprintf("0 to %v", maxWait))
		case len(r.Same) > maxSpans:
			return bad(fmt.Sprintf("rule %d: spans", i+1), len(r.Same), fmt.Sprintf("at most %d", maxSpans))
		case slices.ContainsFunc(r.Same, func(s Span) bool { return s.From < 0 || s.To <= s.From || s.To > len(r.Reply) }):
			return bad(fmt.Sprintf("rule %d: spans", i+1), r.Same, "bytes of the reply")
		}
	}
	return s.checkBackend()
}

// checkServices finds what is wrong with services, two at one port too.
func (o *Options) checkServices() error {
	all := o.Services
	ports := map[uint16]bool{}
	for i := range all {
		if err := all[i].check(); err != nil {
			return err
		}
		if all[i].Backend != nil && o.Dial == nil {
			return fmt.Errorf("service at port %d: nobody connects with backends", all[i].Port)
		}
		if ports[all[i].Port] {
			return fmt.Errorf("two services at port %d; want one", all[i].Port)
		}
		ports[all[i].Port] = true
	}
	return nil
}

// service is the one at a port; nil: none.
func (p *Persona) service(port uint16) *Service {
	for i := range p.o.Services {
		if p.o.Services[i].Port == port {
			return &p.o.Services[i]
		}
	}
	return nil
}

// request takes the first request off what came. ok is false if there is no whole one.
func (s *Service) request(in []byte) (request, rest []byte, ok bool) {
	switch i := bytes.Index(in, []byte(s.End)); {
	case len(in) == 0:
		return nil, in, false
	case s.End == "":
		return in, nil, true
	case i >= 0:
		n := i + len(s.End)
		return in[:n], in[n:], true
	}
	if len(in) >= MaxRequest {
		return in, nil, true
	}
	return nil, in, false
}

// to is the rule as it answers a request.
func (r *Rule) to(request []byte) *Rule {
	if len(r.Same) == 0 {
		return r
	}
	own := *r
	own.Reply = bytes.Clone(r.Reply)
	for _, s := range r.Same {
		if s.From < len(request) {
			copy(own.Reply[s.From:s.To], request[s.From:])
		}
	}
	return &own
}

// rule is what counts for a request; nil: none.
func (s *Service) rule(state uint8, request []byte) *Rule {
	for i := range s.Rules {
		r := &s.Rules[i]
		if r.State == state && len(request) >= len(r.Expect) && bytes.EqualFold(request[:len(r.Expect)], []byte(r.Expect)) &&
			(r.Pattern == nil || r.Pattern.Match(request)) {
			return r
		}
	}
	return nil
}
