package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"whorl"
)

// XMLOptions adapt the XML to its readers.
type XMLOptions struct {
	// Scanner is the name of the program that wrote it, "whorl" if empty. Readers
	// that insist on the DTD, which knows only one name, want "nmap".
	Scanner string
	// Verbose is told in the document, nothing else.
	Verbose int
}

// NewXML writes Nmap's XML, version 1.05, as its DTD has it, without a DOCTYPE.
//
// What Nmap has no words for (verdicts with probabilities, boxes in the path,
// warnings) is the result of a host script named "whorl", which readers keep or
// pass over like any other. A forged port has a script "whorl-forged".
//
// The document is closed by End. A name is given the type PTR, the one that
// readers look for, no matter how it was found.
func NewXML(w io.Writer, o XMLOptions) Writer {
	return &nmapXML{sink: sink{w: w, form: "xml"}, o: o}
}

type nmapXML struct {
	sink
	m     markup
	o     XMLOptions
	start time.Time
	open  bool
}

var errNotOpen = errors.New("document not begun or already ended")

func (x *nmapXML) Begin(r Run) error {
	x.start = r.Start
	m := &x.m
	m.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	m.open("nmaprun", str("scanner", orElse(x.o.Scanner, "whorl")), str("args", r.Args), unix("start", r.Start),
		str("startstr", ctime(r.Start)), str("version", r.Version), str("xmloutputversion", "1.05"))
	m.scaninfo("syn", "tcp", r.TCP)
	m.scaninfo("udp", "udp", r.UDP)
	m.empty("verbose", num("level", x.o.Verbose))
	m.empty("debugging", num("level", 0))
	err := x.flush()
	x.open, x.dead = true, err != nil // without its head nothing may follow
	return err
}

func (x *nmapXML) Host(h *whorl.Host) error {
	if !x.open {
		x.keep(errNotOpen)
		return x.err
	}
	x.m.host(h)
	return x.flush()
}

func (x *nmapXML) End(s Summary) error {
	if !x.open {
		x.keep(errNotOpen)
		return x.err
	}
	x.open = false
	when := ctime(s.End)
	exit := []attr{str("exit", "success")}
	if s.Interrupted {
		exit = []attr{str("exit", "error"), str("errormsg", "interrupted")}
	}
	x.m.open("runstats")
	x.m.empty("finished", append([]attr{unix("time", s.End), str("timestr", when),
		str("elapsed", fmt.Sprintf("%.2f", s.End.Sub(x.start).Seconds())),
		str("summary", fmt.Sprintf("Whorl %s at %s; %s", s.ending(), when, s.sentence(x.start)))}, exit...)...)
	x.m.empty("hosts", num("up", s.Up), num("down", s.Down), num("total", s.Total))
	x.m.close("runstats")
	x.m.close("nmaprun")
	return x.flush()
}

func (x *nmapXML) flush() error {
	defer x.m.Reset()
	return x.write(x.m.Bytes())
}

func (m *markup) scaninfo(kind, proto string, ports []uint16) {
	if len(ports) > 0 {
		m.empty("scaninfo", str("type", kind), str("protocol", proto), num("numservices", len(ports)),
			str("services", portRanges(ports)))
	}
}

func (m *markup) host(h *whorl.Host) {
	state := "down"
	if h.Status.Up {
		state = "up"
	}
	m.open("host", unixIfSet("starttime", h.Seen.First), unixIfSet("endtime", h.Seen.Last))
	m.empty("status", str("state", state), str("reason", orElse(h.Status.Reason, "unknown-response")), num("reason_ttl", 0))
	m.address(h)
	if h.Status.Up || len(h.Verdicts) > 0 {
		m.hostnames(h.Names)
		m.ports(h.Ports)
		m.os(h)
		m.measures(h)
		m.hostscript(h)
	}
	m.close("host")
}

