package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"whorl"
	"whorl/osdb"
	"whorl/plot"
	"whorl/report"
)

// plotFile is the value of --plot: FILE.svg, or - for standard output. Its zero value is
// none.
type plotFile string

func (p *plotFile) flag(f *pflag.FlagSet) {
	f.Var(p, "plot", "draw what was measured into `FILE` (.svg)")
}

func (p *plotFile) Type() string   { return "FILE" }
func (p *plotFile) String() string { return string(*p) }

func (p *plotFile) Set(s string) error {
	if s != "-" && filepath.Ext(s) != ".svg" {
		return fmt.Errorf("%q does not end in .svg; programs as rsvg-convert make other forms of that", s)
	}
	*p = plotFile(s)
	return nil
}

// stdout reports whether the picture goes to standard output.
func (p plotFile) stdout() bool { return p == "-" }

// check refuses what cannot be written, before anything is done for it.
func (p plotFile) check() error {
	if p == "" || p.stdout() {
		return nil
	}
	if info, err := os.Stat(string(p)); err == nil && info.IsDir() {
		return usage(fmt.Errorf("--plot: %s is a folder", p), "a file in it")
	}
	fresh := string(p) + ".new"
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return usage(fmt.Errorf("--plot: %w", err), "a file in a folder that exists and can be written")
	}
	return errors.Join(f.Close(), os.Remove(fresh))
}

// maxPictures bounds what one run draws.
const maxPictures = 64

// plots draws hosts, each on a page of its own.
type plots struct {
	file      plotFile
	out       io.Writer // standard output
	schedules *schedules
	taken     map[string]bool // names of files
	left      int             // hosts that had something to draw and no room
}

// newPlots gives nil if nothing is to be drawn.
func newPlots(a *app, file plotFile, set osdb.Set) *plots {
	if file == "" {
		return nil
	}
	return &plots{file: file, out: a.out, schedules: newSchedules(set), taken: map[string]bool{}}
}

// Begin implements report.Writer.
func (*plots) Begin(report.Run) error { return nil }

// Host implements report.Writer.
func (p *plots) Host(h *whorl.Host) error { return p.draw(h, "") }

// End implements report.Writer.
func (*plots) End(report.Summary) error { return nil }

// draw draws a host, if there is anything to draw. where names the place that it was read
// from.
func (p *plots) draw(h *whorl.Host, where string) error {
	page := plot.Page{Title: orElse(address(h), where), Verdict: plot.Headline(h), Lanes: p.schedules.lanes(h), Series: h.Sequences}
	if page.Empty() {
		return nil
	}
	room := maxPictures
	if p.file.stdout() {
		room = 1
	}
	if len(p.taken) == room {
		p.left++
		return nil
	}
	name := p.name(h)
	p.taken[name] = true
	if p.file.stdout() {
		return page.SVG(p.out)
	}
	if err := writeWhole(name, page.SVG); err != nil {
		return fmt.Errorf("--plot: %w", err)
	}
	return nil
}

// name is the file of the next picture.
func (p *plots) name(h *whorl.Host) string {
	if len(p.taken) == 0 {
		return string(p.file)
	}
	ext := filepath.Ext(string(p.file))
	base := strings.TrimSuffix(string(p.file), ext)
	if h.Addr.IsValid() {
		base += "-" + strings.Map(fileRune, h.Addr.String())
	}
	name := base + ext
	for n := len(p.taken) + 1; p.taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n) + ext
	}
	return name
}

// fileRune keeps what file names may have everywhere: not the colons and the zone of IPv6.
func fileRune(r rune) rune {
	if r == ':' || r == '%' || r == '/' || r == '\\' {
		return '-'
	}
	return r
}

// told says at the end what could not be drawn. Nothing at all is an error. A nil plots
// was not asked for any.
func (p *plots) told(people io.Writer) error {
	switch {
	case p == nil:
		return nil
	case len(p.taken) == 0:
		return partial(errors.New("--plot: there was nothing to draw: no samples of SEQ and no retransmission times"),
			"hosts with an open TCP port, and scan --temporal slf for times; explain draws recordings and records of scan --json")
	case p.left > 0:
		fmt.Fprintf(people, "whorl: --plot: %d hosts were drawn and %d more were not; draw those with whorl explain --plot from records of scan --json\n", len(p.taken), p.left)
	}
	return nil
}

// address is that of a host with its first name, empty if it has none.
func address(h *whorl.Host) string {
	switch {
	case !h.Addr.IsValid():
		return ""
	case len(h.Names) > 0:
		return fmt.Sprintf("%v (%s)", h.Addr, h.Names[0])
	}
	return h.Addr.String()
}

// writeWhole writes a file so that it is there as a whole or not at all.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	fresh := name + ".new"
	f, err := os.Create(fresh)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(fresh)
		}
	}()
	if err = errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}
