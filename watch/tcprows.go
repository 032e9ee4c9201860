package watch

import (
	"bytes"
	"cmp"
	"slices"

	"whorl/method"
	"whorl/method/deep"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/packet"
)

// header is all of a TCP probe that its method fixes.
type header struct {
	v6       bool
	flags    packet.Flags
	reserved uint8
	urgent   uint16
	window   uint16
	n        uint8 // length of the options, bytes
	options  [40]byte
}

// headerOf gives that of a packet.
func headerOf(p *packet.Packet) (k header) {
	h := &p.TCP
	k = header{v6: p.Network == packet.IPv6, flags: h.Flags, reserved: h.Reserved, urgent: h.Urgent, window: h.Window}
	k.n = uint8(copy(k.options[:], h.Options))
	return k
}

// form is what of a probe stays when its window and values of options are altered.
type form struct {
	v6     bool
	flags  packet.Flags
	layout layout
}

// formed is a probe by its form.
type formed struct {
	kind   *kind
	window []uint16 // those it comes with
	values values
}

// tcpRows are the TCP probes of methods. They are made once and only read.
type tcpRows struct {
	exact  map[header]*kind
	forms  map[form][]formed
	odd    map[oddFlags]*kind
	urgent map[bool]*kind // by IPv6: an ECN setup SYN with an urgent pointer
}

// oddFlags are flags that no stack sends.
type oddFlags struct {
	v6    bool
	flags packet.Flags
}

// newTCPRows makes the rows from the tables that scanners send from.
func newTCPRows() *tcpRows {
	r := &tcpRows{exact: map[header]*kind{}, forms: map[form][]formed{}, odd: map[oddFlags]*kind{}, urgent: map[bool]*kind{}}
	r.gen2()
	r.ipv6()
	r.gen1()
	r.deep()
	r.shapes()
	return r
}

// gen2Order is how one round of the second generation goes out.
var gen2Order = []string{"S1", "S2", "S3", "S4", "S5", "S6", "IE1", "IE2", "U1", "ECN", "T2", "T3", "T4", "T5", "T6", "T7"}

// orderOf is the place of a probe in an order, from 1; 0 if it has none.
func orderOf(order []string, name string) uint8 { return uint8(slices.Index(order, name) + 1) }

// gen2 adds the second generation over IPv4. Repeats have the headers of S1-S6 and numbers
// of their own.
func (r *tcpRows) gen2() {
	for p := range gen2.NumProbes {
		s := &gen2.Probes[p]
		if s.Proto != packet.TCP {
			continue
		}
		name := s.Name
		if p >= gen2.O1 && p <= gen2.O6 {
			name = gen2.Probes[p-gen2.O1].Name
		}
		at := place{order: orderOf(gen2Order, name), port: s.PortPlus, seq: s.SeqPlus, numbed: s.NoAck}
		r.add(false, s, []uint16{s.Window}, &kind{family: nmap, name: name, tool: "nmap -O", points: pointsTCP, place: at})
	}
}

// gen1Order is how the first generation goes out.
var gen1Order = []string{"T1", "T2", "T3", "T4", "T5", "T6", "T7", "PU", "S1", "S2", "S3", "S4", "S5", "S6"}

const nmap1Tool = "nmap -O before 4.20"

// gen1 adds the first generation. T6 has the header of T4, and S1-S6 have that of T5: only
// their numbers tell them.
func (r *tcpRows) gen1() {
	var windows []uint16
	for ttl := range uint8(4) {
		windows = append(windows, gen1.Window(ttl))
	}
	for p := range gen1.NumProbes {
		s := &gen1.Probes[p]
		if s.Proto == packet.TCP {
			at := place{order: orderOf(gen1Order, s.Name), port: s.PortPlus, seq: s.SeqPlus, numbed: s.NoAck}
			r.add(false, s, windows, &kind{family: nmapFirst, name: s.Name, tool: nmap1Tool, points: pointsTCP, place: at})
		}
	}
}

