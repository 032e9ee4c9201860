package watch

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"whorl"
	"whorl/method/gen2"
	"whorl/packet"
	"whorl/persona"
)

// trace is what a machine sends a persona, with the answers, in order.
func trace(t *testing.T) (frames [][]byte, times []time.Time) {
	s := newSensor(t, Options{})
	a := &attack{net: target(t, "Linux 6", persona.Options{}), m: machines()["gen2"](), kernel: true}
	a.tap = func(frame []byte, at time.Time) {
		frames, times = append(frames, append([]byte(nil), frame...)), append(times, at)
	}
	a.run(s)
	return frames, times
}

// Decoys are put together with the source that is there; others at the same time are not.
func TestDecoys(t *testing.T) {
	frames, times := trace(t)
	s := newSensor(t, Options{})
	bystander := netip.MustParseAddr("203.0.113.9")
	decoys := []netip.Addr{netip.MustParseAddr("198.51.100.3"), attacker, netip.MustParseAddr("198.51.100.4")}
	var p packet.Packet
	for i, frame := range frames {
		p.Decode(packet.Raw, frame)
		s.at = times[i]
		if p.Src != attacker || p.TCP.Flags == packet.RST {
			s.sees(&p)
			continue
		}
		for _, a := range decoys {
			q := p
			q.Src = a
			s.after(10 * time.Microsecond).sees(&q)
		}
		q := p // another scanner, with numbers of its own
		q.Src, q.TCP.Seq, q.TCP.SrcPort, q.UDP.SrcPort, q.ICMP.Rest = bystander, p.TCP.Seq+999999, p.TCP.SrcPort+99, 5555, p.ICMP.Rest+7<<16
		s.after(10 * time.Microsecond).sees(&q)
	}
	all := s.fingerprinting()
	if len(all) != 2 {
		t.Fatalf("%s", s.summary())
	}
	c := &all[0]
	if len(c.Sources) == 1 {
		c = &all[1]
	}
	if len(c.Sources) != 3 || c.Counts.Sources != 3 || c.Sources[0].Addr != attacker || !c.Sources[0].Live || c.Sources[1].Live || c.Sources[2].Live {
		t.Errorf("sources %v", c.Sources)
	}
	if len(c.Evasion) != 1 || c.Evasion[0] != "decoys" {
		t.Errorf("evasion %v", c.Evasion)
	}
}

// Probes in pieces are put together, however the pieces are ordered; pieces that overlap
// or never end are dropped.
func TestFragments(t *testing.T) {
	frames, times := trace(t)
	for _, c := range []struct {
		name    string
		size    int
		reverse bool
		want    bool
	}{{"8 bytes", 8, false, true}, {"24 bytes", 24, true, true}, {"8 bytes backwards", 8, true, true}} {
		s := newSensor(t, Options{})
		for i, frame := range frames {
			pieces := [][]byte{frame}
			if frame[12] == attacker.As4()[0] {
				pieces = cut(frame, c.size)
			}
			if c.reverse {
				for i, j := 0, len(pieces)-1; i < j; i, j = i+1, j-1 {
					pieces[i], pieces[j] = pieces[j], pieces[i]
				}
			}
			for _, b := range pieces {
				s.Frame(packet.Raw, b, times[i])
			}
		}
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != "nmap -O" || len(all[0].Evasion) != 1 || all[0].Evasion[0] != "fragments" || all[0].Learned == nil {
			t.Errorf("%s: %s %+v", c.name, s.summary(), all)
		}
	}
}

// cut makes fragments of an IPv4 packet without options.
func cut(frame []byte, size int) (out [][]byte) {
	body := frame[20:]
	for from := 0; from < len(body); from += size {
		to := min(from+size, len(body))
		b := append(append([]byte(nil), frame[:20]...), body[from:to]...)
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		flags := uint16(from/8) | binary.BigEndian.Uint16(frame[6:])&0x4000
		if to < len(body) {
			flags |= 0x2000
		}
		binary.BigEndian.PutUint16(b[6:], flags)
		binary.BigEndian.PutUint16(b[10:], 0)
		binary.BigEndian.PutUint16(b[10:], packet.Checksum(b[:20]))
		b = append(b, 0, 0, 0)[: len(b) : len(b)+3] // memory behind the frame is not the frame's
		out = append(out, b)
	}
	return out
}

