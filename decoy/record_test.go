package decoy

import (
	"testing"
	"time"

	"whorl"
	"whorl/packet"
)

// What belongs to a contact is recorded, and nothing else, and the contact tells where.
func TestRecord(t *testing.T) {
	o, told := watched(t)
	type frame struct {
		src, dst string
		at       time.Duration
		sent     bool
	}
	var got []frame
	o.Record = func(b []byte, at time.Time, sent bool) int {
		var p packet.Packet
		p.Decode(packet.Ethernet, b)
		if got = append(got, frame{p.Src.String(), p.Dst.String(), at.Sub(epoch), sent}); len(got) == 3 {
			return 0 // no room
		}
		return 10 + len(got)
	}
	foreign := synFrom(us, someone.Next(), 40001) // for another station
	foreign.DstMAC = another
	b := (&belt{}).then(0, ask(t, someone)).then(time.Second, syn(t, someone, 40000)).then(2*time.Second, wired(t, foreign))
	serve(t, newNetwork(t, o), b)
	for i, f := range got {
		want := frame{someone.String(), us.String(), f.at, true}
		if i == 0 {
			want = frame{us.String(), someone.String(), time.Second, false}
		}
		if f != want {
			t.Errorf("frame %d: %+v", i, f)
		}
	}
	last := (*told)[len(*told)-1]
	if len(got) < 2 || last.Frames == nil || last.Frames.First != 11 || last.Frames.Last < 12 || (*told)[0].Frames == nil || *(*told)[0].Frames != (whorl.FrameSpan{First: 11, Last: 12}) {
		t.Errorf("%d frames, told %+v and %+v", len(got), (*told)[0].Frames, last.Frames)
	}
}
