// Package spare lends an address to a link: one of the segment that no kernel owns. What
// comes for it is heard over the link alone, so no kernel resets a connection that is
// watched half-open, nothing is set in a firewall, and nothing stays behind when the process
// ends, however it does.
//
// [Claim] asks the segment first whether somebody has the address. [Conn] then does for it
// what a kernel does for its own: it answers ARP (RFC 826) or neighbour solicitations (RFC
// 4861 section 7.2.4), for this address only, and resets segments of connections that it
// knows nothing of (RFC 9293 section 3.10.7.1), each at once, except where [Conn.Silence]
// forbids it. It answers no echo request and is no host beyond that.
//
//	if err := spare.Claim(c, route); err != nil {
//		return err // somebody has the address
//	}
//	c = spare.New(c, route)
//
// Ethernet only. Frames leave from the hardware address of the interface, so switches and
// radio links that let one address pass let it pass. The link has to hear the groups of
// [Groups] if the address is one of IPv6. A machine that forwards packets would forward
// those for a spare address too: see [whorl/link.Forwards].
package spare
