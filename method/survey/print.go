package survey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"whorl/method"
	"whorl/packet"
)

// Print is a result: a port a line.
type Print []Port

// Port is what came back from one port.
type Port struct {
	Number  uint16   // 0: pings
	Sent    int      // packets
	Answers []Answer // in the order of the packets
}

// Answer is a SYN-ACK, a reset or an echo reply.
type Answer struct {
	At       time.Duration // after the first packet, in whole milliseconds
	TTL, TOS uint8         // as received
	IPv6     bool          // it came over IPv6, and has neither DF nor an IP ID
	DF       bool
	IPID     uint16

	// TCP.
	Flags   packet.Flags // without CWR
	Window  uint16
	Options string // as in package gen2
	Seq     uint32
	Ack     string // S+, S, Z or O
	Stamp   uint32 // of the timestamps option
	Stamped bool   // it has one
}

// Accepts reports whether the answer is a SYN-ACK.
func (a *Answer) Accepts() bool { return a.Flags.Has(packet.SYN|packet.ACK) && !a.Refuses() }

// Refuses reports whether the answer is a reset.
func (a *Answer) Refuses() bool { return a.Flags.Has(packet.RST) }

// Bounds of what is read.
const (
	maxPorts   = 64 // lines
	maxAnswers = 64 // of a line
)

// maxAt bounds the time of an answer that is read.
const maxAt = time.Hour

// AppendTo writes the print, a port a line with a newline after each.
func (p Print) AppendTo(b []byte) []byte {
	for i := range p {
		b = append(p[i].line().AppendTo(b), '\n')
	}
	return b
}

// String is the text form.
func (p Print) String() string { return string(p.AppendTo(nil)) }

const tcp, ping = "TCP", "ECHO"

func (p *Port) line() method.Line {
	l := method.Line{Test: ping}
	if p.Number != echo {
		l.Test = tcp + strconv.Itoa(int(p.Number))
	}
	l.Set("N", hex(p.Sent))
	if len(p.Answers) == 0 {
		return l
	}
	for _, at := range attrs {
		if !p.has(at.of) {
			continue
		}
		values := make([]string, len(p.Answers))
		for i := range p.Answers {
			values[i] = at.write(&p.Answers[i])
		}
		if at.name != "AT" && len(slices.Compact(slices.Clone(values))) == 1 {
			values = values[:1]
		}
		l.Set(at.name, strings.Join(values, ","))
	}
	return l
}

// Parse reads a print; empty lines are passed over. It returns what could be read and
// the first error, which names the line.
func Parse(text string) (p Print, err error) {
	_, err = method.ParseLines(text, "survey", func(l method.Line) error {
		port, err := parsePort(l)
		switch {
		case err != nil:
			return err
		case len(p) == maxPorts:
			return fmt.Errorf("more than %d ports", maxPorts)
		case slices.ContainsFunc(p, func(q Port) bool { return q.Number == port.Number }):
			return fmt.Errorf("%s stands twice", l.Test)
		}
		p = append(p, port)
		return nil
	})
	return p, err
}

func parsePort(l method.Line) (p Port, err error) {
	digits, isTCP := strings.CutPrefix(l.Test, tcp)
	n, bad := strconv.ParseUint(digits, 10, 16)
	switch {
	case l.Test == ping:
	case !isTCP || bad != nil || n == 0 || digits[0] == '0':
		return p, fmt.Errorf("there is no test %s; want %s80 or %s", l.Test, tcp, ping)
	default:
		p.Number = uint16(n)
	}
	value, _ := l.Value("N")
	sent, ok := number[uint16](value, 16)
	if !ok {
		return p, fmt.Errorf("%s: N: %.40q is no number of packets", l.Test, value)
	}
	p.Sent = int(sent)
	if value, ok = l.Value("AT"); !ok {
		return p, nil
	}
	count := strings.Count(value, ",") + 1
	if count > min(maxAnswers, p.Sent) {
		return p, fmt.Errorf("%s: AT: %d answers, and %d packets were sent", l.Test, count, p.Sent)
	}
	p.Answers = make([]Answer, count)
	_, df := l.Value("DF")
	_, id := l.Value("ID")
	for i := range p.Answers {
		p.Answers[i].IPv6 = !df && !id
	}
	for _, at := range attrs {
		if !p.has(at.of) {
			continue
		}
		if err = p.read(l, at); err != nil {
			return p, fmt.Errorf("%s: %s: %w", l.Test, at.name, err)
		}
	}
	return p, nil
}

// read takes one attribute of all answers.
func (p *Port) read(l method.Line, at attr) error {
	text, ok := l.Value(at.name)
	if !ok {
		return fmt.Errorf("is missing")
	}
	values := strings.Split(text, ",")
	if len(values) != 1 && len(values) != len(p.Answers) {
		return fmt.Errorf("%d values for %d answers", len(values), len(p.Answers))
	}
	for i := range p.Answers {
		v := values[min(i, len(values)-1)]
		if !at.read(&p.Answers[i], v) {
			return fmt.Errorf("bad value %.40q", v)
		}
	}
	return nil
}
