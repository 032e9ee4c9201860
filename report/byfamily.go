package report

import "whorl"

// ByFamily hands an output the hosts of one version of IP alone, of IPv6 if six is set. The
// counts at its end are those of the hosts it was handed.
func ByFamily(w Writer, six bool) Writer { return &byFamily{w: w, six: six} }

type byFamily struct {
	w     Writer
	six   bool
	hosts Summary
}

func (f *byFamily) Begin(r Run) error { return f.w.Begin(r) }

func (f *byFamily) Host(h *whorl.Host) error {
	if six := h.Addr.Is6() && !h.Addr.Is4In6(); six != f.six {
		return nil
	}
	f.hosts.Total++
	if h.Status.Up {
		f.hosts.Up++
	} else {
		f.hosts.Down++
	}
	return f.w.Host(h)
}

func (f *byFamily) End(s Summary) error {
	f.hosts.End, f.hosts.Interrupted = s.End, s.Interrupted
	return f.w.End(f.hosts)
}
