package afpacket

import (
	"time"

	"whorl/link"
)

// received is how many frames RecvBatch hands over at most: enough that what a call costs
// does not count.
const received = 64

// taken are frames that are being handed over.
type taken struct {
	frames [received]link.Frame
	tagged []byte // those with a VLAN tag put back
}

// RecvBatch is Recv for many frames, which are not copied. VLAN tags are put back;
// checksums that the kernel left to hardware are not completed. What is handed over at
// once lies in one block of the ring: on a quiet interface that is what came within
// Options.Hold.
func (c *Conn) RecvBatch(deadline time.Time, use func([]link.Frame)) (n int, err error) {
	c.use.RLock()
	defer c.use.RUnlock()
	s, err := c.await(deadline)
	if err != nil {
		return 0, err
	}
	now, t := time.Now(), &c.taken
	t.tagged = t.tagged[:0]
	for {
		t.frames[n] = link.Frame{Data: t.mend(s, c), At: c.clock.stamp(now, s.stamp)}
		n++
		if n == received || !c.rx.more() {
			break
		}
		s, _ = c.rx.next()
	}
	use(t.frames[:n])
	return n, nil
}

// mend gives a frame with its VLAN tag.
func (t *taken) mend(s slot, c *Conn) []byte {
	tag, ok := s.tag(c.link)
	if !ok {
		return s.frame
	}
	from := len(t.tagged)
	t.tagged = append(append(append(t.tagged, s.frame[:12]...), tag[:]...), s.frame[12:]...)
	return t.tagged[from:]
}
