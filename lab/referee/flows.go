package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"time"

	"whorl"
	"whorl/link/pcapfile"
	"whorl/method/backoff"
	"whorl/packet"
)

// flowKey is a timed connection: the host and our port.
type flowKey struct {
	host netip.Addr
	port uint16
}

// flow is what a capture at the hosts has of a timed connection.
type flow struct {
	state  backoff.State
	sent   int             // packets that we sent
	asked  time.Time       // our first
	resets []time.Time     // our RSTs
	last   time.Time       // our last packet
	synAck []time.Time     // of the host
	fins   []time.Time     // of the host
	errors []time.Duration // of the gaps that whorl saw
	lost   int             // segments that it did not see
}

// Ports that timed connections come from: those of package backoff.
const (
	lowestTimed = 10000
	pastTimed   = 20000
)

// readFlows reads the timed connections of a capture.
func readFlows(file string) (map[flowKey]*flow, error) {
	flows := map[flowKey]*flow{}
	return flows, eachSegment(file, func(p *packet.Packet, at time.Time) {
		if timed(p.TCP.SrcPort) {
			key := flowKey{p.Dst, p.TCP.SrcPort}
			if flows[key] == nil {
				flows[key] = &flow{asked: at}
			}
			flows[key].ours(p, at)
		} else if c := flows[flowKey{p.Src, p.TCP.DstPort}]; c != nil {
			c.theirs(p, at)
		}
	})
}

// retime gives what the hosts sent the times of another capture: of our own interface, where
// what we send is not seen.
func retime(flows map[flowKey]*flow, file string) error {
	for _, f := range flows {
		f.synAck, f.fins = nil, nil
	}
	return eachSegment(file, func(p *packet.Packet, at time.Time) {
		if c := flows[flowKey{p.Src, p.TCP.DstPort}]; c != nil {
			c.theirs(p, at)
		}
	})
}

// eachSegment calls f with each TCP segment of a capture.
func eachSegment(file string, f func(*packet.Packet, time.Time)) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	r, err := pcapfile.Open(from)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	var p packet.Packet
	for {
		frame, kind, at, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
		if p.Decode(kind, frame); p.Transport == packet.TCP {
			f(&p, at)
		}
	}
}

func timed(port uint16) bool { return port >= lowestTimed && port < pastTimed }

// ours notes a packet to the host. What it says after the handshake tells the state.
func (f *flow) ours(p *packet.Packet, at time.Time) {
	f.sent++
	f.last = at
	switch {
	case p.TCP.Flags.Has(packet.RST):
		f.resets = append(f.resets, at)
	case p.TCP.Flags.Has(packet.FIN):
		f.state = backoff.LastAck
	case len(p.Payload) > 0:
		f.state = backoff.FinWait1
	}
}

func (f *flow) theirs(p *packet.Packet, at time.Time) {
	switch {
	case p.TCP.Flags.Has(packet.SYN):
		f.synAck = append(f.synAck, at)
	case p.TCP.Flags.Has(packet.FIN):
		f.fins = append(f.fins, at)
	}
}

// compare holds the gaps that whorl saw beside those of the capture. A segment that was lost
// on the way from there to whorl is passed over: each gap ends where it fits best.
func (f *flow) compare(seen backoff.Run) {
	at := f.synAck
	if f.state != backoff.SynRcvd {
		at = f.fins
	}
	from := 0
	for _, g := range seen.Gaps {
		best := from + 1
		for to := best; to < len(at); to++ {
			if off(g, at, from, to) < off(g, at, from, best) {
				best = to
			}
		}
		if best >= len(at) {
			return
		}
		f.errors = append(f.errors, off(g, at, from, best))
		f.lost += best - from - 1
		from = best
	}
	f.lost += len(at) - 1 - from
}

// off is how far a gap is from that between two segments.
func off(gap time.Duration, at []time.Time, from, to int) time.Duration {
	return (gap - at[to].Sub(at[from])).Abs()
}

