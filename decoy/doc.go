// Package decoy puts personas on addresses of a real link: whoever knocks there meets the
// stack of a database record, and a [whorl.Contact] tells of him.
//
// A [Network] is groups of addresses and a link. It owns an address only after it has asked
// the segment for it (RFC 5227, RFC 4862), answers ARP and neighbour solicitations for what it
// owns and for nothing else, never announces anything but the multicast groups that it hears,
// and gives an address up, for good, as soon as somebody else uses it. A host may have an
// address of each version of IP.
// It answers nobody who cannot be one host: no broadcast, multicast, loopback, nor an address
// of its own. It limits what it sends to one peer and to all. Every table has a bound: personas,
// peers, contacts, frames that wait.
//
// Personas are made on the first packet for their address, or ahead, and the least lately
// used is forgotten for a new one. One that is made again has the same record, values and
// clock, but its counters begin anew.
//
// The key decides everything that is chosen: which address is which record, which of the
// hosts that the record stands for, and its hardware address. The same key makes the same
// network again.
//
// What is fed with frames and recognises fingerprinting is a [Sensor]; package watch has
// one. What it tells raises the contact of its source.
//
//	n, err := decoy.New(decoy.Options{Groups: []decoy.Group{{Addrs: r, Entries: entries}}})
//	...
//	err = n.Run(conn) // until conn is closed
//
// Packets that come in fragments are put together (RFC 791 section 3.2, RFC 8200 section 4.5),
// and what fits no packet of the link leaves in fragments.
//
// A service with a persona.Backend is relayed to a real program: the network connects with it
// when a visitor's handshake is complete. [ParseBackend] reads only addresses of this machine's
// loopback and sockets, unless it is told otherwise.
//
// One goroutine runs a network, but for [Network.Ahead], which uses all processors before it,
// [Network.Pause], which silences it from any, and two for each connection with a program, which
// touch nothing but their own buffers.
package decoy
