package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"whorl"
	"whorl/link/pcapfile"
	"whorl/listen"
	"whorl/report"
	"whorl/verdict"
)

// listenOutput judges hosts, writes them, and tells people what came of it.
type listenOutput struct {
	a       *app
	judge   *verdict.Handshakes
	writers []report.Writer
	buffers []*bufio.Writer
	files   []io.Closer
	log     *p0fLog // nil: none
	err     error

	hosts, named, shared int
	skipped              []pcapfile.Skip
	dropped              uint64
}

// listenOutput opens what is written before the first packet is read.
func (a *app) listenOutput(o *listenOptions, judge *verdict.Handshakes) (*listenOutput, error) {
	out := &listenOutput{a: a, judge: judge}
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

// open opens a file, or standard output.
func (o *listenOutput) open(flag, name string) (io.Writer, error) {
	w := o.a.out
	if name != "-" {
		f, err := os.Create(name)
		if err != nil {
			return nil, usage(fmt.Errorf("%s: %w", flag, err), "a file in a folder that exists and can be written")
		}
		o.files = append(o.files, f)
		w = f
	}
	b := bufio.NewWriterSize(w, 64<<10)
	o.buffers = append(o.buffers, b)
	return b, nil
}

// handshake is what is called for each handshake; nil if nobody wants them.
func (o *listenOutput) handshake() func(*listen.Handshake) {
	if o.log == nil {
		return nil
	}
	return func(h *listen.Handshake) { o.keep(o.log.handshake(h)) }
}

// host judges a host and writes it.
func (o *listenOutput) host(h *whorl.Host) {
	o.judge.Judge(h)
	o.count(h)
	for _, w := range o.writers {
		o.keep(w.Host(h))
	}
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
	case len(h.Boxes) > 0 && h.Boxes[len(h.Boxes)-1].Kind == whorl.BoxShared:
		o.shared++
	case len(h.Verdicts) > 0 && h.Verdicts[0].Name != whorl.Unknown:
		o.named++
	}
}

// skip adds what a file had that was passed over.
func (o *listenOutput) skip(more []pcapfile.Skip) {
	for _, s := range more {
		known := false
		for i := range o.skipped {
			if o.skipped[i].Reason == s.Reason {
				o.skipped[i].Count += s.Count
				known = true
			}
		}
		if !known {
			o.skipped = append(o.skipped, s)
		}
	}
}

// keep notes the first error of writing.
func (o *listenOutput) keep(err error) {
	if o.err == nil {
		o.err = err
	}
}

// dead reports whether nothing can be written any more.
func (o *listenOutput) dead() bool { return o.err != nil }

func (o *listenOutput) flush() {
	for _, b := range o.buffers {
		o.keep(b.Flush())
	}
}

// end closes what is written and tells people what was heard and what was not. failed is
// why no more was; if it was nothing at all, there is nothing to sum up.
func (o *listenOutput) end(l *listen.Listener, failed error) error {
	o.flush()
	for _, f := range o.files {
		o.keep(f.Close())
	}
	if c := l.Counts(); failed == nil || c.Frames > 0 {
		o.sum(&c)
	}
	if o.err != nil {
		return partial(fmt.Errorf("an output is incomplete: %w", o.err), "free the disk, or write elsewhere")
	}
	return nil
}

// sum tells people what was heard.
func (o *listenOutput) sum(c *listen.Counts) {
	people := o.a.people
	fmt.Fprintf(people, "whorl: hosts: %d, named %d, shared by several systems %d, unknown %d\n",
		o.hosts, o.named, o.shared, o.hosts-o.named-o.shared)
	fmt.Fprintf(people, "whorl: frames: %d, SYNs %d, SYN-ACKs %d (without their SYN %d), repeated %d\n",
		c.Frames, c.SYNs, c.SYNACKs, c.Unpaired, c.Repetitions)
	for why, n := range c.Skipped {
		if n > 0 {
			o.skip([]pcapfile.Skip{{Reason: listen.Reason(why).String(), Count: n}})
		}
	}
	if len(o.skipped) > 0 {
		var words []string
		for _, s := range o.skipped {
			words = append(words, fmt.Sprintf("%d %s", s.Count, s.Reason))
		}
		fmt.Fprintf(people, "whorl: skipped: %s\n", strings.Join(words, "; "))
	}
	if o.dropped > 0 {
		fmt.Fprintf(people, "whorl: %d frames were lost before they could be read; listen on a less busy interface\n", o.dropped)
	}
	if c.Forgotten > 0 {
		fmt.Fprintf(people, "whorl: %d hosts were forgotten to make room, and may be listed twice; remember more with --hosts\n", c.Forgotten)
	}
	if c.Unkept > 0 {
		fmt.Fprintf(people, "whorl: %d handshakes had no room; remember more with --hosts\n", c.Unkept)
	}
}
