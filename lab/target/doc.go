// Package target brings up the real stacks of lab/up for tests and tools, and runs code
// where those stacks can be seen. Linux only; needs root.
//
// It decides nothing itself: lab/up says what can be had and what is missing on this
// machine, and README.md beside it lists the targets. It is not a simulator; link/sim and
// persona are.
//
//	func TestReferee(t *testing.T) {
//		h := target.Up(t, "linux", "net.ipv4.tcp_timestamps=0") // skips without root
//		err := h.Do(func() error { return probe(h.IP, h.Open[0], h.Closed) })
//		...
//	}
package target
