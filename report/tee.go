package report

import (
	"errors"

	"whorl"
)

// Tee writes to all of several outputs. One that fails does not hold up the
// others; the errors come joined.
func Tee(writers ...Writer) Writer { return tee(writers) }

type tee []Writer

func (t tee) Begin(r Run) error        { return t.each(func(w Writer) error { return w.Begin(r) }) }
func (t tee) Host(h *whorl.Host) error { return t.each(func(w Writer) error { return w.Host(h) }) }
func (t tee) End(s Summary) error      { return t.each(func(w Writer) error { return w.End(s) }) }
func (t tee) each(do func(Writer) error) error {
	var errs []error
	for _, w := range t {
		errs = append(errs, do(w))
	}
	return errors.Join(errs...)
}

// ByFamily hands IPv4 hosts to one output and IPv6 hosts to another. The second
// is begun at its first host, so if its file is created by the first write, a run
// without IPv6 leaves none. The counts that each output gets at its end are those
// of the hosts it was handed.
func ByFamily(v4, v6 Writer) Writer { return &byFamily{v4: v4, v6: v6} }

type byFamily struct {
	v4, v6 Writer
	run    Run
	n4, n6 Summary
	begun6 bool
}

func (f *byFamily) Begin(r Run) error {
	f.run = r
	return f.v4.Begin(r)
}

func (f *byFamily) Host(h *whorl.Host) error {
	if !h.Addr.Is6() || h.Addr.Is4In6() {
		f.n4.tally(h)
		return f.v4.Host(h)
	}
	f.n6.tally(h)
	var err error
	if !f.begun6 {
		f.begun6 = true
		err = f.v6.Begin(f.run)
	}
	return errors.Join(err, f.v6.Host(h))
}

func (f *byFamily) End(s Summary) error {
	f.n4.End, f.n4.Interrupted = s.End, s.Interrupted
	err := f.v4.End(f.n4)
	if f.begun6 {
		f.n6.End, f.n6.Interrupted = s.End, s.Interrupted
		err = errors.Join(err, f.v6.End(f.n6))
	}
	return err
}

func (s *Summary) tally(h *whorl.Host) {
	s.Total++
	if h.Status.Up {
		s.Up++
	} else {
		s.Down++
	}
}
