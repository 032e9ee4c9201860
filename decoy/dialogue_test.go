package decoy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/packet"
	"whorl/persona"
)

// What a visitor and a service say stands in the record of his contact, if that is wanted.
func TestDialogue(t *testing.T) {
	for _, wanted := range []bool{true, false} {
		o, told := watched(t)
		o.Dialogue = wanted
		o.Groups[0].Persona.Services = []persona.Service{{Port: 80, Greeting: []byte("hello\r\n"), End: "\n"}}
		first := serve(t, newNetwork(t, o), &belt{}, syn(t, someone, 40000))[0].TCP // the same again below
		said := func(seq uint32, ack uint32, text string) []byte {
			p := synFrom(us, someone, 40000)
			p.TCP.Flags, p.TCP.Seq, p.TCP.Ack, p.Payload = packet.ACK, seq, ack, []byte(text)
			return wired(t, p)
		}
		o.Contact = func(c *whorl.Contact) { *told = append(*told, *c) }
		*told = nil
		b := (&belt{}).then(0, syn(t, someone, 40000)).then(time.Second, said(2, first.Seq+1, "")).
			then(2*time.Second, said(2, first.Seq+8, "a\x00b\n")).then(3*time.Second, said(6, first.Seq+8, "c\n"))
		serve(t, newNetwork(t, o), b)
		last := (*told)[len(*told)-1]
		if !wanted {
			if last.Dialogue != nil || last.Counts.Said != 0 {
				t.Errorf("told %+v", last.Dialogue)
			}
			continue
		}
		want := []whorl.Speech{
			{At: epoch.Add(time.Second), Source: us, SourcePort: 40000, Target: someone, Port: 80, Answer: true, Text: "hello\r\n"},
			{At: epoch.Add(2 * time.Second), Source: us, SourcePort: 40000, Target: someone, Port: 80, Text: "a.b\nc\n", Data: []byte("a\x00b\nc\n")},
		}
		same := func(a, b whorl.Speech) bool {
			ok := bytes.Equal(a.Data, b.Data)
			a.Data, b.Data = nil, nil
			return ok && a.At == b.At && a.Source == b.Source && a.SourcePort == b.SourcePort && a.Target == b.Target && a.Port == b.Port &&
				a.Answer == b.Answer && a.Text == b.Text
		}
		if !slices.EqualFunc(last.Dialogue, want, same) || last.Counts.Said != 13 {
			t.Errorf("told %+v, %d bytes; want %+v", last.Dialogue, last.Counts.Said, want)
		}
	}
}

// Whatever is said, no more than so much is kept.
func TestDialogueIsBounded(t *testing.T) {
	var d dialogue
	for i := range 1000 {
		d.add(epoch, someone, &persona.Saying{Peer: us, PeerPort: uint16(i), Port: 80, Data: []byte(strings.Repeat("x", 100+i))})
	}
	kept := 0
	for _, s := range d.told() {
		kept += len(s.Text)
	}
	if kept != maxSaid || len(d.speeches) > maxSpeeches || d.total != 1000*100+999*1000/2 {
		t.Errorf("%d bytes of %d in %d speeches", kept, d.total, len(d.speeches))
	}
	d = dialogue{}
	for i := range 1000 {
		d.add(epoch, someone, &persona.Saying{Peer: us, PeerPort: uint16(i), Port: 80, Data: []byte("x")})
	}
	if len(d.speeches) != maxSpeeches {
		t.Errorf("%d speeches", len(d.speeches))
	}
}
