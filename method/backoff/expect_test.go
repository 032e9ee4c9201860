package backoff

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A schedule foretells what a host does at the round trip that it measured.
func TestExpect(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		record, run string
		want        []Window // milliseconds
	}{
		{"SynRcvd(G=1,2,4%E=rst)", "SynRcvd(G=1,2,4%E=rst%T=7)", []Window{{1000, 1000}, {3000, 3000}, {7000, 7000}}},
		{"SynRcvd(G=%E=none)", "SynRcvd(G=%E=none%T=7)", []Window{}},
		{"SynRcvd(G=1,2%W=Y%E=none)", "SynRcvd(G=1%E=none%T=2)", []Window{{1000, 1130}, {3000, 3390}}},
		// half of the square root of 12 to both sides, once
		{"SynRcvd(G=3,6%S=0.1%E=none)", "SynRcvd(G=3%E=none%T=4)", []Window{{2827, 3173}, {8827, 9173}}},
		// 2R+M, then R+max(2R,M), which doubles; within the limit
		{"LastAck(G=0.2,0.2,0.4,0.8%M=0.2%P=Y%L=4%E=none)", "Held(G=1.2,1.5%E=none%R=0.5%T=3)", []Window{{1200, 1200}, {2700, 2700}}},
		// the same on a connection without SACK
		{"LastAck(G=0.2,0.2,0.4,0.8%M=0.2%P=Y%L=9%E=none)", "Held(G=1.5,3%E=none%R=0.5%T=8)", []Window{{1500, 1500}, {4500, 4500}}},
	}
	for _, tt := range tests {
		lines, err := Parse(tt.run)
		if err != nil {
			t.Fatal(err)
		}
		record, err := Parse(tt.record)
		r, errs := NewReference(record)
		if err != nil && len(errs) > 0 {
			t.Fatal(err, errs)
		}
		got := r[0].Expect(&Runs(lines)[0], DefaultParams())
		for i := range got {
			got[i] = Window{got[i].From.Round(ms) / ms, got[i].To.Round(ms) / ms}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tt.record, tt.run, diff)
		}
	}
}
