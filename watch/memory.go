package watch

import (
	"net/netip"
	"unsafe"
)

// maxBytes is about what all contacts may take, bytes, without the packets that are kept. A
// contact of one probe takes 1 KB, one that asks many ports of many hosts 30 KB: where there
// are many of these, those that are silent longest go before there are Options.Sessions.
const maxBytes = 96 << 20

// listing is about what a contact takes in the tables of sources and targets, bytes.
const listing = 200

// size is about how many bytes the contact takes.
func (c *contact) size() int {
	n := listing + int(unsafe.Sizeof(*c)) +
		cap(c.sources)*int(unsafe.Sizeof(party{})) + cap(c.kinds)*int(unsafe.Sizeof(seen{})) +
		cap(c.listed)*int(unsafe.Sizeof(netip.Addr{})) + cap(c.ports)*int(unsafe.Sizeof(uint16(0))) +
		c.targets.size() + c.portNos.size() + c.ends.size()
	for _, t := range c.talks {
		n += int(unsafe.Sizeof(*t)) + cap(t.asked)*int(unsafe.Sizeof(asked{}))
	}
	if c.quiet != nil {
		n += int(unsafe.Sizeof(*c.quiet)) + cap(c.quiet.flows)*int(unsafe.Sizeof(flow{}))
	}
	return n
}

// size is about how many bytes counting takes.
func (d *distinct) size() int {
	if d.many != nil {
		return registers
	}
	return cap(d.few) * int(unsafe.Sizeof(uint64(0)))
}

// weigh notes what a contact takes by now.
func (t *contacts) weigh(c *contact) {
	n := c.size()
	t.bytes += n - c.bytes
	c.bytes = n
}
