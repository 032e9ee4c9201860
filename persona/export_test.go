package persona

// Remembered is how many peers, half-open connections and open ones are kept.
func (p *Persona) Remembered() (peers, half, open int) {
	return len(p.peers.all), p.conns.half, len(p.conns.all) - p.conns.half
}
