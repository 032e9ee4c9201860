package syn

import "whorl/method"

// MaxHops is the largest distance that is believed; paths of the Internet hardly ever
// have more.
const MaxHops = 35

// FarHops is the largest distance that is usual: of 500 addresses in captures of ten projects
// one was so far, and none farther.
const FarHops = 28

// Distance is how many hops a packet has come if its sender began with the usual TTL at
// or above the one received: 32, 64, 128 or 255.
func Distance(ttl uint8) uint8 { return method.GuessTTL(ttl) - ttl }
