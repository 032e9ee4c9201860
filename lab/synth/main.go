// Command synth makes the traffic of many hosts: each opens connections with SYNs that a
// record of the embedded database describes, from a distance of its own. It goes to standard
// output as a capture, or to an interface.
//
//	go run ./lab/synth -hosts 300000 >syns.pcap
//	go run ./lab/synth -hosts 2000 -data 8 >mixed.pcap
//	go run ./lab/synth -hosts 2000 -data 8 -to va -rate 100000 -for 3s
//
// Frames are sent again and again until the time is over, from the next port in each round.
// What went is printed: frames, SYNs, SYN-ACKs, and frames a second.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"time"
)

type options struct {
	hosts, each, data int
	to                string
	rate              int
	last              time.Duration
}

func main() {
	var o options
	flag.IntVar(&o.hosts, "hosts", 300_000, "clients")
	flag.IntVar(&o.each, "each", 4, "connections of each")
	flag.IntVar(&o.data, "data", 0, "segments of data in each; 0: SYNs alone")
	flag.StringVar(&o.to, "to", "", "send to this interface")
	flag.IntVar(&o.rate, "rate", 10_000, "with -to: frames a second")
	flag.DurationVar(&o.last, "for", 3*time.Second, "with -to: how long")
	flag.Parse()
	run := write
	if o.to != "" {
		run = send
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "synth:", err)
		os.Exit(1)
	}
}

// write makes a capture.
func write(o options) error {
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	c, err := newCapture(w)
	if err == nil {
		err = generate(o, c.record)
	}
	if err == nil {
		err = w.Flush()
	}
	return err
}
