package syn

import "whorl/packet"

// NearEnd reports a SYN-ACK that tells of something near the client, and not of the host
// whose address it bears: user-mode NATs (libslirp, VirtualBox, VMware) complete the
// handshake before they open a connection of their own. They answer with an MSS alone
// whatever was offered, with a window of 65535 or 64240, without DF, and from no distance.
func NearEnd(s *Signature, o Offer) bool {
	if !s.Answer || s.Version != 4 || s.Quirks.Has(DF) || o.Known && o.Options == 0 {
		return false
	}
	return s.Layout.Len() == 1 && s.Layout.Kind(0) == packet.OptMSS &&
		(s.Window == 65535 || s.Window == 64240) && Distance(s.TTL) == 0
}
