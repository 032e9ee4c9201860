package listen

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/packet"
)

// lineOf is the line of a host that begins with a word; empty if there is none.
func lineOf(t testing.TB, l *Listener, s segment, test string) string {
	t.Helper()
	h, ok := l.Host(s.from)
	if !ok {
		t.Fatalf("%v is not known", s.from)
	}
	i := slices.IndexFunc(h.Observations, func(o whorl.Observation) bool { return strings.HasPrefix(o.Print, test+"(") })
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(h.Observations[i].Print)
}

// SYN-ACKs that are repeated are timed, unless SYNs were repeated too or not seen.
func TestAgainAnswers(t *testing.T) {
	ask := asks(client(1), 40000, 7)
	answer := ask.answers(99)
	six := ask
	six.from, six.to = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	for name, tt := range map[string]struct {
		feed func(l *Listener)
		want string
	}{
		"repeated": {func(l *Listener) { ask.feed(t, l, 0) }, "AgainAck(T=3E8,BB8)"},
		"lone":     {func(l *Listener) {}, ""},
		"SYN repeated before": {func(l *Listener) {
			ask.feed(t, l, -time.Second)
			ask.feed(t, l, 0)
		}, ""},
		"copied by the capture": {func(l *Listener) {
			ask.feed(t, l, 0)
			ask.feed(t, l, time.Millisecond)
		}, "AgainAck(T=3E8,BB8)"},
	} {
		l := New(Options{})
		tt.feed(l)
		for _, at := range []time.Duration{2 * time.Millisecond, 1002 * time.Millisecond, 3002 * time.Millisecond} {
			answer.feed(t, l, at)
		}
		if got := lineOf(t, l, answer, "AgainAck"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	both := New(Options{}) // sides of a router: each packet twice
	ask.feed(t, both, 0)
	for _, at := range []time.Duration{2, 3, 1002, 1003, 3002, 3003} {
		answer.feed(t, both, at*time.Millisecond)
	}
	if got := lineOf(t, both, answer, "AgainAck"); got != "AgainAck(T=3E8,BB8)" {
		t.Errorf("heard on both sides of a router: %q", got)
	}
	over6 := New(Options{})
	six.feed(t, over6, 0)
	for _, at := range []time.Duration{2 * time.Millisecond, 1002 * time.Millisecond, 3002 * time.Millisecond} {
		six.answers(99).feed(t, over6, at)
	}
	if got := lineOf(t, over6, six.answers(99), "AgainAck"); got != "AgainAck(T=3E8,BB8)" {
		t.Errorf("over IPv6: %q", got)
	}
	l := New(Options{})
	ask.feed(t, l, 0)
	answer.feed(t, l, time.Millisecond)
	ask.feed(t, l, time.Second)
	answer.feed(t, l, time.Second+time.Millisecond)
	if got := lineOf(t, l, answer, "AgainAck"); got != "" {
		t.Errorf("SYN repeated behind: %q", got)
	}
}

// refusal is the RST to a SYN.
func (s segment) refusal() segment {
	r := s.answers(0)
	r.flags, r.options, r.window = packet.RST|packet.ACK, "", 0
	return r
}

// A SYN that is sent again because it was refused is a habit and no timer.
func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		tries         int
		client, again string
	}{
		"gives up":   {1, "Habits(RR=N)", ""},
		"goes on":    {3, "Habits(RR=Y)", ""},
		"twice each": {2, "Habits(RR=Y)", ""},
	} {
		l := New(Options{})
		for n := range 4 {
			s := asks(client(1), uint16(40000+n), uint32(n))
			for try := range tt.tries {
				at := time.Duration(n)*10*time.Second + time.Duration(try)*500*time.Millisecond
				s.feed(t, l, at)
				s.refusal().feed(t, l, at+time.Millisecond)
			}
		}
		s := asks(client(1), 1, 1)
		if got := lineOf(t, l, s, "Habits"); got != tt.client {
			t.Errorf("%s: %q, want %q", name, got, tt.client)
		}
		if got := lineOf(t, l, s, "Again"); got != tt.again {
			t.Errorf("%s: %q, want %q", name, got, tt.again)
		}
	}
}

