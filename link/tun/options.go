package tun

import "net/netip"

// Options say which interface to open.
type Options struct {
	Name string // at most 15 bytes; made if it is not there
	TAP  bool   // Ethernet frames, not IP packets
	// Routes lead over an interface that Open has made, which is switched on then. One that
	// was there is left as it is.
	Routes []netip.Prefix
}
