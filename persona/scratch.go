package persona

import "whorl/packet"

// Scratch is memory for the packet that is being answered. Personas that are used from one
// goroutine can share it.
type Scratch struct {
	passing conn // its connection, if that is not remembered
	answer  packet.Packet
	options []byte
	quote   []byte
}
