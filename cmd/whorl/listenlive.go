package main

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/net/bpf"

	"whorl/listen"
	"whorl/packet"
)

// mostRings bounds the goroutines and the memory that a machine of many processors spends.
const mostRings = 8

// listenLive hears an interface until an interrupt.
func (a *app) listenLive(ctx context.Context, o *listenOptions, l *listen.Listener, out *listenOutput) error {
	filter := listenFilter
	if o.bpf != "" {
		first, err := parseBPF(o.bpf)
		if err != nil {
			return usage(fmt.Errorf("--bpf: %w", err), `--bpf "$(tcpdump -y EN10MB -ddd net 192.0.2.0/24)"`)
		}
		filter = func(t packet.LinkType) []bpf.Instruction { return passBoth(first, listenFilter(t)) }
	}
	conns, err := a.hearShared(o.iface, o.promiscuous, filter, min(runtime.GOMAXPROCS(0), mostRings))
	if err != nil {
		return err
	}
	e := &ears{conns: conns, out: out, l: l}
	err = e.listen(ctx)
	if ctx.Err() != nil {
		fmt.Fprintln(a.people, "whorl: "+stopping)
	}
	return err
}
