package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"sync"

	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/pcapfile"
	"whorl/link/spare"
	"whorl/packet"
)

// realNetwork is this machine's, recorded, and with an address that it does not own.
type realNetwork struct {
	*afpacket.Network
	spare  *spareSource // nil: we send from an address of this machine
	around *surroundings

	mu        sync.Mutex
	file      *os.File // of the recording; nil: none
	recording *pcapfile.Writer
}

// network prepares the way out; it fails at once if a capability is missing.
func (a *app) network(o *scanOptions) (*realNetwork, error) {
	via := link.Via{Interface: o.iface}
	if o.source != "" {
		src, err := netip.ParseAddr(o.source)
		if err != nil {
			return nil, usage(fmt.Errorf("source address: %w", err), "-S with an address of this machine, or a free one of its segment")
		}
		via.Src = src.Unmap()
	}
	if err := link.Capable(link.NetRaw); err != nil {
		return nil, err
	}
	n := &realNetwork{around: lookAround()}
	var err error
	if via.Src.IsValid() {
		if n.spare, err = claimSpare(via.Src, o.iface); err != nil {
			return nil, err
		}
		via.Spare = n.spare != nil
	}
	if n.Network, err = afpacket.NewNetwork(via); err != nil {
		return nil, err
	}
	n.Resets = o.temporal.asked()
	if n.spare != nil {
		n.ARP, n.Groups = true, spare.Groups(via.Src)
	}
	if o.record == "" {
		return n, nil
	}
	f, err := os.Create(o.record)
	if err != nil {
		return nil, usage(fmt.Errorf("--record: %w", err), "a file in a folder that exists and can be written")
	}
	n.file = f
	if n.recording, err = pcapfile.NewWriter(f, packet.Ethernet, "whorl "+version+" "+strings.Join(a.args, " ")); err != nil {
		return nil, partial(err, "a scan without --record")
	}
	return n, nil
}

func (n *realNetwork) Route(addr netip.Addr) (link.Route, error) {
	r, err := n.Network.Route(addr)
	switch {
	case err != nil:
	case r.Local && addr.Is6() && addr.IsLinkLocalUnicast(): // lo is another link, where it is not ours
		err = fmt.Errorf("%v is ours and answers on its link alone; scan ::1 instead", addr)
	case n.spare != nil:
		err = n.spare.reach(r)
	}
	return r, err
}

func (n *realNetwork) Open(r link.Route) (link.Conn, error) {
	c, err := n.Network.Open(r)
	if err != nil {
		return nil, err
	}
	if n.recording != nil {
		c = pcapfile.Record(c, n.recording)
	}
	if n.spare != nil {
		c = n.spare.lend(c, r)
	}
	return c, nil
}

// Silence keeps segments to some ports of an address from being answered.
func (n *realNetwork) Silence(src netip.Addr, ports int) (uint16, io.Closer, error) {
	if n.spare != nil {
		return n.spare.silence(ports)
	}
	return n.Network.Silence(src, ports)
}

// Close completes the recording. It may be called twice.
func (n *realNetwork) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Network.Close()
	if n.spare != nil {
		n.spare.close()
	}
	if n.file == nil {
		return nil
	}
	err := errors.Join(n.recording.Flush(), n.file.Close())
	n.file, n.recording = nil, nil
	if err != nil {
		return partial(fmt.Errorf("the recording is incomplete: %w", err), "free the disk, or record elsewhere")
	}
	return nil
}
