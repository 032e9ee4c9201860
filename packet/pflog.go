package packet

// minPFLog is the length of the shortest header, up to the direction, that any BSD
// writes: without the numbers of user and process. Bytes.
const minPFLog = 45

// decodePFLog reads LINKTYPE_PFLOG, what pf logs (pflog(4) of OpenBSD and FreeBSD):
// its own length and the address family, one byte each, then action, reason,
// interface, rule and direction, which are not kept. The length leaves out the padding
// to a multiple of 4 that follows.
func (p *Packet) decodePFLog(b []byte) {
	if len(b) < minPFLog || b[0] < minPFLog {
		p.badLink(b)
		return
	}
	n := (int(b[0]) + 3) &^ 3
	if n > len(b) {
		p.badLink(b)
		return
	}
	p.decodeFamily(uint32(b[1]), b[n:])
}
