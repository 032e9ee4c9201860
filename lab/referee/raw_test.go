package main

import (
	"slices"
	"sync"
	"testing"

	"whorl/lab/target"
)

// Both programs measure the same of the same stack, but for what differences.txt
// explains. What is listed and does not occur has to be taken off the list.
func TestFingerprintsAgree(t *testing.T) {
	whorl, nmap := needsLab(t), needsNmap(t)
	list, err := readKnown(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger{known: list}
	t.Run("targets", func(t *testing.T) {
		eachTarget(t, quick(t), func(t *testing.T, s subject) {
			if s.words[0] == "delay" {
				t.Skip("loses frames, and each program others")
			}
			h := s.start(t)
			l.judge(t, s.name, func() []difference { return measure(t, h, whorl, nmap) })
		})
	})
	if t.Failed() {
		return
	}
	for _, k := range l.known {
		if !k.met && !k.sometimes && slices.ContainsFunc(l.ran, k.about) {
			t.Errorf("differences.txt:%d: %s %s does not occur any more; remove the line", k.line, k.target, k.attr)
		}
	}
}

// measure asks both programs and compares.
func measure(t *testing.T, h *target.Target, whorl, nmap tool) []difference {
	theirs, err := nmap(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := whorl(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	if len(ours.print) == 0 || len(theirs.print) == 0 {
		t.Fatalf("no fingerprint: whorl %d tests, nmap %d", len(ours.print), len(theirs.print))
	}
	return differences(ours.print, theirs.print)
}

// ledger is what is known of differences and what has been met of it.
type ledger struct {
	mu    sync.Mutex
	known []known
	ran   []string // names of targets
}

// judge measures, and once more if something is not explained: a lost packet does not
// come back, a real difference does.
func (l *ledger) judge(t *testing.T, name string, measure func() []difference) {
	unexplained := l.settle(name, measure())
	if len(unexplained) == 0 {
		return
	}
	again := l.settle(name, measure())
	for _, d := range unexplained {
		if slices.ContainsFunc(again, func(e difference) bool { return e.attr == d.attr }) {
			t.Errorf("target, attribute, whorl, nmap: %s\t%v", name, d)
		} else {
			t.Logf("did not come back: %v", d)
		}
	}
}

// settle notes which known differences were met and returns the others.
func (l *ledger) settle(name string, diffs []difference) (unexplained []difference) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.ran, name) {
		l.ran = append(l.ran, name)
	}
	for _, d := range diffs {
		i := slices.IndexFunc(l.known, func(k known) bool { return k.explains(name, d) })
		if i < 0 {
			unexplained = append(unexplained, d)
		} else {
			l.known[i].met = true
		}
	}
	return unexplained
}
