package report

import (
	"errors"

	"whorl"
)

// ByFamily hands IPv4 hosts to one output and IPv6 hosts to another. The counts that each
// gets at its end are those of the hosts it was handed.
func ByFamily(v4, v6 Writer) Writer { return &byFamily{{w: v4}, {w: v6}} }

type byFamily [2]part

// part is one output and what it was handed.
type part struct {
	w     Writer
	hosts Summary
}

func (f *byFamily) Begin(r Run) error { return errors.Join(f[0].w.Begin(r), f[1].w.Begin(r)) }

func (f *byFamily) Host(h *whorl.Host) error {
	to := &f[0]
	if h.Addr.Is6() && !h.Addr.Is4In6() {
		to = &f[1]
	}
	to.hosts.tally(h)
	return to.w.Host(h)
}

func (f *byFamily) End(s Summary) error { return errors.Join(f[0].end(s), f[1].end(s)) }

func (f *part) end(s Summary) error {
	f.hosts.End, f.hosts.Interrupted = s.End, s.Interrupted
	return f.w.End(f.hosts)
}

func (s *Summary) tally(h *whorl.Host) {
	s.Total++
	if h.Status.Up {
		s.Up++
	} else {
		s.Down++
	}
}
