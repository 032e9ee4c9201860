package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"whorl"
)

// Writer is one output. Begin comes first and once, then the hosts, then End,
// also after an interrupt. Every method returns the first error that the output
// had, wrapped with the name of its form; calling on after one is allowed.
type Writer interface {
	Begin(Run) error
	Host(*whorl.Host) error
	End(Summary) error
}

// Run is what is known when a run starts.
type Run struct {
	Version   string    // of this program
	Args      string    // command line as typed
	Start     time.Time // printed in its own time zone
	Databases []string  // each as a person wants to read it: name, date, number of records
	TCP, UDP  []uint16  // ports probed on every host, if that was decided beforehand
}

// Summary is what is known when a run is over.
type Summary struct {
	End         time.Time
	Up, Down    int  // hosts
	Total       int  // addresses asked for; more than Up + Down if interrupted
	Interrupted bool // not all addresses were tried
}

// sentence tells the size of a run in Nmap's words.
func (s Summary) sentence(start time.Time) string {
	tried := ""
	if s.Interrupted {
		tried = fmt.Sprintf("%d of ", s.Up+s.Down)
	}
	return fmt.Sprintf("%s%s (%s up) scanned in %.2f seconds", tried,
		count(s.Total, "IP address", "IP addresses"), count(s.Up, "host", "hosts"), s.End.Sub(start).Seconds())
}

// ending is how a run came to its end, in a word.
func (s Summary) ending() string {
	if s.Interrupted {
		return "interrupted"
	}
	return "done"
}

// ctime is a time as C's ctime writes it, which is what Nmap prints.
func ctime(t time.Time) string { return t.Format(time.ANSIC) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// title is an address with its name, if it has one.
func title(h *whorl.Host) string {
	if name := firstName(h); name != "" {
		return fmt.Sprintf("%s (%s)", name, h.Addr)
	}
	return h.Addr.String()
}

func firstName(h *whorl.Host) string {
	if len(h.Names) == 0 {
		return ""
	}
	return h.Names[0]
}

// sink writes records whole or not at all, as far as the output allows, and
// keeps the first error.
type sink struct {
	w    io.Writer
	form string // for errors
	err  error
	dead bool // nothing may follow what stands at the end
}

// write appends one record.
func (s *sink) write(record []byte) error {
	if s.dead || len(record) == 0 {
		return s.err
	}
	n, err := s.w.Write(record)
	if err == nil && n < len(record) {
		err = io.ErrShortWrite
	}
	if err != nil {
		s.dead = n > 0 && !cutBack(s.w, n)
		s.keep(err)
	}
	return s.err
}

// keep remembers an error if it is the first.
func (s *sink) keep(err error) {
	if s.err == nil {
		s.err = fmt.Errorf("report: %s: %w", s.form, err)
	}
}

// cutBack takes the last n bytes off an output that is a file.
func cutBack(w io.Writer, n int) bool {
	f, ok := w.(interface {
		io.Seeker
		Truncate(size int64) error
	})
	if !ok {
		return false
	}
	at, err := f.Seek(-int64(n), io.SeekCurrent)
	return err == nil && f.Truncate(at) == nil
}

// joinInts is the list "a,b,c" of a series in a number format such as %X.
func joinInts[T uint16 | uint32](series []T, format string) string {
	var b strings.Builder
	for i, v := range series {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, v)
	}
	return b.String()
}
