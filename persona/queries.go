package persona

import (
	"encoding/binary"
	"slices"
	"time"

	"whorl"
	"whorl/link"
	"whorl/osdb"
	"whorl/packet"
)

// queries are the ICMP requests beside echo that a stack answers (RFC 792; xprobe2 asks
// for them). Records do not tell it; families are known to, by Arkin, ICMP Usage in
// Scanning, 3.0, 2001, and the sources and manuals of those that are newer. What is not
// known to be answered is not.
type queries struct {
	timestamp bool
	backwards bool // its times have the least significant byte first
	mask      bool
}

// Types of ICMP.
const (
	timestampRequest = 13
	timestampReply   = 14
	maskRequest      = 17
	maskReply        = 18
)

// How a family answers, by generation; an empty one is any.
var (
	timestampFamilies = map[string][]string{
		"Linux": {""}, "Android": {""}, "FreeBSD": {""}, "NetBSD": {""}, "OpenBSD": {""}, "Solaris": {""}, "HP-UX": {""},
		"AIX": {""}, "IRIX": {""}, "OpenVMS": {""}, "IOS": {""}, "Windows": {"98", "Me", "2000", "XP", "2003"},
	}
	backwardsFamilies = map[string][]string{"Windows": {""}}
	maskFamilies      = map[string][]string{"Solaris": {""}, "OpenVMS": {""}, "Windows": {"95", "98"}}
)

// queriesOf are those of a record.
func queriesOf(e *osdb.Entry) queries {
	in := func(families map[string][]string) bool {
		return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool {
			generations := families[c.Family]
			return slices.Contains(generations, "") || slices.Contains(generations, c.Generation)
		})
	}
	return queries{in(timestampFamilies), in(backwardsFamilies), in(maskFamilies)}
}

// query answers requests for a timestamp or an address mask (RFC 792, RFC 950). A host
// that answers no echo request answers none of these.
func (p *Persona) query(now time.Time, in *packet.Packet, out link.Outlet) {
	var data [12]byte
	switch in.ICMP.Type {
	case timestampRequest:
		if !p.queries.timestamp || len(in.Payload) < len(data) {
			return
		}
		copy(data[:4], in.Payload)
		ms := uint32(now.Sub(now.UTC().Truncate(24*time.Hour)) / time.Millisecond) // since midnight UT
		for _, at := range [...][]byte{data[4:], data[8:]} {
			if p.queries.backwards {
				binary.LittleEndian.PutUint32(at, ms)
			} else {
				binary.BigEndian.PutUint32(at, ms)
			}
		}
		p.echoReply(now, in, timestampReply, data[:], out)
	case maskRequest:
		if !p.queries.mask || len(in.Payload) < 4 {
			return
		}
		copy(data[:], []byte{255, 255, 255, 0})
		p.echoReply(now, in, maskReply, data[:4], out)
	}
}
