package main

import (
	"fmt"
	"sync"

	"whorl"
	"whorl/listen"
	"whorl/report"
	"whorl/verdict"
)

// listenOutput judges hosts, writes them, and tells people what came of it.
type listenOutput struct {
	a *app

	mu sync.Mutex // of all below: hosts are forgotten by those who hear, and written by another
	sinks
	judge   *verdict.Handshakes
	writers []report.Writer
	log     *p0fLog // nil: none
	api     *api    // nil: none

	hosts, named, shared int
	skipped              skips
	dropped              uint64
}

// listenOutput opens what is written before the first packet is read.
func (a *app) listenOutput(o *listenOptions, judge *verdict.Handshakes) (*listenOutput, error) {
	out := &listenOutput{a: a, sinks: sinks{out: a.out, people: a.people}, judge: judge}
	if o.p0fLog != "" {
		w, err := out.open("--p0f-log", o.p0fLog)
		if err != nil {
			return nil, err
		}
		out.log = newP0fLog(w, judge)
	}
	if o.json != "" {
		w, err := out.open("--json", o.json)
		if err != nil {
			return nil, err
		}
		out.writers = append(out.writers, report.NewJSON(w))
	}
	if o.json != "-" && o.p0fLog != "-" {
		w, _ := out.open("", "-")
		out.writers = append(out.writers, report.NewLines(w, report.TextOptions{Verbose: a.verbose, Color: a.colour(a.out)}))
	}
	return out, nil
}

// listener makes what hears, and hands what the log wants to it.
func (o *listenOutput) listener(limits listen.Options) *listen.Listener {
	limits.Gone = o.host
	if o.log == nil {
		return listen.New(limits)
	}
	limits.Handshake = func(h *listen.Handshake) { o.write(func() error { return o.log.handshake(h) }) }
	limits.Talk = func(t *listen.Talk) { o.write(func() error { return o.log.talk(t) }) }
	limits.Ran = func(r *listen.Ran) { o.write(func() error { return o.log.ran(r) }) }
	o.log.heard = listen.New(limits)
	return o.log.heard
}

// write lets the log write.
func (o *listenOutput) write(log func() error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keep(log())
}

// host judges a host and writes it.
func (o *listenOutput) host(h *whorl.Host) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.judge.Judge(h)
	o.count(h)
	for _, w := range o.writers {
		o.keep(w.Host(h))
	}
}

// push brings all that was written to those who read it.
func (o *listenOutput) push() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flush()
}

// broken reports whether nothing can be written any more.
func (o *listenOutput) broken() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dead()
}

// recount counts the hosts that are remembered, each once however often it was written.
func (o *listenOutput) recount(l *listen.Listener) {
	o.hosts, o.named, o.shared = 0, 0, 0
	for h := range l.Hosts() {
		o.judge.Judge(h)
		o.count(h)
	}
}

// count notes what was said of a host.
func (o *listenOutput) count(h *whorl.Host) {
	o.hosts++
	switch {
	case len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown:
		o.named++
	case len(h.Boxes) > 0 && h.Boxes[len(h.Boxes)-1].Kind == whorl.BoxShared:
		o.shared++
	}
}

// end closes what is written and tells people what was heard and what was not. failed is
// why no more was; if it was nothing at all, there is nothing to sum up.
func (o *listenOutput) end(l *listen.Listener, failed error) error {
	o.close()
	if c := l.Counts(); failed == nil || c.Frames > 0 {
		o.sum(&c)
	}
	return o.incomplete()
}

// sum tells people what was heard.
func (o *listenOutput) sum(c *listen.Counts) {
	people := o.a.people
	fmt.Fprintf(people, "whorl: hosts: %d, named %d, shared by several systems %d, unknown %d\n",
		o.hosts, o.named, o.shared, o.hosts-o.named-o.shared)
	fmt.Fprintf(people, "whorl: frames: %d, SYNs %d, SYN-ACKs %d (without their SYN %d), repeated %d\n",
		c.Frames, c.SYNs, c.SYNACKs, c.Unpaired, c.Repetitions)
	addReasons[listen.Reason](&o.skipped, c.Skipped[:])
	o.skipped.tell(people)
	tellCounted(people,
		counted{int(o.dropped), "frames were lost before they could be read; listen on a less busy interface"},
		counted{c.Forgotten, "hosts were forgotten to make room, and may be listed twice; remember more with --hosts"},
		counted{c.Unkept, "handshakes had no room; remember more with --hosts"})
}
