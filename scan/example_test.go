package scan_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link"
	"whorl/link/afpacket"
	"whorl/link/sim"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/scan"
	"whorl/verdict"
)

// memory is a network without wires.
type memory struct{ *sim.Net }

func (memory) Route(addr netip.Addr) (link.Route, error) {
	return link.Route{Interface: "memory", Index: 1, MTU: 1500, Link: packet.Raw, Src: netip.MustParseAddr("192.0.2.1"), NextHop: addr}, nil
}

func (m memory) Open(link.Route) (link.Conn, error) { return m.Net, nil }

// A host in memory that answers as a record says is scanned and named.
func ExampleRun() {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	addr := netip.MustParseAddr("192.0.2.7")
	net := memory{sim.New(sim.Options{Resets: true})}
	for _, e := range set.Entries() {
		if e.Name == "FreeBSD 12.0 - 15.X" {
			host, err := persona.New(e, persona.Options{Addr: addr, OpenTCP: []uint16{22}, Delay: time.Millisecond})
			if err != nil {
				fmt.Println(err)
				return
			}
			net.Add(addr, host)
		}
	}

	judges := verdict.NewJudges(set, verdict.Options{})
	job := scan.Job{Targets: &scan.Targets{}, Timing: scan.Timings[3]}
	job.Targets.Add(addr.String(), nil)
	err := scan.Run(context.Background(), job, scan.Config{
		Network:  net,
		NewJudge: func() scan.Judge { return judges.New() },
		Host: func(h *whorl.Host) {
			v := h.Verdicts[0]
			fmt.Println(h.Addr, v.Name, v.Confidence > 0.9)
		},
	})
	fmt.Println(err)
	// Output:
	// 192.0.2.7 FreeBSD 11.X - 15.X true
	// <nil>
}

// The network of this machine: what stands at an address, in a program of one's own. It needs
// CAP_NET_RAW.
func ExampleRun_network() {
	network, err := afpacket.NewNetwork(link.Via{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer network.Close()
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judges := verdict.NewJudges(set, verdict.Options{})

	job := scan.Job{Targets: &scan.Targets{}, Timing: scan.Timings[3]}
	rand.Read(job.Key[:]) // nobody else shall know how answers are recognised
	if err := job.Targets.Add("127.0.0.1", nil); err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	err = scan.Run(ctx, job, scan.Config{
		Network:  network,
		Listen:   network.Listen,
		NewJudge: func() scan.Judge { return judges.New() },
		Host: func(h *whorl.Host) {
			for _, v := range h.Verdicts {
				fmt.Println(h.Addr, v.Name, v.Confidence)
			}
		},
	})
	if err != nil {
		fmt.Println(err)
	}
}