// deep adds our own probes. K1-K4 and RT have one header, AE and AN another: both go by
// the name of the first, which goes over IPv6 too.
func (r *tcpRows) deep() {
	for p := range deep.NumProbes {
		if s := &deep.Probes[p]; s.Proto == packet.TCP && p != deep.K2 && p != deep.K3 && p != deep.K4 && p != deep.RT && p != deep.AN {
			r.add(false, s, []uint16{s.Window}, &kind{family: nmap, name: s.Name, tool: ourTool, points: pointsTCP, ours: true})
			r.add(true, s, []uint16{s.Window}, &kind{family: nmapIPv6, name: s.Name, tool: ourTool, points: pointsTCP, ours: true})
		}
	}
}

// ourTool is what our own scanner is called.
const ourTool = "whorl scan"

// add adds a probe with each of its windows. One whose header is that of another stands
// with that.
func (r *tcpRows) add(v6 bool, s *method.Shape, windows []uint16, k *kind) {
	head := header{v6: v6, flags: s.Flags, reserved: s.Reserved, urgent: s.Urgent}
	head.n = uint8(copy(head.options[:], s.Options))
	for _, head.window = range windows {
		if same := r.exact[head]; same != nil {
			same.alike = append(same.alike, k)
			return
		}
		r.exact[head] = k
	}
	if k.ours { // but for single values these are the SYNs of any Linux
		return
	}
	l, v, _ := readOptions(s.Options)
	f := form{v6, s.Flags, l}
	r.forms[f] = append(r.forms[f], formed{k, windows, v})
}

// find tells which probe a packet is.
func (r *tcpRows) find(p *packet.Packet) (m mark, ok bool) {
	if k := r.exact[headerOf(p)]; k != nil {
		return mark{kind: k}, true
	}
	l, v, ok := readOptions(p.TCP.Options)
	if !ok {
		return m, false
	}
	var near []mark
	for _, f := range r.forms[form{p.Network == packet.IPv6, p.TCP.Flags, l}] {
		if d, ok := f.differs(p.TCP.Window, v); ok {
			near = append(near, mark{kind: f.kind, tier: altered, evasion: d})
		}
	}
	if len(near) == 0 {
		return m, false
	}
	return slices.MinFunc(near, func(a, b mark) int { return cmp.Compare(a.evasion, b.evasion) }), true
}

// differs tells in what a packet of the right form is another than the probe. ok is false
// if it is too much: window and timestamp are what evasion alters, and what a path alters
// is one value.
func (f *formed) differs(window uint16, v values) (d evasions, ok bool) {
	d, ok = v.differs(f.values)
	if !slices.Contains(f.window, window) {
		d |= evadesWindow
	}
	return d, ok && (d&^(evadesWindow|evadesTimestamp) == 0 || d == evadesMSS || d == evadesScale)
}

// shaped is a probe that its flags alone tell of.
type shaped struct {
	name  string
	flags packet.Flags
}

var shapes = []shaped{
	{"T2", 0},
	{"T3", packet.SYN | packet.FIN | packet.URG | packet.PSH},
	{"T7", packet.FIN | packet.URG | packet.PSH},
}

// shapes adds the kinds of packets that have flags no stack sends.
func (r *tcpRows) shapes() {
	for _, v6 := range []bool{false, true} {
		f := nmap
		if v6 {
			f = nmapIPv6
		}
		for _, s := range shapes {
			r.odd[oddFlags{v6, s.flags}] = &kind{family: f, name: s.name, points: pointsTCP}
		}
		r.urgent[v6] = &kind{family: f, name: "ECN", points: pointsTCP}
	}
}

// oddShape tells of packets that no stack sends, by which fingerprinting is known even if
// all values are others: odd flags with options, and an ECN setup SYN with an urgent
// pointer.
func (r *tcpRows) oddShape(p *packet.Packet) (m mark, ok bool) {
	h, v6 := &p.TCP, p.Network == packet.IPv6
	k := r.odd[oddFlags{v6, h.Flags}]
	if h.Flags == packet.SYN|packet.ECE|packet.CWR && h.Urgent != 0 {
		k = r.urgent[v6]
	} else if len(bytes.TrimLeft(h.Options, "\x00\x01")) == 0 {
		return m, false
	}
	return mark{kind: k, tier: shape}, k != nil
}
