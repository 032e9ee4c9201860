package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"whorl"
)

// NewGrepable writes Nmap's grepable form (-oG): a Status line for every host and a
// line of tab-separated fields for those of which more is known. It has names only
// of perfect matches; our own verdict has no place in it.
func NewGrepable(w io.Writer) Writer {
	return &grepable{sink: sink{w: w, form: "grepable"}}
}

type grepable struct {
	sink
	page
	start time.Time
}

func (g *grepable) Begin(r Run) error {
	g.start = r.Start
	g.line("# Whorl %s scan initiated %s as: %s", r.Version, ctime(r.Start), r.Args)
	if len(r.TCP)+len(r.UDP) > 0 {
		g.line("# Ports scanned: TCP(%d;%s) UDP(%d;%s) SCTP(0;) PROTOCOLS(0;)",
			len(r.TCP), portRanges(r.TCP), len(r.UDP), portRanges(r.UDP))
	}
	return g.flush()
}

func (g *grepable) Host(h *whorl.Host) error {
	host := fmt.Sprintf("Host: %s (%s)", h.Addr, firstName(h))
	status := "Down"
	if h.Status.Up {
		status = "Up"
	}
	g.fields(host, "Status: "+status)
	if f := hostFields(h); h.Status.Up && len(f) > 0 {
		g.fields(append([]string{host}, f...)...)
	}
	return g.flush()
}

func (g *grepable) End(s Summary) error {
	g.line("# Whorl %s at %s -- %s", s.ending(), ctime(s.End), s.sentence(g.start))
	return g.flush()
}

func (g *grepable) flush() error {
	defer g.Reset()
	return g.write(g.Bytes())
}

// fields writes one line; a tab within a field would be cleaned away.
func (g *grepable) fields(fields ...string) {
	for i, f := range fields {
		fields[i] = Clean(f)
	}
	g.WriteString(strings.Join(fields, "\t"))
	g.WriteByte('\n')
}

func hostFields(h *whorl.Host) []string {
	fields := portFields(h.Ports)
	if v := viewAsNmap(h); v.perfect > 0 && !v.tooMany() {
		list := names(v.listed(), false)
		for i, n := range list {
			list[i] = strings.ReplaceAll(n, "|", "/")
		}
		fields = append(fields, "OS: "+strings.Join(list, "|"))
	}
	s := seriesOf(h)
	if s.index != "" {
		fields = append(fields, "Seq Index: "+s.index)
	}
	if s.ipid != "" {
		fields = append(fields, "IP ID Seq: "+s.ipid)
	}
	return fields
}

var portFieldSafe = strings.NewReplacer("/", "|", ",", ";")

// portFields is the Ports field and the one state that is left out of it, the
// commonest; the form has no place for a second.
func portFields(ports []whorl.Port) []string {
	l := listPorts(ports)
	var ignored whorl.PortState
	if len(l.folded) > 0 {
		ignored = l.folded[0].state
	}
	shown, left := l.shown, 0
	for _, g := range l.folded {
		if g.state == ignored {
			left += len(g.numbers)
			continue
		}
		for _, n := range g.numbers {
			shown = append(shown, &whorl.Port{Proto: g.proto, Number: n, State: g.state})
		}
	}
	slices.SortStableFunc(shown, byNumber)
	var fields, list []string
	for _, p := range shown {
		list = append(list, fmt.Sprintf("%d/%s/%s//%s///", p.Number, portFieldSafe.Replace(string(p.State)),
			portFieldSafe.Replace(p.Proto), portFieldSafe.Replace(p.Name)))
	}
	if len(list) > 0 {
		fields = append(fields, "Ports: "+strings.Join(list, ", "))
	}
	if left > 0 {
		fields = append(fields, fmt.Sprintf("Ignored State: %s (%d)", ignored, left))
	}
	return fields
}
