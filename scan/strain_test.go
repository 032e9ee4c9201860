package scan

import (
	"testing"
	"time"
)

func TestStrain(t *testing.T) {
	var s strain
	now := epoch
	if s.look(0, now) {
		t.Error("strained from the beginning")
	}
	if !s.look(3, now) || s.look(3, now) {
		t.Error("lost frames count once, when they are lost")
	}
	s.turn(time.Second) // one late turn is an accident
	if s.look(3, now) && s.late < lateStrain.Seconds() {
		t.Error("strained by one late turn")
	}
	for range 1000 {
		s.turn(0)
	}
	if s.look(3, now) {
		t.Error("strained although all is in time")
	}
	for range 200 {
		s.turn(3 * lateStrain)
	}
	if !s.look(3, now) {
		t.Error("not strained although timers fire late")
	}
}

// A fall in the share of answers counts, a low share as such does not.
func TestStrainOfAnswers(t *testing.T) {
	windows := func(s *strain, now *time.Time, n, heard int) (strained int) {
		for range n {
			*now = now.Add(window)
			s.sent, s.heard = 1000, heard
			if s.look(0, *now) {
				strained++
			}
		}
		return strained
	}
	var s strain
	now := epoch
	if n := windows(&s, &now, 20, 875); n != 0 {
		t.Errorf("strained %d times by hosts that answer", n)
	}
	if n := windows(&s, &now, 1, 300); n != 0 {
		t.Error("strained by one bad window")
	}
	if n := windows(&s, &now, 3, 300); n != 3 {
		t.Errorf("strained %d of 3 times while few answer", n)
	}
	var firewalled strain
	if n := windows(&firewalled, &now, 20, 250); n != 0 {
		t.Errorf("strained %d times by hosts behind firewalls", n)
	}
	quiet := strain{sent: 10, share: 0.9}
	if quiet.look(0, epoch.Add(time.Hour)) {
		t.Error("strained by ten packets")
	}
}
