package sweep

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"whorl/link"
	"whorl/method"
	"whorl/packet"
)

// Options say what to ask, of whom and how fast.
type Options struct {
	// Walk begins a walk over the addresses; it is called once for each question and
	// pass, and gives the same addresses each time. Nothing is sent to addresses that it
	// does not give, nor to any that are not of the route's version of IP or stand for no
	// single host. One goroutine at a time walks, and the next walk begins when one has ended.
	Walk func() (next func() (addr netip.Addr, ok bool))

	TCP   []uint16 // ports that are sent a SYN, each in a walk of its own
	Echo  bool     // send an ICMP echo request too, first
	Every bool     // give the answer of every port; else the first of each address is enough

	Key    method.Key
	Ports  Ports         // source ports; the zero value is DefaultPorts
	Rate   float64       // packets per second; 0 means no limit
	Passes int           // how often an address without an answer is asked; 0 means 2
	Wait   time.Duration // for answers after each pass; 0 means 1 s

	// Senders is how many threads send at most, if the link can (link.MultiSender); 0 means
	// 1. Those after the first take only what it cannot keep up with.
	Senders int

	// Reset answers each SYN+ACK with RST at once. It is for a source address that the
	// kernel does not own; for its own the kernel does it.
	Reset bool

	four bool // addresses of IPv4 are asked
}

// Ports is a range of TCP ports, both ends included. The port of a probe says in
// which millisecond it left, so a thousand ports are a second after which a round trip
// would be taken for a shorter one.
type Ports struct{ First, Last uint16 }

// DefaultPorts are below those of the machines in method/ (20,000 and up) and those
// that Linux gives to connections (32,768 and up).
var DefaultPorts = Ports{4096, 12287}

func (p Ports) count() int { return int(p.Last) - int(p.First) + 1 }

const (
	defaultPasses = 2
	defaultWait   = time.Second
)

// complete fills in what was left open and refuses what makes no sense.
func (o *Options) complete(r link.Route) error {
	if o.Passes == 0 {
		o.Passes = defaultPasses
	}
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.Ports == (Ports{}) {
		o.Ports = DefaultPorts
	}
	o.four = r.Src.Is4()
	switch {
	case !o.four && !r.Src.Is6():
		return fmt.Errorf("sweep: %s: no source address", r.Interface)
	case r.Link == packet.Ethernet && r.NextMAC.IsZero():
		return fmt.Errorf("sweep: %s: %w", r.Interface, ErrNoMAC)
	case o.Walk == nil:
		return errors.New("sweep: no addresses to walk over")
	case len(o.TCP) == 0 && !o.Echo:
		return errors.New("sweep: neither a port nor an echo is to be asked")
	case slices.Contains(o.TCP, 0):
		return errors.New("sweep: port 0 cannot be asked")
	case o.Ports.First == 0 || o.Ports.Last < o.Ports.First:
		return fmt.Errorf("sweep: source ports %d to %d are no range", o.Ports.First, o.Ports.Last)
	case !(o.Rate >= 0) || o.Passes < 0 || o.Wait < 0 || o.Senders < 0:
		return fmt.Errorf("sweep: rate %v, %d passes, wait %v, %d senders: none can be negative", o.Rate, o.Passes, o.Wait, o.Senders)
	}
	return nil
}

// ErrNoMAC means that the next hop's hardware address is not known. A gateway's is
// found by asking it for anything; hosts on the segment itself are not for sweeping.
var ErrNoMAC = errors.New("the hardware address of the next hop is not known")

// questions are what one pass asks, in order.
func (o *Options) questions() (out []question) {
	if o.Echo {
		out = append(out, echo)
	}
	for _, port := range o.TCP {
		out = append(out, question(port))
	}
	return out
}

// remembered is the port under which an answer is remembered.
func (o *Options) remembered(port uint16) uint16 {
	if o.Every {
		return port
	}
	return 0
}
