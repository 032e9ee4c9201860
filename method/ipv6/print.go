package ipv6

import (
	"strconv"
	"strings"
	"time"

	"whorl/method"
	"whorl/method/gen2"
)

// Print is a result: our tests, and the answers as Nmap writes them.
type Print struct {
	Scan      method.Line  // how it was made; empty Test: not there
	Tests     method.Lines // at most one line of a test
	Responses []Response   // in the order of the probes; at most one of a probe
	FlowLabel string       // that of the probes, five digits; empty: not told
}

// Response is the answer to one probe.
type Response struct {
	Probe          Probe         // S1 to T7
	Packet         Dump          // the answer
	Sent, Received time.Duration // since the scan began
}

// Print is the result of the exchange, without a SCAN line. An answer of this machine may
// have been stamped before its probe was: both then have one time.
func (e *Exchange) Print() Print {
	p := Print{Tests: e.Measure(), Responses: make([]Response, 0, O1), FlowLabel: strconv.FormatUint(FlowLabel, 16)}
	for which := range O1 {
		if slot := e.first(which); slot.Reply != nil {
			sent, heard := slot.Sent.Sub(e.First), slot.Reply.At.Sub(e.First)
			p.Responses = append(p.Responses, Response{which, NewDump(slot.Reply.Packet), sent, max(sent, heard)})
		}
	}
	return p
}

// Scan is the SCAN line of a print over IPv6.
func Scan(i gen2.ScanInfo) method.Line {
	l := i.Line()
	for n, a := range l.Attrs {
		if a.Name == "E" {
			l.Attrs[n].Value = "6"
		}
	}
	return l
}

// appendTo writes the answer in Nmap's form.
func (r *Response) appendTo(b []byte, runs bool) []byte {
	b = append(append(b, Probes[r.Probe].Name...), "(P="...)
	if runs {
		b = r.Packet.appendRuns(b)
	} else {
		b = append(b, r.Packet...)
	}
	b = appendSeconds(append(b, "%ST="...), r.Sent)
	b = appendSeconds(append(b, "%RT="...), r.Received)
	return append(b, ')')
}

// appendSeconds writes a time with six significant digits, as C++ does by default.
func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, d.Seconds(), 'g', 6, 64)
}

// AppendTo writes the whole print, a line each: SCAN, our tests, the answers with runs of
// equal bytes written once.
func (p Print) AppendTo(b []byte) []byte {
	return p.appendNmap(b, p.Tests, true)
}

// String is the whole print.
func (p Print) String() string { return string(p.AppendTo(make([]byte, 0, usualLength))) }

// usualLength is what the whole print hardly ever exceeds, in bytes.
const usualLength = 4096

// Nmap is the print in Nmap's unwrapped form, without our tests.
func (p Print) Nmap() string { return string(p.appendNmap(nil, nil, false)) }

func (p *Print) appendNmap(b []byte, tests method.Lines, runs bool) []byte {
	if p.Scan.Test != "" {
		b = append(p.Scan.AppendTo(b), '\n')
	}
	b = tests.AppendTo(b)
	for i := range p.Responses {
		b = append(p.Responses[i].appendTo(b, runs), '\n')
	}
	if p.FlowLabel != "" {
		b = append(method.Line{Test: extra, Attrs: []method.Attr{{Name: "FL", Value: p.FlowLabel}}}.AppendTo(b), '\n')
	}
	return b
}

// Nmap's form for mails and web forms.
const (
	wrapAt     = 71
	wrapPrefix = "OS:"
)

// Wrapped is Nmap's form for mails and web forms: all in one, runs of equal bytes written
// once, cut into lines of 71 characters with OS: in front.
func (p Print) Wrapped() string {
	flat := strings.ReplaceAll(string(p.appendNmap(nil, nil, true)), "\n", "")
	var b strings.Builder
	for len(flat) > 0 {
		n := min(wrapAt, len(flat))
		b.WriteString(wrapPrefix + flat[:n] + "\n")
		flat = flat[n:]
	}
	return b.String()
}
