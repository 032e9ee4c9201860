package watch

import (
	"encoding/binary"
	"testing"
	"time"

	"whorl"
	"whorl/packet"
)

// Frames of any bytes neither crash a Watcher nor give a record that breaks a rule. The
// data are frames, each with a byte for the time before it and two for its length.
func FuzzFrames(f *testing.F) {
	for _, c := range emulations {
		s := newSensor(f, Options{})
		var all []byte
		s.tap = func(frame []byte) {
			all = binary.BigEndian.AppendUint16(append(all, 50), uint16(len(frame)))
			all = append(all, frame...)
		}
		c.send(s)
		f.Add(all)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		at, states := epoch, map[uint64][]whorl.ContactState{}
		w := newWatcher(Options{Sessions: 8, Contact: func(c *whorl.Contact) {
			states[c.ID] = append(states[c.ID], c.State)
			if n := len(states[c.ID]); n > 3 || c.Confidence <= 0 || c.Confidence > 0.99 || len(c.Sources) == 0 || c.Counts.Targets == 0 {
				t.Errorf("record %d: %+v", n, *c)
			}
		}}, 2)
		for len(b) >= 3 {
			at = at.Add(time.Duration(b[0]) * 10 * time.Millisecond)
			n := min(int(binary.BigEndian.Uint16(b[1:])), len(b)-3)
			w.Frame(packet.Raw, b[3:3+n], at)
			b = b[3+n:]
		}
		w.End()
		if w.Len() != 0 || w.kept != 0 || w.contacts.bytes != 0 || len(w.contacts.targets) != 0 {
			t.Errorf("%d contacts of %d bytes, %d packets, %d targets are left", w.Len(), w.contacts.bytes, w.kept, len(w.contacts.targets))
		}
	})
}
