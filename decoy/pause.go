package decoy

// Pause lets the network fall silent, or answer again. While it is silent nothing leaves, not
// even ARP; what comes is still told of, and addresses are still given up to others. Any
// goroutine may call it.
func (n *Network) Pause(on bool) { n.paused.Store(on) }

// silent reports whether nothing may leave now, and counts what would have.
func (n *Network) silent() bool {
	if !n.paused.Load() {
		return false
	}
	n.counts.Paused++
	return true
}