// flowsRun prints what a capture at the hosts tells of a scan with --temporal; near is one of
// our own interface at the same time, which then has the times; empty: none.
func flowsRun(capture, result, near string, w io.Writer) error {
	flows, err := readFlows(capture)
	if err == nil && near != "" {
		err = retime(flows, near)
	}
	if err != nil {
		return err
	}
	of := map[netip.Addr][]*flow{}
	for k, f := range flows {
		of[k.host] = append(of[k.host], f)
	}
	hosts, all, took := 0, 0, []time.Duration(nil)
	var whole, begun whorl.Span // of all hosts, and of their beginnings
	err = eachHost(result, func(h *whorl.Host) error {
		all++
		for _, o := range h.Observations {
			if o.Method != "backoff" {
				continue
			}
			hosts++
			took = append(took, h.Seen.Last.Sub(h.Seen.First))
			whole = join(whole, h.Seen)
			begun = join(begun, whorl.Span{First: h.Seen.First, Last: h.Seen.First})
			p, err := backoff.Parse(o.Print)
			if err != nil {
				return err
			}
			for _, r := range backoff.Runs(p) {
				for _, f := range of[h.Addr] {
					if f.state == r.State {
						f.compare(r)
					}
				}
			}
		}
		return nil
	})
	if err != nil || len(flows) == 0 || hosts == 0 {
		return errors.Join(err, fmt.Errorf("%d hosts of %d were timed, %d flows are in the capture", hosts, all, len(flows)))
	}
	printFlows(w, flows, hosts, all, took)
	fmt.Fprintf(w, "span\t%.1f\ts from the first packet to the last; the last host was begun after %.1f\n",
		whole.Last.Sub(whole.First).Seconds(), begun.Last.Sub(begun.First).Seconds())
	return nil
}

// join is the span of two; the zero value is none.
func join(a, b whorl.Span) whorl.Span {
	if a.First.IsZero() {
		return b
	}
	if b.First.Before(a.First) {
		a.First = b.First
	}
	if b.Last.After(a.Last) {
		a.Last = b.Last
	}
	return a
}

// printFlows writes the figures, a line each: what, a number, and its words.
func printFlows(w io.Writer, flows map[flowKey]*flow, hosts, all int, took []time.Duration) {
	var sent []int
	var errs, lives []time.Duration
	once, more, never, early, lost := 0, 0, 0, 0, 0
	for _, f := range flows {
		lost += f.lost
		sent = append(sent, f.sent)
		errs = append(errs, f.errors...)
		switch len(f.resets) {
		case 0:
			never++
			continue
		case 1:
			once++
		default:
			more++
		}
		if f.resets[0].Before(f.last) {
			early++
		}
		lives = append(lives, f.resets[0].Sub(f.asked))
	}
	line := func(what string, number any, words string) { fmt.Fprintf(w, "%s\t%v\t%s\n", what, number, words) }
	ms := func(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()*1000) }
	line("timed", hosts, fmt.Sprintf("of %d hosts", all))
	line("flows", len(flows), "connections from timed ports")
	line("packets", fmt.Sprintf("%.2f", mean(sent)), fmt.Sprintf("sent in a flow, %d at most", slices.Max(sent)))
	line("resets", once, fmt.Sprintf("flows with one RST from us; %d with more, %d with none", more, never))
	line("early", early, "flows in which we said more after a RST")
	if len(lives) > 0 {
		line("shortest", fmt.Sprintf("%.3f", slices.Min(lives).Seconds()), fmt.Sprintf("s from a SYN to the RST of its flow, %.3f the longest", slices.Max(lives).Seconds()))
	}
	line("lost", lost, "segments that the capture has and whorl has not: lost between, or crossing its RST")
	line("longest", fmt.Sprintf("%.3f", slices.Max(took).Seconds()), "s for a host, from its first packet to its last")
	if len(errs) > 0 {
		slices.Sort(errs)
		at := func(p float64) string { return ms(errs[int(p*float64(len(errs)-1))]) }
		line("error", at(0.5), fmt.Sprintf("ms that a gap is off, median of %d", len(errs)))
		line("error99", at(0.99), "ms, the same of the 99th in a hundred")
		line("error100", at(1), "ms, the same of the worst")
	}
}

func mean(of []int) float64 {
	sum := 0
	for _, n := range of {
		sum += n
	}
	return float64(sum) / float64(len(of))
}
