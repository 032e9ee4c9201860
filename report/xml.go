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

func unix(name string, t time.Time) attr { return str(name, strconv.FormatInt(t.Unix(), 10)) }

func unixIfSet(name string, t time.Time) attr {
	if t.IsZero() {
		return attr{}
	}
	return unix(name, t)
}
