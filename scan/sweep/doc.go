// Package sweep finds out which addresses of a range answer at all, as fast as the
// link can send: one SYN or ICMP echo request to each, and nothing remembered of those
// that stay silent.
//
// What it sends is keyed: sequence numbers and echo identifiers come from a secret, the
// address and the port, as RFC 6528 section 3 computes initial sequence numbers. An
// answer that fits therefore proves that its sender saw the probe, and no table of
// probes is needed to check it. The source port says when a probe left. Memory grows
// with the networks that answer, not with those that are asked.
//
// It does not find neighbours: [Start] wants a route with the hardware address of the
// next hop, which is that of a gateway. Hosts on the machine's own segment are asked by
// ARP, one by one, and that is a discovery by itself; package scan does it.
//
// It does not keep connections open: a SYN+ACK has to be answered with RST at once, or
// the target falls back to SYN cookies when many are under way. The kernel of this
// machine does so if it owns the source address; [Options.Reset] does it for any other.
//
//	s, err := sweep.Start(ctx, conn, route, sweep.Options{Walk: walk, TCP: []uint16{80}, Rate: 10_000})
//	for f := range s.Found() {
//		fmt.Println(f.Addr, f.State)
//	}
//	err = s.Err()
package sweep