func (m *markup) address(h *whorl.Host) {
	family := "ipv4"
	if h.Addr.Is6() && !h.Addr.Is4In6() {
		family = "ipv6"
	}
	m.empty("address", str("addr", h.Addr.Unmap().String()), str("addrtype", family))
	if h.MAC != "" {
		m.empty("address", str("addr", strings.ToUpper(h.MAC)), str("addrtype", "mac"))
	}
}

func (m *markup) hostnames(names []string) {
	m.open("hostnames")
	for _, n := range names {
		m.empty("hostname", str("name", n), str("type", "PTR"))
	}
	m.close("hostnames")
}

func (m *markup) ports(ports []whorl.Port) {
	if len(ports) == 0 {
		return
	}
	l := listPorts(ports)
	m.open("ports")
	m.extraports(l.folded)
	for _, p := range l.shown {
		m.open("port", str("protocol", p.Proto), num("portid", int(p.Number)))
		m.empty("state", str("state", string(p.State)), str("reason", orElse(p.Reason, "unknown-response")), num("reason_ttl", int(p.TTL)))
		if p.Name != "" {
			m.empty("service", str("name", p.Name), str("method", "table"), num("conf", 3))
		}
		if p.Forged {
			m.empty("script", str("id", "whorl-forged"), str("output", "the answer seems to come from something else in the path"))
		}
		m.close("port")
	}
	m.close("ports")
}

// extraports tells of the folded ports, grouped by state as the DTD wants it.
func (m *markup) extraports(folded []portGroup) {
	var states []whorl.PortState
	total := map[whorl.PortState]int{}
	for _, g := range folded {
		if total[g.state] == 0 {
			states = append(states, g.state)
		}
		total[g.state] += len(g.numbers)
	}
	for _, state := range states {
		m.open("extraports", str("state", string(state)), num("count", total[state]))
		for _, g := range folded {
			if g.state == state {
				m.empty("extrareasons", str("reason", orElse(g.reason, "unknown-response")), num("count", len(g.numbers)),
					str("proto", g.proto), str("ports", portRanges(g.numbers)))
			}
		}
		m.close("extraports")
	}
}

func (m *markup) os(h *whorl.Host) {
	v := viewAsNmap(h)
	if v.print == "" && len(v.matches) == 0 {
		return
	}
	m.open("os")
	for _, want := range [...]whorl.Port{{State: whorl.Open, Proto: "tcp"}, {State: whorl.Closed, Proto: "tcp"}, {State: whorl.Closed, Proto: "udp"}} {
		i := slices.IndexFunc(h.Ports, func(p whorl.Port) bool { return p.Used && p.State == want.State && p.Proto == want.Proto })
		if i >= 0 {
			m.empty("portused", str("state", string(want.State)), str("proto", want.Proto), num("portid", int(h.Ports[i].Number)))
		}
	}
	for _, match := range v.listed() {
		m.osmatch(match)
	}
	if v.print != "" {
		m.empty("osfingerprint", lines("fingerprint", v.fingerprint()))
	}
	m.close("os")
}

func (m *markup) osmatch(v *whorl.Verdict) {
	accuracy := num("accuracy", v.Accuracy.Percent())
	m.open("osmatch", str("name", v.Name), accuracy, num("line", v.Source.Line))
	for _, c := range classesOf(v) {
		m.open("osclass", optional("type", c.DeviceType), str("vendor", c.Vendor), str("osfamily", c.Family),
			optional("osgen", c.Generation), accuracy)
		for _, cpe := range c.CPE {
			m.leaf("cpe", cpe)
		}
		m.close("osclass")
	}
	m.close("osmatch")
}

// measures writes uptime, distance and the sequences.
func (m *markup) measures(h *whorl.Host) {
	if u := h.Uptime; u != nil {
		m.empty("uptime", str("seconds", fmt.Sprintf("%.0f", u.Seconds)), str("lastboot", ctime(u.LastBoot)))
	}
	if h.Distance != nil {
		m.empty("distance", num("value", h.Distance.Count))
	}
	s, q := seriesOf(h), h.Sequences
	if s.index != "" {
		m.empty("tcpsequence", str("index", s.index), str("difficulty", s.difficulty), str("values", joinInts(q.ISN, "%X")))
	}
	if s.ipid != "" {
		m.empty("ipidsequence", str("class", s.ipid), str("values", joinInts(q.IPID, "%X")))
	}
	if s.clock != "" {
		m.empty("tcptssequence", str("class", s.clock), optional("values", joinInts(q.Timestamps, "%X")))
	}
}

