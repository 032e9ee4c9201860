package watch

import (
	"time"

	"whorl/packet"
)

// beside is the kind of a packet that belongs to a talk and is no evidence.
const beside = 0xff

// burst keeps a datagram without data, which is anybody's, where its source has sent the
// target probes of our own scanner: B1-B6 or L1-L17 of package deep, whose answers are counted.
func (w *Watcher) burst(p *packet.Packet, at time.Time) {
	s := w.contacts.sources[p.Src]
	if s == nil || p.Transport != packet.UDP || lengthUDP(p) != 0 {
		return
	}
	for _, c := range s.contacts {
		if k := c.findTalk(p.Src, p.Dst); k != nil && c.family.measured() && c.ours() {
			k.ask(p, beside)
			w.keep(c, p, p.Src, p.Dst, at)
		}
	}
}
