// Package afpacket is a [link.Conn] over a network interface of this machine. It
// needs Linux 4.20 or later and the capability CAP_NET_RAW; on other systems Open
// fails with errors.ErrUnsupported.
//
// Frames are received through a memory-mapped ring (TPACKET_V3) and carry the
// kernel's arrival time. On Ethernet they are sent as they are, past the queueing
// discipline, many to a system call. Where only IP can be sent (lo, tun, ppp) they
// are sent through a raw IP socket, because the kernel drops frames put on lo as
// martians, and the kernel fills in a little: see [Conn.Send].
//
// A Conn does not find routes or neighbours (link.RouteTo), does not decide what to send,
// and does not keep the kernel from answering on its own; [Silence] does that for one
// port, and link/spare has addresses that the kernel does not own. [Network] puts routes
// and links together, as a scan needs them.
//
// Sources: packet(7), raw(7), ip(7), Documentation/networking/packet_mmap.rst and
// filter.rst of the Linux kernel. What is said to be measured was measured on
// Linux 6.18, two cores, veth.
//
//	r, err := link.RouteTo(dst, link.Via{})
//	c, err := afpacket.Open(afpacket.Options{
//		Route:  r,
//		Filter: afpacket.Towards(r.Link, netip.PrefixFrom(r.Src, r.Src.BitLen())),
//	})
//	defer c.Close()
package afpacket