// hostscript tells what Nmap has no elements for, as text and as tables.
func (m *markup) hostscript(h *whorl.Host) {
	text := scriptText(h)
	if text == "" {
		return
	}
	m.open("hostscript")
	m.open("script", str("id", "whorl"), lines("output", text))
	m.list("verdicts", len(h.Verdicts), func(i int) { m.verdict(&h.Verdicts[i]) })
	m.list("boxes", len(h.Boxes), func(i int) { m.box(h.Boxes[i]) })
	m.list("warnings", len(h.Warnings), func(i int) { m.leaf("elem", h.Warnings[i]) })
	m.close("script")
	m.close("hostscript")
}

// scriptText is the answer in words. It has none of the figures that differ from
// scan to scan, because ndiff compares it; they stand in the tables.
func scriptText(h *whorl.Host) string {
	var p page
	switch {
	case len(h.Verdicts) > 0 && !isUnknown(&h.Verdicts[0]):
		p.line("OS: %s%s", h.Verdicts[0].Name, bracket(h.Verdicts[0].Source))
		if h.Verdicts[0].Heard != nil {
			p.line("heard before, as it answers too little")
		}
	case len(h.Verdicts)+len(h.Observations) > 0:
		p.line("OS: unknown, %s", whyUnknown(h))
	}
	for _, b := range h.Boxes {
		p.line("In the way: %s", boxTitle(b))
	}
	p.warnings("", h.Warnings)
	return strings.TrimSpace(p.String())
}

// list writes a table with a key unless it is empty.
func (m *markup) list(key string, n int, row func(i int)) {
	if n == 0 {
		return
	}
	m.open("table", str("key", key))
	for i := range n {
		row(i)
	}
	m.close("table")
}

func (m *markup) elem(key, value string) {
	if value != "" {
		m.leaf("elem", value, str("key", key))
	}
}

func (m *markup) verdict(v *whorl.Verdict) {
	m.open("table")
	m.elem("name", v.Name)
	m.elem("rule", string(v.Rule))
	if v.Confidence > 0 {
		m.elem("confidence", fraction(v.Confidence))
	}
	m.elem("accuracy", fraction(v.Accuracy))
	m.elem("database", v.Source.Database)
	m.elem("source", v.Source.String())
	if v.Heard != nil {
		m.elem("heard", v.Heard.At.UTC().Format(time.RFC3339))
		m.elem("where", v.Heard.Where)
	}
	m.close("table")
}

func (m *markup) box(b whorl.Box) {
	m.open("table")
	m.elem("kind", string(b.Kind))
	for _, k := range b.Or {
		m.elem("or", string(k))
	}
	m.elem("ports", portRanges(b.Ports))
	if b.Distance != nil {
		m.elem("hops", strconv.Itoa(b.Distance.Count))
	}
	m.list("behind", len(b.Behind), func(i int) { m.behind(b.Behind[i]) })
	m.list("evidence", len(b.Evidence), func(i int) { m.leaf("elem", b.Evidence[i]) })
	m.close("table")
}

func (m *markup) behind(b whorl.Behind) {
	m.open("table")
	m.elem("ports", portRanges(b.Ports))
	m.elem("name", b.Name)
	if b.Confidence > 0 {
		m.elem("confidence", fraction(b.Confidence))
	}
	m.close("table")
}

func fraction(f whorl.Fraction) string { return strconv.FormatFloat(float64(f), 'f', 4, 64) }

func unix(name string, t time.Time) attr { return str(name, strconv.FormatInt(t.Unix(), 10)) }

func unixIfSet(name string, t time.Time) attr {
	if t.IsZero() {
		return attr{}
	}
	return unix(name, t)
}
