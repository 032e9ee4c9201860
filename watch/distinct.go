package watch

import (
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"
)

// distinct counts different things in bounded memory: exactly while they are few, then by
// HyperLogLog (Flajolet and others, 2007), which is off by 3.3 % or less in two of three
// cases.
type distinct struct {
	few  []uint64
	many *[registers]uint8
}

const (
	registers    = 1 << registerBits
	registerBits = 10
	exactly      = 128 // things counted exactly
)

// add counts the thing with that number, which has to look random.
func (d *distinct) add(h uint64) {
	if d.many == nil {
		for _, x := range d.few {
			if x == h {
				return
			}
		}
		if len(d.few) < exactly {
			d.few = append(d.few, h)
			return
		}
		d.many = new([registers]uint8)
		for _, x := range d.few {
			d.register(x)
		}
		d.few = nil
	}
	d.register(h)
}

func (d *distinct) register(h uint64) {
	r := &d.many[h>>(64-registerBits)]
	*r = max(*r, uint8(bits.LeadingZeros64(h<<registerBits|1<<(registerBits-1)))+1)
}

// count is how many things there were, or about how many.
func (d *distinct) count() int {
	if d.many == nil {
		return len(d.few)
	}
	sum, zeros := 0.0, 0.0
	for _, r := range d.many {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			zeros++
		}
	}
	const m = registers
	n := 0.7213 / (1 + 1.079/m) * m * m / sum
	if n <= 2.5*m && zeros > 0 { // few for this law: count the registers that are free
		n = m * math.Log(m/zeros)
	}
	return max(int(n+0.5), exactly+1)
}

// numberOf gives an address and a port a number that looks random.
func numberOf(a netip.Addr, port uint16) uint64 {
	b := a.As16()
	h := mix(binary.BigEndian.Uint64(b[:8]) + 0x9e3779b97f4a7c15)
	h = mix(h ^ binary.BigEndian.Uint64(b[8:]))
	return mix(h ^ uint64(port))
}

// mix spreads bits (SplitMix64; Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
