package scan

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// order is a permutation of the numbers from 0 to last. Targets are walked in it, so
// that neighbours in the address space are far apart in time and each part of a walk
// is a fair sample of the whole. It keeps nothing per number, and depends on last
// alone, so that processes which share a range agree on it. It is for spreading, not
// for secrecy. Few targets are all under way at once and keep the order that a reader
// expects.
//
// It is a Feistel network over pairs of numbers below side (Black and Rogaway,
// "Ciphers with Arbitrary Finite Domains", 2002). The square of side is a little more
// than last; what comes out beyond last goes in again.
type order struct {
	last, side uint64 // side 0: as the numbers are
}

// spreadFrom is the least last of an order that spreads: that of a /24.
const spreadFrom = 255

// newOrder is the order of last+1 numbers.
func newOrder(last uint64) order {
	if last < spreadFrom {
		return order{last: last}
	}
	root := uint64(math.Sqrt(float64(last))) // may be off by one
	for root > last/root {
		root--
	}
	for root+1 <= last/(root+1) {
		root++
	}
	return order{last: last, side: root + 1}
}

// orderRounds of the network are enough for a walk without a pattern.
const orderRounds = 4

// at is the number at a place from 0 to last.
func (o order) at(place uint64) uint64 {
	if o.side == 0 {
		return place
	}
	for n := place; ; {
		left, right := n/o.side, n%o.side
		for round := range uint64(orderRounds) {
			left, right = right, (left+scatter(right, round)%o.side)%o.side
		}
		if n = left*o.side + right; n <= o.last {
			return n
		}
	}
}

// scatter mixes the bits of a number, in another way each round (the finalizer of
// SplitMix64; Steele, Lea, Flood 2014).
func scatter(n, round uint64) uint64 {
	z := n + (round+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Shard is the K-th of N parts of a range, counted from 1. The parts of one range are
// disjoint and together complete. The zero value is the whole.
type Shard struct {
	K, N uint64
}

var errShard = errors.New("not of the form k/n, with k from 1 to n")

// ParseShard reads k/n.
func ParseShard(text string) (Shard, error) {
	a, b, _ := strings.Cut(text, "/")
	k, errK := strconv.ParseUint(a, 10, 64)
	n, errN := strconv.ParseUint(b, 10, 64)
	if errK != nil || errN != nil || k < 1 || k > n {
		return Shard{}, fmt.Errorf("scan: shard %q: %w", text, errShard)
	}
	return Shard{k, n}, nil
}

// String is k/n, or empty for the whole.
func (s Shard) String() string {
	if s.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.K, s.N)
}

// place is where the shard's position lies in the order of the whole.
func (s Shard) place(position uint64) uint64 {
	if s.N == 0 {
		return position
	}
	return s.K - 1 + s.N*position
}

// lastPosition is the shard's last position where the whole ends at the place last;
// ok is false if it has none.
func (s Shard) lastPosition(last uint64) (position uint64, ok bool) {
	if s.N == 0 {
		return last, true
	}
	if s.K-1 > last {
		return 0, false
	}
	return (last - (s.K - 1)) / s.N, true
}
