package watch

import (
	"slices"
	"time"

	"whorl/packet"
)

// sign is a TCP packet of a tool that is no method of ours. Values that are wild do not
// matter.
type sign struct {
	kind
	flags   packet.Flags
	window  int
	options string // letters in order; "*": any
	values  values
	tos     int
	ttl     int // when it was sent; up to 31 hops are taken off
	id      int // IP ID
	tier    tier
	rule    func(p *packet.Packet, at time.Time) bool // nil: none
}

// noValues leaves all values of options open.
var noValues = values{wild, wild, wild, wild}

// plainSYN begins a sign: a SYN whose options are as said.
func plainSYN(k kind, window int, options string) sign {
	return sign{kind: k, flags: packet.SYN, window: window, options: options, values: noValues, tos: wild, ttl: wild, id: wild}
}

// signs are the other tools' TCP packets.
func signs() []sign {
	return slices.Concat(quesoSigns(), xprobeSigns(), sinfpSigns(), sendsynSigns(), scanSigns())
}

// signRows finds signs.
type signRows struct {
	by map[signKey][]*sign
}

// signKey is what signs are looked up by. A sign of any window stands under all flags of
// its own with window wild.
type signKey struct {
	flags  packet.Flags
	window int32
}

func newSignRows() *signRows {
	r := &signRows{by: map[signKey][]*sign{}}
	all := signs()
	for i := range all {
		s := &all[i]
		k := signKey{s.flags, int32(s.window)}
		r.by[k] = append(r.by[k], s)
	}
	return r
}

// find tells which sign a packet is; the first that fits counts.
func (r *signRows) find(p *packet.Packet, at time.Time) (m mark, ok bool) {
	for _, window := range [...]int32{int32(p.TCP.Window), wild} {
		all := r.by[signKey{p.TCP.Flags, window}]
		if len(all) == 0 {
			continue
		}
		l, v, well := readOptions(p.TCP.Options)
		for _, s := range all {
			if well && s.fits(p, &l, &v, at) {
				return mark{kind: &s.kind, tier: s.tier}, true
			}
		}
	}
	return m, false
}

func (s *sign) fits(p *packet.Packet, l *layout, v *values, at time.Time) bool {
	is := func(want, got int) bool { return want == wild || want == got }
	has := func(want, got int64) bool { return want == wild || want == got }
	return len(p.Payload) == 0 && is(s.tos, int(p.TOS)) && (s.id == wild || p.Network == packet.IPv4 && s.id == int(p.IPv4.ID)) &&
		(s.ttl == wild || int(p.TTL) <= s.ttl && int(p.TTL) > s.ttl-32) &&
		(s.options == "*" || *l == layoutOf(s.options)) &&
		has(s.values.mss, v.mss) && has(s.values.scale, v.scale) && has(s.values.val, v.val) && has(s.values.echo, v.echo) &&
		(s.rule == nil || s.rule(p, at))
}
