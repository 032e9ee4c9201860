package backoff

import (
	"strings"
	"testing"
	"time"
)

// What the SYN-ACK of a connection has another than its FIN is told.
func TestUnlike(t *testing.T) {
	for name, c := range map[string]struct {
		host *host
		want string
	}{
		"nothing":               {&host{bare: true}, ""},
		"TTL":                   {&host{bare: true, ttl: func(int) uint8 { return 255 }}, "A=FF"},
		"timestamps":            {&host{}, "D=S"}, // the FINs of this host have none
		"a window of zero":      {&host{bare: true, opens: 300 * ms}, "D=Z"},
		"both, and another TTL": {&host{opens: 300 * ms, ttl: func(int) uint8 { return 63 }}, "A=3F%D=ZS"},
	} {
		c.host.syn, c.host.fin = linux().syn, linux().fin
		w := newWire(t, c.host, Options{Timeout: 8 * time.Second})
		w.run()
		l, _ := w.m.Measure().Test("LastAck")
		if got := l.String(); !strings.HasSuffix(got, "%O="+strings.Repeat("%", min(len(c.want), 1))+c.want+")") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestTwoClocks(t *testing.T) {
	segment := func(at time.Duration, value uint32) Segment {
		return Segment{At: epoch.Add(at), Options: stampOptions(value, 0)}
	}
	for name, c := range map[string]struct {
		opened Segment
		run    []Segment
		want   bool
	}{
		"one clock":            {segment(0, 1000), []Segment{segment(time.Second, 2000), segment(4*time.Second, 5000)}, false},
		"one of 100 Hz":        {segment(0, 1000), []Segment{segment(time.Second, 1100), segment(4*time.Second, 1400)}, false},
		"it wraps":             {segment(0, 1<<32-500), []Segment{segment(time.Second, 500), segment(4*time.Second, 3500)}, false},
		"two":                  {segment(0, 1000), []Segment{segment(time.Second, 92000), segment(4*time.Second, 95000)}, true},
		"it stands":            {segment(0, 1000), []Segment{segment(time.Second, 7000), segment(4*time.Second, 7000)}, false},
		"too short to be told": {segment(0, 1000), []Segment{segment(time.Second, 92000), segment(1100*ms, 92100)}, false},
		"no timestamps":        {Segment{At: epoch}, []Segment{segment(time.Second, 92000), segment(4*time.Second, 95000)}, false},
	} {
		f := Flow{Opened: &c.opened, Run: c.run}
		if got := f.twoClocks(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
