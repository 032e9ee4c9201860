package main

import (
	"fmt"
	"net/netip"
	"strings"

	"whorl"
	"whorl/listen"
	"whorl/method/syn"
	"whorl/verdict"
)

// p0fHost is what the log knows of an address.
type p0fHost struct {
	name  string // of its first handshake that tells one
	mixed bool   // others told another, or its clocks are several
	told  string // the last line about it
}

// maxP0fHosts bounds the addresses that are remembered. When all are forgotten, a change may be
// told late.
const maxP0fHosts = 1 << 16

// watch writes a line when the system behind an address is another one than before, or
// when several share it.
func (l *p0fLog) watch(h *listen.Handshake, of p0fEnds, name string) {
	addr := of.subject()
	k, known := l.hosts[addr]
	if name == "" && !h.Several && !k.mixed {
		return
	}
	was := k
	if k.name == "" {
		k.name = name
	}
	k.mixed = k.mixed || h.Several || name != "" && name != k.name
	if k.mixed {
		k.told = l.tell(of, k.told)
	}
	if known && k == was {
		return
	}
	if !known && len(l.hosts) >= maxP0fHosts {
		clear(l.hosts)
	}
	l.hosts[addr] = k
}

// tell judges the subject by all that it has shown, and writes a line unless that is what was
// told last. It gives what is told now.
func (l *p0fLog) tell(of p0fEnds, told string) string {
	h, ok := l.heard.Host(of.subject())
	if !ok {
		return told
	}
	l.judge.Judge(h)
	kind, reason := p0fChange(h)
	if line := kind + reason; line == told || kind == "" {
		return line
	}
	n := connectionsOf(h)
	l.begin(kind, of)
	l.buf = fmt.Appendf(l.buf, "|reason=%s|raw_hits=%d,%d,%d,%d\n", reason, n, n, n, n)
	return kind + reason
}

// p0fChange is what p0f calls what has become of a host, and why; empty if nothing has.
func p0fChange(h *whorl.Host) (kind, reason string) {
	if verdict.Changed(h) {
		return "host change", "os_diff"
	}
	if len(h.Boxes) == 0 || h.Boxes[len(h.Boxes)-1].Kind != whorl.BoxShared {
		return "", ""
	}
	if h.Verdicts[0].Name == whorl.Unknown {
		return "ip sharing", "os_diff"
	}
	var reasons []string
	for _, o := range h.Observations {
		switch {
		case strings.HasPrefix(o.Print, syn.TestClocks+"("):
			reasons = append(reasons, "tstamp")
		case strings.HasPrefix(o.Print, syn.TestCounters+"("):
			reasons = append(reasons, "ip_id")
		}
	}
	return "ip sharing", strings.Join(reasons, " ")
}

// subject is the address that a line tells of.
func (e *p0fEnds) subject() netip.Addr {
	if e.answer {
		return e.server.Addr()
	}
	return e.client.Addr()
}

// ran writes how long a host has run.
func (l *p0fLog) ran(r *listen.Ran) error {
	l.buf = l.buf[:0]
	l.begin("uptime", p0fEnds{r.At, r.Client, r.Server, r.Answer})
	minutes := int(r.Up.Minutes())
	l.buf = fmt.Appendf(l.buf, "|uptime=%d days %d hrs %d min (modulo %d days)|raw_freq=%.2f Hz\n",
		minutes/60/24, minutes/60%24, minutes%60, int(r.Modulo.Hours()/24), r.Hz)
	_, err := l.w.Write(l.buf)
	return err
}

// talk writes the head of a HTTP request or response.
func (l *p0fLog) talk(t *listen.Talk) error {
	h, ok := readHTTP(t.Payload, t.Answer)
	if !ok {
		return nil
	}
	kind := "http request"
	if t.Answer {
		kind = "http response"
	}
	of := p0fEnds{t.At, t.Client, t.Server, t.Answer}
	app := "???"
	if name, version := httpProgram(h.software); name != "" {
		app = strings.TrimSpace(name + " " + version)
	}
	l.buf = l.buf[:0]
	l.begin(kind, of)
	l.add("|app=", app, "|lang=", httpLanguage(h.language), "|params=", l.honest(&h, of), "|raw_sig=")
	l.buf = append(h.appendSig(l.buf), '\n')
	_, err := l.w.Write(l.buf)
	return err
}

// honest says whether a program calls itself anything, and whether what it says of its system
// is another one than its stack shows.
func (l *p0fLog) honest(h *httpHead, of p0fEnds) string {
	if h.software == "" {
		return "anonymous"
	}
	host, ok := l.heard.Host(of.subject())
	if !ok {
		return "none"
	}
	l.judge.Judge(host)
	if contradicted(host) != 0 {
		return "dishonest"
	}
	return "none"
}
