package syn

import "whorl/packet"

// Example is a packet that the form describes, as it is where it was sent: of each list
// the first alternative, and what is not said as most hosts have it, on an Ethernet.
func (f *Form) Example() (s Signature) {
	s.Answer, s.Version, s.TTL, s.IPOptions = f.Answer, max(f.Version, 4), f.TTL, f.IPLength
	s.Layout = f.Layouts[0]
	s.Quirks, s.Data = f.Quirks, f.Data == Yes
	if s.TTL == 0 {
		s.TTL = 64
	}
	if s.Version == 6 {
		s.note(Flow, f.Flow == Yes)
		s.Headers = ipv6Headers
	} else {
		df, nonzero := f.DF != No, f.ID == Yes || f.ID == Unsaid && !f.Answer
		s.note(DF, df)
		s.note(IDPlus, df && nonzero)
		s.note(IDMinus, !df && f.ID == No)
		s.Headers = ipv4Headers
	}
	s.note(ECN, f.ECN == Yes)
	if !s.Layout.has(packet.OptTimestamp) {
		s.Quirks &^= TS1Zero
	}
	if s.Layout.has(packet.OptMSS) {
		s.MSS = ethernetMTU - s.Headers
		if len(f.MSS) > 0 {
			s.MSS = f.MSS[0]
		}
	}
	if s.Layout.has(packet.OptWScale) {
		for f.Scales != 0 && f.Scales>>s.Scale&1 == 0 {
			s.Scale++
		}
	}
	if len(f.Windows) > 0 {
		s.Window = f.Windows[0].example(&s)
	}
	s.Headers += uint16(s.Layout.size()) + uint16(s.IPOptions) + uint16(s.Layout.pad)
	return s
}

// example is a window that the law gives for a packet.
func (l Law) example(s *Signature) uint16 {
	unit := int(s.MSS)
	switch {
	case l.Unit == Octets:
		return l.Lo
	case l.Unit == Each:
		return l.N
	case unit < leastMSS:
		unit = ethernetMTU - ipv4Headers
	}
	switch {
	case l.Unit == MTU && s.Version == 6:
		unit += ipv6Headers
	case l.Unit == MTU:
		unit += ipv4Headers
	case l.Unit == SEG && s.Layout.has(packet.OptTimestamp):
		unit -= timestampLen
	}
	if l.N == Fit {
		return uint16(max(maxWindow/unit, 1) * unit)
	}
	return uint16(min(int(l.N)*unit, maxWindow))
}
