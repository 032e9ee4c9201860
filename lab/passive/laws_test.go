package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
	"whorl/data"
	"whorl/link/pcapfile"
	"whorl/listen"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

// law is what must stay of what is said of the addresses of a capture.
type law uint8

const (
	everything law = iota // what was seen, names, boxes, warnings
	theName               // of the addresses that are still heard and have one
	theFamily             // of those that still have one
)

// said is what is said of an address. What something near the client answers has no name:
// from farther away it may be named, as what it is.
type said struct {
	name, family string
	near         bool
	all          string
}

// small are limits that these captures do not reach.
var small = listen.Options{Hosts: 1 << 10, Flows: 1 << 12}

// ear listens to captures and names their hosts.
type ear struct{ judge *verdict.Handshakes }

func newEar() ear {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	return ear{verdict.NewHandshakes(set, verdict.Options{})}
}

func (e ear) names(l *listen.Listener) map[netip.Addr]said {
	out := map[netip.Addr]said{}
	for h := range l.Hosts() {
		e.judge.Judge(h)
		a := answerOf(h)
		s := said{name: h.Verdicts[0].Name}
		if !a.box {
			s.family = a.family
		}
		all := []any{a.names, h.Warnings}
		for _, b := range h.Boxes {
			s.near = s.near || b.Kind == whorl.BoxOwnNAT
			all = append(all, b.Kind, b.Evidence)
		}
		for _, o := range h.Observations {
			all = append(all, o.Print)
		}
		s.all = fmt.Sprintln(all...)
		out[h.Addr] = s
	}
	return out
}

func (e ear) recording(r recording) map[netip.Addr]said {
	l := listen.New(small)
	for _, x := range r {
		l.Frame(packet.Raw, x.ip, x.at)
	}
	return e.names(l)
}

func (e ear) file(t *testing.T, file []byte) map[netip.Addr]said {
	t.Helper()
	r, err := pcapfile.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	l := listen.New(small)
	for {
		frame, link, at, err := r.Next()
		if errors.Is(err, io.EOF) {
			return e.names(l)
		}
		if err != nil {
			t.Fatal(err)
		}
		l.Frame(link, frame, at)
	}
}

// breaks tells where a law does not hold, and how many addresses have lost their name.
func (w law) breaks(before, after map[netip.Addr]said) (where []string, lost int) {
	for _, a := range slices.SortedFunc(maps.Keys(before), netip.Addr.Compare) {
		b := before[a]
		now, heard := after[a]
		changed := false
		switch w {
		case everything:
			changed = b != now
		case theName:
			changed = heard && b.family+now.family != "" && b.name != now.name
		case theFamily:
			changed = heard && b.family != "" && now.family != "" && b.family != now.family
		}
		if changed || b.near && now.family != "" {
			where = append(where, fmt.Sprintf("%v: %s", a, cmp.Diff(strings.Split(b.all, "\n"), strings.Split(now.all, "\n"))))
		}
		if heard && b.family != "" && now.family == "" {
			lost++
		}
	}
	return where, lost
}

// What paths, taps and tools do to a capture turns no host into another.
func TestChanges(t *testing.T) {
	all, e, lost := recordings(t, captures(t)), newEar(), map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		before := e.recording(all[name])
		for _, c := range changes {
			where, n := c.stays.breaks(before, e.recording(c.change(all[name])))
			for _, w := range where {
				t.Errorf("%s, %s: %s", name, c.name, w)
			}
			lost[c.name] += n
		}
	}
	for _, c := range changes {
		if t.Logf("%s: %d names lost", c.name, lost[c.name]); lost[c.name] > c.lost {
			t.Errorf("%s: %d names lost, want at most %d", c.name, lost[c.name], c.lost)
		}
	}
}

// The same handshakes say the same on every link and in every format of files.
func TestLinksAndFormats(t *testing.T) {
	e := newEar()
	for name, r := range recordings(t, captures(t)) {
		r = r.without(func(s *segment) bool { return !s.syn }).valid()
		before := e.recording(r)
		for _, f := range framings {
			where, _ := everything.breaks(before, e.file(t, writeNG(t, r, &f)))
			for _, w := range where {
				t.Errorf("%s, %s: %s", name, f.name, w)
			}
		}
		for _, f := range formats {
			where, _ := everything.breaks(before, e.file(t, f.write(t, r, &framings[0])))
			for _, w := range where {
				t.Errorf("%s, %s: %s", name, f.name, w)
			}
		}
	}
}

// All captures at once, each with addresses of its own, say of each host what they say alone.
func TestMerged(t *testing.T) {
	e, others, together := newEar(), strangers{}, recording{}
	before := map[netip.Addr]said{}
	for name, r := range recordings(t, captures(t)) {
		own := others.in(name)
		for a, s := range e.recording(r) {
			before[own.of(a)] = s
		}
		together = append(together, own.move(r).shifted(-r[0].at.Sub(start))...)
	}
	where, lost := theName.breaks(before, e.recording(together.sorted()))
	for _, w := range where {
		t.Error(w)
	}
	if len(before) < 490 || lost > 0 {
		t.Errorf("%d addresses, want at least 490; %d names lost", len(before), lost)
	}
}
