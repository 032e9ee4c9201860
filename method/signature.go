package method

// Signature is the acknowledgement field of TCP probes whose sequence numbers count from
// base: that and "whor". Nmap draws the field; ours is a law, so that those who are probed
// can see that whorl is what probes them (package watch). It is never zero for an odd
// base, nor near zero for a base below 2^31 + 2^17, nor near the base.
func Signature(base uint32) uint32 { return base + ('w'<<24 | 'h'<<16 | 'o'<<8 | 'r') }
