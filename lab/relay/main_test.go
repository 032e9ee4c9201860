//go:build linux

package main

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	ipv4 = append(make([]byte, 12), 0x08, 0x00, 0x45)
	arp  = append(make([]byte, 12), 0x08, 0x06)
)

func icmp6(kind byte) []byte {
	b := make([]byte, 62)
	b[12], b[13], b[20], b[54] = 0x86, 0xdd, 58, kind
	return b
}

// pass sends n IPv4 frames over the line: how many were queued, how many overtook.
func pass(l line, n int) (queued []frame, overtook int) {
	queue := make(chan frame, 2*n)
	var direct bytes.Buffer
	random := rand.New(rand.NewPCG(1, 0))
	for range n {
		l.accept(ipv4, queue, &direct, random)
	}
	close(queue)
	for f := range queue {
		queued = append(queued, f)
	}
	return queued, direct.Len() / len(ipv4)
}

func TestLine(t *testing.T) {
	tests := []struct {
		name             string
		line             line
		queued, overtook int // of 1000, from the seed
	}{
		{"clean", line{}, 1000, 0},
		{"all lost", line{loss: 1}, 0, 0},
		{"all twice", line{dup: 1}, 2000, 0},
		{"all overtake", line{reorder: 1}, 0, 1000},
		{"lost frames are neither doubled nor early", line{loss: 1, dup: 1, reorder: 1}, 0, 0},
	}
	for _, c := range tests {
		queued, overtook := pass(c.line, 1000)
		if len(queued) != c.queued || overtook != c.overtook {
			t.Errorf("%s: %d queued, %d overtook; want %d, %d", c.name, len(queued), overtook, c.queued, c.overtook)
		}
	}
	if q, _ := pass(line{loss: 0.1}, 1000); len(q) < 850 || len(q) > 950 {
		t.Errorf("loss 0.1 leaves %d of 1000", len(q))
	}
}

func TestDelayVaries(t *testing.T) {
	start := time.Now()
	queued, _ := pass(line{delay: time.Hour, jitter: time.Minute}, 1000)
	took := time.Since(start)
	var least, most time.Duration = 2 * time.Hour, 0
	for _, f := range queued {
		d := f.due.Sub(start)
		least, most = min(least, d), max(most, d)
	}
	if least < 59*time.Minute || most > 61*time.Minute+took || most-least < time.Minute {
		t.Errorf("delays from %v to %v", least, most)
	}
}

// A full queue loses frames and does not block.
func TestQueueFull(t *testing.T) {
	queue := make(chan frame, 1)
	for range 3 {
		line{}.accept(ipv4, queue, nil, rand.New(rand.NewPCG(1, 0)))
	}
	if len(queue) != 1 {
		t.Errorf("%d queued", len(queue))
	}
}

func TestResolutionPasses(t *testing.T) {
	tests := []struct {
		name  string
		frame []byte
		want  bool
	}{
		{"ARP", arp, true},
		{"IPv4", ipv4, false},
		{"echo request", icmp6(128), false},
		{"neighbour solicitation", icmp6(135), true},
		{"neighbour advertisement", icmp6(136), true},
		{"cut off", icmp6(135)[:54], false},
		{"short", arp[:13], false},
	}
	for _, c := range tests {
		if got := isResolution(c.frame); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		var direct bytes.Buffer
		line{loss: 1}.accept(c.frame, nil, &direct, rand.New(rand.NewPCG(1, 0)))
		if passed := bytes.Equal(direct.Bytes(), c.frame); passed != c.want {
			t.Errorf("%s passed a dead line: %v, want %v", c.name, passed, c.want)
		}
	}
}
