package watch_test

import (
	"fmt"
	"net/netip"
	"time"

	"whorl"
	"whorl/method"
	"whorl/method/gen2"
	"whorl/packet"
	"whorl/watch"
)

// Probes of our own scanner, as a sensor sees them that gets no answers.
func Example() {
	w := watch.New(watch.Options{
		Home: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Contact: func(c *whorl.Contact) {
			fmt.Printf("%s: %s by %s at %v, %d %% sure, leak %s\n", c.State, c.Class, c.Tool, c.Sources[0].Addr, c.Confidence.Percent(), c.Leak)
		},
	})
	m := gen2.NewMachine(gen2.Target{Addr: netip.MustParseAddr("192.0.2.10"), OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000},
		method.Key{}.Stream(netip.Addr{}, "example"), gen2.Options{})
	var out method.Outbox
	for now := time.Unix(0, 0); !now.IsZero(); now = m.Poll(now, &out) {
		for i := range out.Len() {
			p, _ := out.At(i)
			p.Link, p.Src = packet.Raw, netip.MustParseAddr("198.51.100.66")
			frame, err := p.Append(nil)
			if err != nil {
				fmt.Println(err)
			}
			w.Frame(packet.Raw, frame, now)
		}
		out.Reset()
	}
	w.End()
	// Output:
	// probable: os-fingerprint by whorl scan at 198.51.100.66, 75 % sure, leak not observed
	// confirmed: os-fingerprint by whorl scan at 198.51.100.66, 99 % sure, leak not observed
	// ended: os-fingerprint by whorl scan at 198.51.100.66, 99 % sure, leak not observed
}
