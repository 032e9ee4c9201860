// Package tun is a [link.Conn] at the far end of a TUN or TAP interface: what the kernel
// sends over the interface is heard here, and what is sent here the kernel receives. It needs
// Linux and CAP_NET_ADMIN, or an interface that was made for this user; on other systems Open
// fails with errors.ErrUnsupported.
//
// A TUN carries IP packets (link type Raw), a TAP Ethernet frames. An interface that Open made
// is gone, with its routes, when the Conn is closed or the process ends, however it does.
//
// Frames carry the time at which they were read, not that at which they were sent.
//
// Sources: Documentation/networking/tuntap.rst of the Linux kernel. The module
// golang.zx2c4.com/wireguard/tun has neither TAP nor deadlines, so this is its own small code.
package tun
