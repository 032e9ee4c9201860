package scan

import (
	"whorl"
	"whorl/method/seek"
	"whorl/method/syn"
	"whorl/packet"
)

// observeAccepted adds what the SYN-ACK to the search tells of a host whose probes were
// answered by none: they were dropped on the way, or never sent. Where they were, it would
// tell the same a second time.
func observeAccepted(h *whorl.Host, r *seek.Result) {
	if h.Sequences != nil || r.SYNACK == nil {
		return
	}
	var p packet.Packet
	p.Decode(packet.Raw, r.SYNACK)
	s, ok := syn.From(&p)
	if !ok {
		return
	}
	print := syn.Print{
		Sighting: syn.Sighting{Signature: s, Offer: syn.Offer{Known: true, MSS: seek.MSS(h.Addr)}},
		Seen:     syn.Seen{Count: 1, First: 1, Last: 1, Port: p.TCP.SrcPort},
	}
	h.Observations = append(h.Observations, whorl.Observation{Method: "syn", Print: print.String(), Conditions: whorl.Conditions{
		At: h.Seen.First, Sent: 1, Answered: 1, Probes: 1, RTT: r.RTT.Smoothed,
	}})
}
