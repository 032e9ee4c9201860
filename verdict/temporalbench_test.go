package verdict

import "testing"

// One host of which only times were seen, as in a scan of many.
func BenchmarkTimed(b *testing.B) {
	judge := ours(b)
	for name, times := range map[string]string{"Linux": linuxSYN + linuxFIN, "gVisor": gvisorSYN + gvisorFIN, "lwIP": lwipSYN + lwipFIN} {
		h := timedHost("", times)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Verdicts, h.Boxes, judge.weights = nil, nil, nil
				judge.Judge(h)
			}
		})
	}
}
