package main

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/net/bpf"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/packet"
)

// Of hearing an interface.
const (
	hearHold  = 10 * time.Millisecond // how long the kernel may keep a frame
	hearRing  = 64 << 20              // bytes, of each ring
	hearBlock = 256 << 10             // bytes of a block of it
	hearSnap  = 768                   // bytes of a frame: headers, and what is said at the head of a payload
	vlanTag   = 4                     // bytes that the link puts back
	newsEvery = time.Second
)

// hear opens an interface in order to listen. filter makes what chooses its frames; nil
// hears all.
func (a *app) hear(name string, promiscuous bool, filter func(packet.LinkType) []bpf.Instruction) (*afpacket.Conn, error) {
	conns, err := a.hearShared(name, promiscuous, filter, 1)
	if err != nil {
		return nil, err
	}
	return conns[0], nil
}

// hearShared is hear with so many rings, which share the frames by flow.
func (a *app) hearShared(name string, promiscuous bool, filter func(packet.LinkType) []bpf.Instruction, rings int) ([]*afpacket.Conn, error) {
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	all, err := link.Interfaces()
	if err != nil {
		return nil, explainFailure(err)
	}
	n := slices.IndexFunc(all, func(i link.Interface) bool { return i.Name == name })
	if n < 0 {
		return nil, usage(fmt.Errorf("there is no interface %q", name), "a name that ip link shows")
	}
	o := afpacket.Options{Route: all[n].Route(), Snap: hearSnap, Ring: hearRing, Block: hearBlock, Hold: hearHold,
		Promiscuous: promiscuous, Outgoing: !all[n].Loopback}
	if filter != nil {
		o.Filter = filter(all[n].Link)
	}
	conns, err := afpacket.OpenShared(o, rings)
	if err != nil {
		return nil, explainFailure(err)
	}
	fmt.Fprintf(a.people, "whorl: listening to %s; interrupt to stop\n", name)
	return conns, nil
}
