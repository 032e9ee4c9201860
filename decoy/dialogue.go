package decoy

import (
	"bytes"
	"net/netip"
	"time"

	"whorl"
	"whorl/persona"
)

// Bounds of what is kept of the dialogues of a contact.
const (
	maxSaid     = 4 << 10 // bytes
	maxSpeeches = 64
)

// dialogue is what was said over the connections of a contact: the beginning of it.
type dialogue struct {
	speeches []whorl.Speech // their text is made when they are told
	kept     int            // bytes
	total    int
}

// add files what was said by or to a decoy.
func (d *dialogue) add(now time.Time, target netip.Addr, s *persona.Saying) {
	d.total += len(s.Data)
	data := s.Data[:min(len(s.Data), maxSaid-d.kept)]
	if len(data) == 0 {
		return
	}
	if k := len(d.speeches) - 1; k >= 0 {
		last := &d.speeches[k]
		if last.Target == target && last.Port == s.Port && last.SourcePort == s.PeerPort && last.Answer == s.Ours {
			last.Data = append(last.Data, data...)
			d.kept += len(data)
			return
		}
	}
	if len(d.speeches) >= maxSpeeches {
		return
	}
	d.kept += len(data)
	d.speeches = append(d.speeches, whorl.Speech{At: now, Source: s.Peer, SourcePort: s.PeerPort, Target: target, Port: s.Port, Answer: s.Ours,
		Data: bytes.Clone(data)})
}

// told is the dialogue as records have it.
func (d *dialogue) told() (out []whorl.Speech) {
	for _, s := range d.speeches {
		s.Text = printable(s.Data)
		if s.Data = bytes.Clone(s.Data); s.Text == string(s.Data) {
			s.Data = nil
		}
		out = append(out, s)
	}
	return out
}

// printable is text with a dot for each byte that is none, as in Suricata's payload_printable.
func printable(data []byte) string {
	text := bytes.Clone(data)
	for i, b := range text {
		if (b < ' ' || b > '~') && b != '\r' && b != '\n' && b != '\t' {
			text[i] = '.'
		}
	}
	return string(text)
}

// said files what a decoy and its peer say.
func (n *Network) said(target netip.Addr, s *persona.Saying) {
	if c := n.contacts.of(s.Peer); c != nil {
		c.dialogue.add(n.now, target, s)
	}
}
