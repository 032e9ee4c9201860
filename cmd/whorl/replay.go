package main

import (
	"errors"
	"fmt"
	"io"

	"whorl/link/pcapfile"
	"whorl/packet"
	"whorl/scan"
)

// replay measures the exchanges in a recording anew.
func (a *app) replay(name string, in io.Reader) (out []printed, err error) {
	r, err := pcapfile.Open(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var recorded scan.Recorded
	var p packet.Packet
	for {
		frame, link, at, cut := r.Next()
		if cut != nil {
			if !errors.Is(cut, io.EOF) { // what came before counts
				err = fmt.Errorf("%s: %w", name, cut)
			}
			break
		}
		p.Decode(link, frame)
		recorded.Add(&p, at)
	}
	skips(r.Skipped()).tell(a.people)
	if recorded.Full() {
		err = errors.Join(err, fmt.Errorf("%s: more hosts than are looked at in one recording, some may be missing: give it in parts, of other hosts each", name))
	}
	for _, h := range recorded.Hosts(version) {
		out = append(out, printed{h, fmt.Sprintf("%s: %v", name, h.Addr)})
	}
	if len(out) == 0 && err == nil {
		return nil, fmt.Errorf("%s: no exchange of fingerprinting probes in it; whorl listen -r names hosts without them", name)
	}
	return out, err
}
