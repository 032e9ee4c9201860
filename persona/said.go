package persona

import "net/netip"

// Saying is what one side said over a connection.
type Saying struct {
	Peer           netip.Addr
	PeerPort, Port uint16
	Ours           bool   // said by the persona
	Data           []byte // valid during the call; bytes come in order, each once
}

// said tells what was said over a connection, if somebody wants to know.
func (p *Persona) said(c *conn, ours bool, data []byte) {
	if p.o.Said != nil && len(data) > 0 {
		p.o.Said(&Saying{Peer: c.addr, PeerPort: c.theirs, Port: c.ours, Ours: ours, Data: data})
	}
}
