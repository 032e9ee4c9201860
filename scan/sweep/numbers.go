package sweep

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"

	"whorl/method"
)

// numbers are the keyed numbers of a sweep: one AES block for what is asked of an IPv4
// address, two that are chained (CBC-MAC) of an IPv6 address. Each user has its own, because
// it writes into it.
type numbers struct {
	block   cipher.Block
	in, out [aes.BlockSize]byte
}

// newNumbers makes the numbers of a key, which other packages use in other ways.
func newNumbers(k method.Key) (*numbers, error) {
	sum := sha256.Sum256(append(k[:], "sweep"...))
	block, err := aes.NewCipher(sum[:16])
	return &numbers{block: block}, err
}

// of gives the number that an answer has to bring back, and an IP ID. An echo
// request has neither port.
func (n *numbers) of(addr netip.Addr, dst, src uint16) (secret uint32, id uint16) {
	if addr.Is4() {
		a := addr.As4()
		copy(n.in[:], a[:])
	} else {
		n.in = addr.As16()
		n.block.Encrypt(n.in[:], n.in[:])
		dst, src = dst^binary.BigEndian.Uint16(n.in[4:]), src^binary.BigEndian.Uint16(n.in[6:])
	}
	binary.BigEndian.PutUint16(n.in[4:], dst)
	binary.BigEndian.PutUint16(n.in[6:], src)
	n.block.Encrypt(n.out[:], n.in[:])
	return binary.BigEndian.Uint32(n.out[:]), binary.BigEndian.Uint16(n.out[4:])
}
