package verdict

import (
	"fmt"
	"slices"

	"whorl"
	"whorl/method/syn"
)

// sharedBox tells that machines of several systems use one address: clients behind a NAT,
// or a NAT that hands ports on.
func sharedBox(stacks []stack) whorl.Box {
	b := whorl.Box{Kind: whorl.BoxShared}
	for _, s := range stacks {
		m := whorl.Behind{Name: s.best.verdicts[0].Name, Confidence: s.best.sure}
		what := "begins"
		if s.best.Answer {
			what, m.Ports = "accepts", []uint16{s.best.seen.Port}
		}
		b.Behind = append(b.Behind, m)
		b.Evidence = append(b.Evidence, fmt.Sprintf("%s %s connections, %d handshakes, %d hops away: %s",
			s.name, what, s.count, syn.Distance(s.best.TTL), s.best.Observed(s.best.Offer.MSS)))
	}
	return b
}

// nearBox tells that something near the client completes handshakes.
func nearBox(all []handshake) whorl.Box {
	b := whorl.Box{Kind: whorl.BoxOwnNAT}
	for _, s := range all {
		if s.between {
			b.Evidence = append(b.Evidence, fmt.Sprintf("SYN-ACKs with an MSS alone, no DF and no distance, as user-mode NATs answer (seen: %d): %s",
				s.seen.Count, s.Observed(s.Offer.MSS)))
		}
	}
	return b
}

// addBoxes adds boxes that a record may have from an earlier judgement.
func addBoxes(h *whorl.Host, boxes ...whorl.Box) {
	for _, b := range boxes {
		if !slices.ContainsFunc(h.Boxes, func(o whorl.Box) bool { return o.Kind == b.Kind && slices.Equal(o.Evidence, b.Evidence) }) {
			h.Boxes = append(h.Boxes, b)
		}
	}
}

// handshakeNotes tell what the path and the application have done.
func handshakeNotes(s *syn.Signature) (notes []string) {
	const ethernet = 1500
	if mtu, ok := s.MTU(); ok && mtu != ethernet {
		note := fmt.Sprintf("MTU %d", mtu)
		if l, ok := syn.LinkOf(mtu); ok {
			note += " (" + l.Name + ")"
		}
		notes = append(notes, note)
	}
	if _, extras := s.Layout.Plain(); extras != 0 {
		notes = append(notes, extras.String())
	}
	return notes
}
