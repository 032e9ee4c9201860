package main

import (
	"errors"
	"fmt"
	"time"

	"whorl/packet"
)

// burst is how often frames are handed over: what is due since the last time, but no more than
// is due in catchUp, so that a rate out of reach ends in time. A cable that is full for
// patience takes no more.
const (
	burst    = time.Millisecond
	catchUp  = 20 * time.Millisecond
	patience = time.Second
)

var errFull = errors.New("the far end takes no more frames")

// send puts the packets on an interface, so many a second.
func send(o options) error {
	all, err := frames(o)
	if err != nil {
		return err
	}
	r, err := openRing(o.to, all)
	if err != nil {
		return err
	}
	defer r.close()
	s := &sender{ring: r}
	begin := time.Now()
	for passed := time.Duration(0); passed < o.last; passed = time.Since(begin) {
		due := int(passed.Seconds()*float64(o.rate)) - s.sent
		most := max(int(catchUp.Seconds()*float64(o.rate)), 1)
		if err := s.send(min(due, most)); err != nil {
			return err
		}
		if due < most {
			time.Sleep(burst)
		}
	}
	took := time.Since(begin)
	fmt.Printf("%d %d %d %.0f\n", s.sent, s.syns, s.answers, float64(s.sent)/took.Seconds())
	return nil
}

// sender sends the frames of a ring in a circle.
type sender struct {
	*ring
	next  int  // slot
	again bool // the frames have been sent once

	sent, syns, answers int
}

// send sends the next n frames. It returns when the last of them has left.
func (s *sender) send(n int) error {
	for n > 0 {
		if err := s.await(s.next); err != nil {
			return err
		}
		k := 0
		for ; k < min(n, batch) && s.free(s.next); k++ {
			f := s.frame(s.next)
			if s.again {
				anew(f)
			}
			s.count(f)
			s.offer(s.next)
			if s.next++; s.next == s.slots {
				s.next, s.again = 0, true
			}
		}
		if err := s.flush(k); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

func (s *sender) count(f []byte) {
	s.sent++
	switch packet.Flags(f[atFlags]) & (packet.SYN | packet.ACK) {
	case packet.SYN:
		s.syns++
	case packet.SYN | packet.ACK:
		s.answers++
	}
}
