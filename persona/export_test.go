package persona

// Remembered is how many peers and half-open connections are kept.
func (p *Persona) Remembered() (peers, halves int) { return len(p.peers.all), len(p.halves.all) }
