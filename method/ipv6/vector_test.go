package ipv6

import (
	"testing"
	"time"

	"whorl/packet"
)

// The referee for answers is Nmap's classifier: it makes 695 numbers of them, and what it
// makes of ours must be what it makes of its own.

// vectorTCP and vectorAll are the probes that its numbers tell of, in its order.
var (
	vectorTCP = []Probe{S1, S2, S3, S4, S5, S6, TECN, T2, T3, T4, T5, T6, T7}
	vectorAll = []Probe{S1, S2, S3, S4, S5, S6, IE1, IE2, NS, U1, TECN, T2, T3, T4, T5, T6, T7}
)

const (
	vectorLen   = 695
	vectorISR   = 51 // place of the one number that differs from scan to scan
	tcpFeatures = 49 // numbers of a TCP answer
)

// vector are the numbers of a print; -1 is none.
func vector(p *Print) (v []float64) {
	answers := map[Probe]*packet.Packet{}
	for _, r := range p.Responses {
		q := new(packet.Packet)
		q.Decode(packet.IPv6Only, r.Packet.Bytes())
		answers[r.Probe] = q
	}
	for _, which := range vectorAll {
		if q := answers[which]; q != nil {
			v = append(v, float64(q.IPv6.PayloadLen), float64(q.TOS), initial(p, q.TTL))
		} else {
			v = append(v, -1, -1, -1)
		}
	}
	v = append(v, isr(p, answers))
	for _, which := range vectorTCP {
		v = append(v, tcpNumbers(answers[which])...)
	}
	for _, which := range []Probe{IE1, IE2, NS} {
		if q := answers[which]; q != nil && q.Transport == packet.ICMPv6 {
			v = append(v, float64(q.ICMP.Type), float64(q.ICMP.Code))
		} else {
			v = append(v, -1, -1)
		}
	}
	return v
}

// initial is the hop limit that an answer left with; -1 if it is near none.
func initial(p *Print, ttl uint8) float64 {
	how, known := p.Scan.Value("DC")
	h, slack := int(ttl), 20
	if known {
		slack = 5
	}
	if hops := p.hops(); (how == "I" || how == "T") && hops > 0 {
		h += hops - 1
	}
	for _, base := range []int{32, 64, 128, 255} {
		if base-slack <= h && h <= base+5 {
			return float64(base)
		}
	}
	return -1
}

// isr is the mean rate of the ISNs.
func isr(p *Print, answers map[Probe]*packet.Packet) float64 {
	var first, last time.Duration
	var sum float64
	var before uint32
	n := 0
	for _, r := range p.Responses {
		q := answers[r.Probe]
		if r.Probe > S6 || q.Transport != packet.TCP {
			continue
		}
		if n++; n == 1 {
			first = r.Sent
		} else {
			sum += float64(q.TCP.Seq - before)
		}
		before, last = q.TCP.Seq, r.Sent
	}
	if n < 2 {
		return -1
	}
	return sum / (last - first).Seconds()
}

// tcpNumbers are those of a segment, or of the one that an error quotes.
func tcpNumbers(q *packet.Packet) []float64 {
	v := make([]float64, tcpFeatures)
	for i := range v {
		v[i] = -1
	}
	var inner packet.Packet
	if q != nil && q.Transport == packet.ICMPv6 && q.Quoted(&inner) {
		q = &inner
	}
	if q == nil || q.Transport != packet.TCP {
		return v
	}
	h := &q.TCP
	v[0] = float64(h.Window)
	for i, bits := 0, uint16(h.Reserved)<<8|uint16(h.Flags); i < 12; i++ {
		v[1+i] = float64(bits >> i & 1)
	}
	raw := h.Options
	for i := range 16 {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			break
		}
		v[13+i], v[29+i] = float64(o.Kind), float64(len(raw)-len(rest))
		if raw = rest; o.Kind == packet.OptEOL {
			break
		}
	}
	if mss, ok := h.MSS(); ok {
		v[45] = float64(mss)
		if mss > 0 {
			v[48] = float64(float32(h.Window) / float32(mss))
		}
	}
	if h.SACKPermitted() {
		v[46] = 1
	}
	if shift, ok := h.WScale(); ok {
		v[47] = float64(shift)
	}
	return v
}

// The beginning of the vector of a Linux 6.18 as it was when the numbers were worked out.
func TestVector(t *testing.T) {
	p := exchange(t, linux).Print()
	v := vector(&p)
	want := []float64{40, 0, 64, 40, 0, 64, 40, 0, 64, 40, 0, 64, 40, 0, 64, 36, 0, 64, 128, 0, 64, 88, 0, 64, 24, 0, 255,
		356, 0, 64, 32, 0, 64, -1, -1, -1, -1, -1, -1, 20, 0, 64, 20, 0, 64, 20, 0, 64, 20, 0, 64, 1e6,
		64260, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
		2, 4, 8, 1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 4, 2, 10, 1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		1440, 1, 10, 44.625}
	if len(v) != vectorLen {
		t.Fatalf("%d numbers", len(v))
	}
	for i, n := range want {
		if v[i] != n {
			t.Errorf("number %d: %v, want %v", i, v[i], n)
		}
	}
	if end := v[vectorLen-6:]; end[0] != 129 || end[1] != 9 || end[2] != 4 || end[3] != 1 || end[4] != 136 || end[5] != 0 {
		t.Errorf("types and codes %v", end)
	}
}
