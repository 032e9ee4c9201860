package watch

import (
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/method/gen2"
	"whorl/packet"
)

// A contact ends when it has been idle, by Wake or by the next frame.
func TestWake(t *testing.T) {
	s := newSensor(t, Options{})
	if next := s.Wake(epoch); !next.IsZero() {
		t.Errorf("next %v with no contact", next)
	}
	for i, which := range []gen2.Probe{gen2.S1, gen2.S2, gen2.S3} {
		s.at = epoch.Add(time.Duration(i) * 100 * time.Millisecond)
		s.sees(fromShape(nmap, &gen2.Probes[which]))
	}
	next := s.Wake(s.at)
	if want := s.at.Add(quick); !next.Equal(want) {
		t.Errorf("next %v, want %v", next, want)
	}
	soon := s.Wake(next.Add(-time.Nanosecond))
	if s.Len() != 1 || soon.Before(next) || soon.After(next.Add(rest)) {
		t.Errorf("%d contacts, next %v", s.Len(), soon)
	}
	if next = s.Wake(soon); s.Len() != 0 || !next.IsZero() || s.records[len(s.records)-1].State != whorl.Ended {
		t.Errorf("%d contacts, next %v, records %v", s.Len(), next, statesOf(s.records))
	}

	s = newSensor(t, Options{})
	s.sees(fromShape(nmap, &gen2.Probes[gen2.S1]))
	s.after(slow).sees(tcp(1, 2, packet.ACK, 502, "")) // a single probe is waited for longer
	if len(s.records) != 2 || s.records[1].State != whorl.Ended {
		t.Errorf("records %v", statesOf(s.records))
	}
}

// A clock that was set back ends what was before and keeps nothing from being told.
func TestClockSetBack(t *testing.T) {
	s := newSensor(t, Options{})
	s.at = epoch.AddDate(70, 0, 0)
	s.sees(tcp(1, 2, packet.ACK, 502, ""))
	s.at = epoch
	for range 3 {
		s.after(time.Hour).sees(fromShape(nmap, &gen2.Probes[gen2.S1]))
	}
	if got := len(s.ended()); got != 3 || s.Counts().Held > 0 {
		t.Errorf("%d contacts, %d held back", got, s.Counts().Held)
	}
}

// A frame without a time, as some captures have, ends nothing.
func TestNoTime(t *testing.T) {
	s := newSensor(t, Options{})
	for i, which := range []gen2.Probe{gen2.S1, gen2.S2, gen2.S3} {
		s.at = epoch.Add(time.Duration(i) * 100 * time.Millisecond)
		s.sees(fromShape(nmap, &gen2.Probes[which]))
		s.at = time.Time{}
		s.sees(tcp(1, 2, packet.ACK, 502, ""))
	}
	if c := s.only(); c.Counts.Packets != 3 {
		t.Errorf("%+v", c)
	}
}

// A capture that is read once more is no double of itself.
func TestReadTwice(t *testing.T) {
	s := newSensor(t, Options{})
	for range 2 {
		s.at = epoch
		s.sees(fromShape(nmap, &gen2.Probes[gen2.S1]))
		s.after(time.Hour).sees(tcp(1, 2, packet.ACK, 502, ""))
	}
	if got := len(s.ended()); got != 2 || s.Counts().Doubled > 0 {
		t.Errorf("%d contacts, %d doubles", got, s.Counts().Doubled)
	}
}

// Evidence that is not enough does not add up over a long time.
func TestRareRefusals(t *testing.T) {
	s := newSensor(t, Options{})
	for i := range uint16(100) {
		p := tcp(40000+i, 8000+i, packet.SYN, 64240, linuxOptions)
		s.after(50 * time.Second).sees(p)
		s.sees(back(p, packet.RST|packet.ACK))
	}
	if s.End(); len(s.records) > 0 {
		t.Errorf("%+v", s.records[0])
	}
}

// A source that is told of again and again is told of less often.
func TestRates(t *testing.T) {
	var r rates
	r.init()
	n := 0
	for range 100 {
		if r.allow(attacker, epoch) {
			n++
		}
	}
	if n != burstSource {
		t.Errorf("%d records at once, want %d", n, burstSource)
	}
	for i := range 10 {
		if now := epoch.Add(time.Duration(i+1) * everySource); !r.allow(attacker, now) || r.allow(attacker, now) {
			t.Errorf("not one record after %v", now.Sub(epoch))
		}
	}
	if !r.allow(victim, epoch) {
		t.Error("another source is held back")
	}
}

// Contacts that are waited for do not cost time at every frame.
func TestManyWaiting(t *testing.T) {
	w, looks := New(Options{}), 0
	var last time.Time
	for i := range uint32(40_000) {
		p := tcp(uint16(i), 80, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
		p.Link, p.Src, p.TCP.Seq = packet.Raw, netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), i
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		w.Frame(packet.Raw, frame, epoch.Add(time.Duration(i)*time.Millisecond))
		if !w.next.Equal(last) {
			looks, last = looks+1, w.next
		}
	}
	if most := int(40 * time.Second / rest); looks > most || w.Len() != 40_000 {
		t.Errorf("%d contacts, looked at %d times in 40 s", w.Len(), looks)
	}
}
