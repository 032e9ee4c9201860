package backoff

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CronOS is a result in the form of Cron-OS (Veysset, Courtay, Heen, 2003):
//
//	CronOS_Syn(nbPkt=2%Time=30%p=2806316%p=6010910)
//	CronOS_LastAck(nbPkt=3%Time=30%Connect=134571%p=2918695%p=5909092%p=12014080)
//
// Time is in seconds, Connect and p are in microseconds, and p stands once for each
// copy.
type CronOS struct {
	State   State
	Time    time.Duration   // listened for
	Connect time.Duration   // duration of the handshake; not of SynRcvd
	Copies  []time.Duration // each since the segment before
}

// cronNames are the lines, in the order of State.
var cronNames = [...]string{"CronOS_Syn", "CronOS_LastAck", "CronOS_FinWait"}

// CronOS gives the exchange as Cron-OS would, for each state that it knows and that was
// reached. timeout is what was listened for at most.
func (e *Exchange) CronOS(timeout time.Duration) []CronOS {
	return cronOS(e.Runs(e.Last), func(*Run) time.Duration { return timeout })
}

// CronOSOf gives the print as Cron-OS would. Time is what was listened for, which is less
// than was asked for where the exchange was decided sooner; parts of a second are cut
// off.
func CronOSOf(p Print) []CronOS {
	return cronOS(Runs(p), func(r *Run) time.Duration { return r.Heard.Truncate(time.Second) })
}

func cronOS(runs []Run, heard func(*Run) time.Duration) (out []CronOS) {
	for i := range runs {
		r := &runs[i]
		if int(r.State) >= len(cronNames) {
			continue
		}
		c := CronOS{State: r.State, Time: heard(r), Connect: r.RTT, Copies: r.Gaps}
		if r.End != Silence && len(r.Gaps) > 0 {
			c.Copies = r.Gaps[:len(r.Gaps)-1]
		}
		out = append(out, c)
	}
	return out
}

// Run is what the result says of a state. Without a copy it does not tell whether the
// host answered at all, so that it counts as not seen.
func (c CronOS) Run() Run {
	r := Run{State: c.State, Seen: len(c.Copies) > 0, Gaps: c.Copies, Heard: c.Time, RTT: c.Connect}
	total := time.Duration(0)
	for _, p := range c.Copies {
		total += p
	}
	r.Heard = max(r.Heard, total)
	return r
}

// AppendTo writes the line to the end of b.
func (c CronOS) AppendTo(b []byte) []byte {
	b = fmt.Appendf(b, "%s(nbPkt=%d%%Time=%.0f", cronNames[c.State], len(c.Copies), c.Time.Seconds())
	if c.State.fin() {
		b = fmt.Appendf(b, "%%Connect=%d", c.Connect.Microseconds())
	}
	for _, p := range c.Copies {
		b = fmt.Appendf(b, "%%p=%d", p.Microseconds())
	}
	return append(b, ')')
}

// String is the text form.
func (c CronOS) String() string { return string(c.AppendTo(nil)) }

// ParseCronOS reads one line. Its attributes repeat, which those of other methods do
// not.
func ParseCronOS(s string) (c CronOS, err error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(s), "(")
	body, closed := strings.CutSuffix(rest, ")")
	found := false
	for i, n := range cronNames {
		if n == name {
			c.State, found = State(i), true
		}
	}
	if !found || !closed {
		return c, fmt.Errorf("backoff: %.40q is no line like CronOS_Syn(nbPkt=...)", s)
	}
	count, ok := int64(0), map[string]bool{}
	for part := range strings.SplitSeq(body, "%") {
		attr, value, _ := strings.Cut(part, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || n > maxSeconds.Microseconds() || ok[attr] {
			return c, fmt.Errorf("backoff: %s: bad attribute %.40q, want NAME=number, each but p once", name, part)
		}
		micro := time.Duration(n) * time.Microsecond
		ok[attr] = attr != "p"
		switch {
		case attr == "nbPkt":
			count = n
		case attr == "Time" && n <= int64(maxSeconds.Seconds()):
			c.Time = time.Duration(n) * time.Second
		case attr == "Connect" && c.State.fin():
			c.Connect = micro
		case attr == "p" && len(c.Copies) < MaxCopies:
			c.Copies = append(c.Copies, micro)
		default:
			return c, fmt.Errorf("backoff: %s: unexpected attribute %.40q", name, part)
		}
	}
	if count != int64(len(c.Copies)) {
		return c, fmt.Errorf("backoff: %s: nbPkt=%d, and p stands %d times", name, count, len(c.Copies))
	}
	return c, nil
}