func TestFragmentsDropped(t *testing.T) {
	frames, _ := trace(t)
	var f fragments
	pieces := cut(frames[0], 8)
	add := func(b []byte) bool {
		var p packet.Packet
		p.Decode(packet.Raw, b)
		whole, _ := f.add(&p, b, epoch)
		return whole != nil
	}
	for _, b := range pieces[:len(pieces)-1] {
		if add(b) {
			t.Error("whole before its end")
		}
	}
	if add(pieces[1]) || add(pieces[len(pieces)-1]) {
		t.Error("whole although pieces overlap")
	}
	for id := range 3 * maxDatagrams {
		b := append([]byte(nil), pieces[0]...)
		binary.BigEndian.PutUint16(b[4:], uint16(id))
		add(b)
	}
	if len(f.under) > maxDatagrams {
		t.Errorf("%d packets under way", len(f.under))
	}
}

// Probes in another order, slow ones and few of them are still the tool's.
func TestShuffledAndSlow(t *testing.T) {
	frames, _ := trace(t)
	probes := func() (out [][]byte) {
		for _, f := range frames {
			if reset := f[9] == packet.ProtoTCP && f[33] == byte(packet.RST); !reset && netip.AddrFrom4([4]byte(f[12:16])) == attacker {
				out = append(out, f)
			}
		}
		return out
	}()
	for _, c := range []struct {
		name  string
		order []int
		gap   time.Duration
		tells string
	}{
		{"shuffled", rand.New(rand.NewPCG(1, 1)).Perm(16), 25 * time.Millisecond, "order"},
		{"one a second", nil, time.Second, "delay"},
		{"one in 15 seconds", nil, 15 * time.Second, "delay"},
		{"three", []int{0, 3, 7}, 25 * time.Millisecond, ""},
	} {
		s := newSensor(t, Options{})
		if c.order == nil {
			for i := range len(probes) {
				c.order = append(c.order, i)
			}
		}
		for _, i := range c.order {
			s.after(c.gap).Frame(packet.Raw, probes[i], s.at)
		}
		all := s.fingerprinting()
		if len(all) != 1 || all[0].Tool != "nmap -O" || all[0].Confidence < 0.94 {
			t.Errorf("%s: %s", c.name, s.summary())
			continue
		}
		if e := all[0].Evasion; (c.tells != "") != (len(e) > 0) || c.tells != "" && e[0] != c.tells {
			t.Errorf("%s: evasion %v", c.name, e)
		}
		if all[0].Leak != whorl.LeakUnseen {
			t.Errorf("%s: leak %q", c.name, all[0].Leak)
		}
	}
}

// A sensor that gets every packet twice counts it once, and one that looks on others does
// not speak of them.
func TestTwiceAndHome(t *testing.T) {
	frames, times := trace(t)
	once, twice := newSensor(t, Options{}), newSensor(t, Options{})
	home := newSensor(t, Options{Home: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for i, f := range frames {
		once.Frame(packet.Raw, f, times[i])
		twice.Frame(packet.Raw, f, times[i])
		f = append([]byte(nil), f...)
		f[8]-- // the other side of a router
		binary.BigEndian.PutUint16(f[10:], 0)
		binary.BigEndian.PutUint16(f[10:], packet.Checksum(f[:20]))
		twice.Frame(packet.Raw, f, times[i].Add(100*time.Microsecond))
		home.Frame(packet.Raw, f, times[i])
	}
	a, b := once.only(), twice.only()
	if a.Counts != b.Counts {
		t.Errorf("counts %+v, seen twice %+v", a.Counts, b.Counts)
	}
	if s := home.summary(); s != "" {
		t.Errorf("of others: %s", s)
	}
}

// A scan of many hosts is one contact.
func TestCampaign(t *testing.T) {
	s := newSensor(t, Options{})
	for i := range byte(50) {
		m := gen2.NewMachine(gen2.Target{Addr: netip.AddrFrom4([4]byte{192, 0, 2, i}), OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000}, stream("gen2"), gen2.Options{Tries: 1})
		(&attack{net: target(t, "Linux 6", persona.Options{}), m: m}).run(s)
	}
	c := s.fingerprinting()
	if len(c) != 1 || len(c[0].Targets) != maxListed || c[0].Counts.Targets < 45 || c[0].Counts.Targets > 55 || len(s.records) != 3 {
		t.Errorf("%s: %+v", s.summary(), c)
	}
}
