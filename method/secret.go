package method

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
)

// Key is the secret of a scan. Source ports, sequence numbers and identifiers of
// all probes come from it, so that an answer proves that its sender saw the probe
// and no table of hosts is needed to find the numbers again.
type Key [32]byte

// Stream is a deterministic source of numbers for one exchange with one host.
// It is not meant for secrets beyond those of the key that started it.
type Stream struct{ state uint64 }

// Stream gives the numbers for one address and purpose.
func (k Key) Stream(addr netip.Addr, purpose string) Stream {
	h := hmac.New(sha256.New, k[:])
	a := addr.As16()
	h.Write(a[:])
	h.Write([]byte(purpose))
	return Stream{binary.BigEndian.Uint64(h.Sum(nil))}
}

// Uint64 gives the next 64 bits (SplitMix64; Steele, Lea, Flood 2014).
func (s *Stream) Uint64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint32 gives 32 bits.
func (s *Stream) Uint32() uint32 { return uint32(s.Uint64() >> 32) }

// Between gives a number from lo to hi, both included.
func (s *Stream) Between(lo, hi int) int { return lo + int(s.Uint64()%uint64(hi-lo+1)) }
