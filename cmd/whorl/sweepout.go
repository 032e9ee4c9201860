package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"whorl/scan/sweep"
)

// foundSchema names the JSON form of an answer. New fields do not change it.
const foundSchema = "whorl.found/1"

// foundRecord is one answer as JSON.
type foundRecord struct {
	Schema string        `json:"schema"`
	Addr   netip.Addr    `json:"addr"`
	Port   uint16        `json:"port,omitempty"` // TCP; none for an echo request
	State  string        `json:"state"`          // open, closed, alive, unreachable, expired
	Up     bool          `json:"up"`
	From   netip.Addr    `json:"from"` // who answered: the address itself or a router
	TTL    uint8         `json:"ttl"`  // of the answer, as received
	At     time.Time     `json:"at"`
	RTT    time.Duration `json:"rtt_ns"` // to the millisecond
}

// sweepOutput writes what a sweep finds, and tells people how it goes.
type sweepOutput struct {
	a       *app
	text    *bufio.Writer // nil: JSON goes to standard output
	json    *bufio.Writer // nil: none
	file    io.Closer     // of the JSON; nil: standard output
	err     error
	shown   bool // there is a terminal for the status
	drawn   bool
	states  map[sweep.State]int
	counts  sweep.Counts // of the ways that are done
	up      int
	refusal error
}

// sweepOutput opens what is written before the first packet leaves.
func (a *app) sweepOutput(o *sweepOptions) (*sweepOutput, error) {
	out := &sweepOutput{a: a, shown: !a.plain && terminal(a.people), states: map[sweep.State]int{}}
	switch o.json {
	case "":
	case "-":
		out.json = bufio.NewWriter(a.out)
		return out, nil
	default:
		f, err := os.Create(o.json)
		if err != nil {
			return nil, usage(fmt.Errorf("--json: %w", err), "a file in a folder that exists and can be written")
		}
		out.json, out.file = bufio.NewWriter(f), f
	}
	out.text = bufio.NewWriter(a.out)
	return out, nil
}

// take writes the answers of a sweep until it has ended. If they cannot be written it
// stops the sweep.
func (o *sweepOutput) take(ctx context.Context, stop func(), s *sweep.Sweep) {
	draw := time.NewTicker(drawEvery)
	defer draw.Stop()
	interrupted := ctx.Done()
	for more := true; more; {
		var f sweep.Found
		select {
		case f, more = <-s.Found():
			if more && o.err == nil {
				o.answer(&f)
			}
			if len(s.Found()) > 0 {
				continue // written with the next
			}
			o.flush()
		case <-draw.C:
			o.draw(s.Counts())
		case <-interrupted:
			interrupted = nil
			o.clear()
			fmt.Fprintln(o.a.people, "whorl: "+stopping)
		}
		if o.err != nil {
			interrupted = nil
			stop()
		}
	}
	o.clear()
	o.add(s.Counts())
	if o.refusal == nil {
		o.refusal = s.Refusal()
	}
}

// answer writes one answer. In text, what is not of the address itself is a comment.
func (o *sweepOutput) answer(f *sweep.Found) {
	o.states[f.State]++
	if f.Up() {
		o.up++
	}
	what := "echo"
	if f.Port != 0 {
		what = fmt.Sprintf("%d/tcp", f.Port)
	}
	if o.text != nil && f.Up() {
		o.clear()
		_, err := fmt.Fprintf(o.text, "%-15v  # %s %v, %.1f ms, TTL %d\n", f.Addr, what, f.State, float64(f.RTT)/1e6, f.TTL)
		o.keep(err)
	} else if o.text != nil && o.a.verbose > 0 {
		o.clear()
		_, err := fmt.Fprintf(o.text, "# %v %s %v, says %v\n", f.Addr, what, f.State, f.From)
		o.keep(err)
	}
	if o.json != nil {
		line, err := json.Marshal(foundRecord{foundSchema, f.Addr, f.Port, f.State.String(), f.Up(), f.From, f.TTL, f.At, f.RTT})
		o.keep(err)
		_, err = o.json.Write(append(line, '\n'))
		o.keep(err)
	}
}

// keep notes the first error of writing.
func (o *sweepOutput) keep(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *sweepOutput) flush() {
	for _, w := range []*bufio.Writer{o.text, o.json} {
		if w != nil {
			o.keep(w.Flush())
		}
	}
}

// add adds the counts of a way that is done.
func (o *sweepOutput) add(c sweep.Counts) {
	o.counts.Sent += c.Sent
	o.counts.Refused += c.Refused
	o.counts.Lost += c.Lost
	o.counts.Forgotten += c.Forgotten
}

// draw shows people how far the sweep has come.
func (o *sweepOutput) draw(c sweep.Counts) {
	if !o.shown {
		return
	}
	line := fmt.Sprintf("walk %d of %d, %s probes, %s up", c.Pass, c.Passes, short(c.Sent), short(o.up))
	if c.Lost > 0 {
		line += fmt.Sprintf(", %s frames lost", short(c.Lost))
	}
	fmt.Fprintf(o.a.people, "\r%s\x1b[K", line)
	o.drawn = true
}

// clear takes that line away.
func (o *sweepOutput) clear() {
	if o.drawn {
		fmt.Fprint(o.a.people, "\r\x1b[K")
		o.drawn = false
	}
}

// end closes what is written and tells people what came of it.
func (o *sweepOutput) end(took time.Duration) error {
	o.flush()
	if o.file != nil {
		o.keep(o.file.Close())
	}
	people, c := o.a.people, &o.counts
	fmt.Fprintf(people, "whorl: %d answers in %v to %d probes: %d open, %d closed, %d alive; of others, %d unreachable, %d expired\n",
		o.states[sweep.Open]+o.states[sweep.Closed]+o.states[sweep.Alive], took.Round(time.Millisecond), c.Sent,
		o.states[sweep.Open], o.states[sweep.Closed], o.states[sweep.Alive], o.states[sweep.Unreachable], o.states[sweep.Expired])
	if c.Lost > 0 {
		fmt.Fprintf(people, "whorl: %d frames were lost on their way in; sweep again at a lower --rate\n", c.Lost)
	}
	if c.Forgotten > 0 {
		fmt.Fprintf(people, "whorl: %d answers may be doubles; sweep fewer ports at once, or without --every\n", c.Forgotten)
	}
	switch {
	case o.err != nil:
		return partial(fmt.Errorf("an output is incomplete: %w", o.err), "free the disk, or write elsewhere")
	case c.Refused > 0:
		return partial(fmt.Errorf("%d probes were not sent: %w", c.Refused, o.refusal), "check the route and the firewall of this machine")
	}
	return nil
}