// A server's IP IDs of refusals count once it is known.
func TestRefusals(t *testing.T) {
	l := New(Options{})
	good := asks(client(1), 1, 1)
	good.feed(t, l, 0)
	good.answers(5).feed(t, l, time.Millisecond)
	for n := range 3 {
		s := asks(client(1), uint16(2+n), uint32(n))
		s.feed(t, l, time.Second)
		s.refusal().feed(t, l, time.Second)
	}
	if got := lineOf(t, l, good.answers(5), "Habits"); got != "Habits(RI=N)" {
		t.Error(got)
	}
}

func TestIDClasses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, tt := range map[string]struct {
		next func(n int) uint16
		want string
	}{
		"zero":     {func(int) uint16 { return 0 }, "Z"},
		"counter":  {func(n int) uint16 { return uint16(65530 + 5*n) }, "I"},
		"random":   {func(int) uint16 { return uint16(rng.Uint32()) }, "R"},
		"constant": {func(int) uint16 { return 7 }, ""},
		"mixed":    {func(n int) uint16 { return uint16(n/2*20_005 + n%2*5) }, ""},
		"too few":  {func(n int) uint16 { return uint16(n / 17) }, ""},
	} {
		var s ids
		for n := range 20 {
			if name == "too few" && n > 2 {
				break
			}
			s.next(1, tt.next(n))
		}
		if got := s.class(); got != tt.want {
			t.Errorf("%s: %q of %+v, want %q", name, got, s, tt.want)
		}
	}
	var s ids // to other peers nothing is compared
	for n := range 20 {
		s.next(uint32(n), uint16(n))
	}
	if got := s.class(); got != "" {
		t.Errorf("many peers: %q", got)
	}
}

// Frames that nobody can read are counted by what is wrong with them.
func TestUnread(t *testing.T) {
	body := make([]byte, 40)
	data := func(control byte) []byte { return append([]byte{0x08, control}, body...) }
	radiotap := []byte{0, 0, 9, 0, 2, 0, 0, 0, 0x40} // flags: bad FCS
	for _, tt := range []struct {
		link  packet.LinkType
		frame []byte
		want  Reason
	}{
		{packet.Dot11, data(0x40), Encrypted},
		{packet.Radiotap, append(slices.Clone(radiotap), data(0)...), Damaged},
	} {
		l := New(Options{})
		l.Frame(tt.link, tt.frame, start)
		if c := l.Counts(); c.Skipped[tt.want] != 1 {
			t.Errorf("%v: %+v", tt.want, c)
		}
	}
	for r := range numReasons {
		if r.String() == "" {
			t.Errorf("reason %d has no words", r)
		}
	}
}

// Whatever comes in whatever order and at whatever time does no harm, and all that is told
// of it can be read again.
func TestAnySequence(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	flags := []packet.Flags{packet.SYN, packet.SYN, packet.SYN | packet.ACK, packet.ACK, packet.RST, packet.RST | packet.ACK, packet.FIN | packet.ACK}
	times := []time.Duration{0, time.Millisecond, 7 * time.Millisecond, time.Second, time.Hour, -time.Second, 100 * 365 * 24 * time.Hour}
	l := New(Options{Hosts: 4, Flows: 8})
	at := start
	for range 50_000 {
		s := asks(client(rng.IntN(6)), uint16(rng.IntN(3)), rng.Uint32N(3))
		s.flags, s.to, s.options = flags[rng.IntN(len(flags))], client(rng.IntN(6)), linux(rng.Uint32N(1<<rng.UintN(32)))
		s.dport, s.ack = uint16(rng.IntN(3)), rng.Uint32N(4)
		if at = at.Add(times[rng.IntN(len(times))]); at.Year() > 2200 {
			at = start
		}
		if rng.IntN(50) == 0 {
			l.Frame(packet.Raw, s.frame(t), time.Time{})
			continue
		}
		l.Frame(packet.Raw, s.frame(t), at)
	}
	for h := range l.Hosts() {
		for _, o := range h.Observations {
			if err := readable(o); err != nil {
				t.Errorf("%q: %v", o.Print, err)
			}
		}
	}
}

// A host is news again when its repetitions tell of its timer, and not each time.
func TestNewsOfWitnesses(t *testing.T) {
	l := New(Options{})
	s := asks(client(1), 40000, 7)
	for n, want := range []int{1, 0, 1, 0, 0} {
		s.feed(t, l, time.Duration(n)*time.Second)
		news := 0
		for range l.News() {
			news++
		}
		if news != want {
			t.Errorf("after %d repetitions: %d news, want %d", n, news, want)
		}
	}
}
