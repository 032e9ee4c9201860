package persona

// Remembered is how many peers, half-open connections and open ones are kept.
func (p *Persona) Remembered() (peers, half, open int) {
	return p.peers.all.len(), p.conns.half, p.conns.all.len() - p.conns.half
}
