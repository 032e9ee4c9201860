package verdict

import (
	"strings"
	"testing"

	"whorl"
)

// Measured in the lab (docs/temporal.md), but for pairs that are put together of two
// stacks.
const (
	linuxSYN  = "SynRcvd(G=1.043,2.012,4.26,8.19,16.13%E=none%T=60%B=0.0006%W=FE88%TTL=40%O=MSTNW)\n"
	gvisorSYN = "SynRcvd(G=1,2,4,8,16,32%E=none%T=80%B=0.0006%W=7200%TTL=40%O=MSTNW)\n"
	lwipSYN   = "SynRcvd(G=2.7,6%E=none%T=60%B=0.0006%W=FFFF%TTL=FF%O=MNW)\n"
	onceSYN   = "SynRcvd(G=%E=none%T=22%B=0.0006%W=0%TTL=40%O=MSTNW)\n"

	linuxFIN  = "LastAck(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006%TTL=40)\nFinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006%TTL=40)\n"
	gvisorFIN = "LastAck(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.0006%B=0.0006%TTL=40)\nFinWait1(G=0.2,0.2,0.4,0.8,1.6,3.2%E=none%T=8%R=0.0006%B=0.0006%TTL=40)\n"
	lwipFIN   = "LastAck(G=2.65,6,12,24%E=none%T=60%R=0.001%B=0.0006%TTL=FF)\nFinWait1(G=2.85,6,12,24%E=none%T=60%R=0.001%B=0.0006%TTL=FF)\n"
	// The last copies of Held were 13.2 and 26.4 s apart; the one between was lost.
	lossyFIN = "LastAck(G=0.214,0.236,0.408,0.82,1.655,3.316,6.606,13.203,26.446%E=none%T=59.579%R=0.2138%B=0.021%TTL=40%A=FF)\n" +
		"FinWait1(G=0.204,0.197,0.41,0.857,1.62,3.308,6.612,13.247,26.426%E=none%T=59.593%R=0.1932%B=0.021%TTL=40%A=FF)\n" +
		"Held(G=0.232,0.175,0.431,0.812,1.654,3.32,6.591,39.658%E=none%T=58.895%R=0.8919%B=0.021%TTL=40%A=FF)\n"
	cookieFIN = "LastAck(G=3.22,6.14,12.03%E=none%T=30%R=0.0006%B=0.0006%TTL=40)\nFinWait1(G=3.21,6.13,12.03%E=none%T=30%R=0.0006%B=0.0006%TTL=40)\n"
)

// Two devices are told where the FINs contradict what the one that answers SYNs is known
// to do, and nowhere else.
func TestTimedBoxes(t *testing.T) {
	judge := ours(t)
	for name, c := range map[string]struct {
		times, behind string // behind: family, "unknown", or "" for no box
	}{
		"Linux":                  {linuxSYN + linuxFIN, ""},
		"gVisor":                 {gvisorSYN + gvisorFIN, ""},
		"lwIP":                   {lwipSYN + lwipFIN, ""},
		"Linux, held":            {linuxSYN + linuxFIN + "Held(G=1.83,2.56,4.86,9.73,20.22%E=none%T=60%R=0.8%B=0.0006%TTL=40)", ""},
		"gVisor, held":           {gvisorSYN + gvisorFIN + "Held(G=1.8,2.4,4.8,9.6,19.2%E=none%T=60%R=0.8%B=0.0006%TTL=40)", ""},
		"lwIP, held":             {lwipSYN + lwipFIN + "Held(G=2.95,6,12,24%E=none%T=60%R=0.8%B=0.0006%TTL=FF)", ""},
		"Linux SYN cookies":      {strings.Replace(onceSYN, "W=0", "W=FE88", 1) + cookieFIN, ""},
		"a system of 2003":       {"SynRcvd(G=2.806,6.011%E=none%T=30)\nLastAck(G=2.919,5.909,12.014%E=none%T=30%R=0.1)\n", ""},
		"no FIN times known":     {"SynRcvd(G=3,6,12%E=rst%T=21%B=0.001)\n" + linuxFIN, ""},
		"lwIP on a busy machine": {"SynRcvd(G=3.02,6.2%E=none%T=15%B=0.0006%W=FFFF%TTL=FF)\nLastAck(G=2.5,5.2%E=none%T=15%R=0.001%B=0.0006%TTL=FF)\nFinWait1(G=2.5,5.2%E=none%T=15%R=0.001%B=0.0006%TTL=FF)\n", ""},
		"FINs are dropped":       {linuxSYN + "LastAck(G=%E=none%T=60%R=0.001%B=0.0006)\nFinWait1(G=%E=none%T=60%R=0.001%B=0.0006)\n", ""},
		"SYN-ACKs dropped":       {strings.Replace(onceSYN, "W=0", "W=FE88", 1) + linuxFIN, ""},
		"one strange FIN":        {linuxSYN + "LastAck(G=0.9,1.1,1.3,1.7,2.2%E=none%T=8%R=0.001%B=0.0006)\nFinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006)", ""},

		"gVisor behind Linux":                         {linuxSYN + gvisorFIN, "Google gVisor"},
		"Linux behind gVisor":                         {gvisorSYN + linuxFIN, "Linux"},
		"lwIP behind Linux":                           {linuxSYN + lwipFIN, whorl.Unknown}, // most systems of 2003 repeat FINs so
		"gVisor behind lwIP, one copy lost":           {"SynRcvd(G=2.596,5.992%E=none%T=59.804%B=0.021%W=FFFF%TTL=FF%O=MNW)\n" + lossyFIN, "Google gVisor"},
		"another TTL":                                 {lwipSYN + strings.ReplaceAll(linuxFIN, "TTL=40", "TTL=40%A=FF"), "Linux"},
		"gVisor behind netfilter's SYNPROXY, s and f": {onceSYN + "FinWait1(G=2.33,4.65,9.31%E=none%T=20%R=0.0006%B=0.0006%TTL=3F%A=40%D=Z)", "Google gVisor"},
		"Linux behind netfilter's SYNPROXY, s and f":  {onceSYN + "FinWait1(G=0.21,0.21,0.43,0.82,1.67,3.45%E=none%T=8%R=0.001%B=0.0006%TTL=3F%A=40%D=Z)", "Linux"},
	} {
		h := timedHost("", c.times)
		judge.Judge(h)
		switch {
		case c.behind == "" && len(h.Boxes) > 0:
			t.Errorf("%s: %+v", name, h.Boxes)
		case c.behind == "":
		case len(h.Boxes) != 1 || h.Boxes[0].Kind != whorl.BoxSYNProxy || len(h.Boxes[0].Evidence) < 2:
			t.Errorf("%s: %+v, want a SYN proxy", name, h.Boxes)
		case c.behind != whorl.Unknown && (len(h.Boxes[0].Behind) != 1 || h.Boxes[0].Behind[0].Name != c.behind || h.Verdicts[0].Name != c.behind):
			t.Errorf("%s: %+v and %v, want %s", name, h.Boxes[0].Behind, h.Verdicts[0].Name, c.behind)
		case c.behind == whorl.Unknown && len(h.Boxes[0].Behind) > 0:
			t.Errorf("%s: %+v, want none", name, h.Boxes[0].Behind)
		}
		for _, b := range h.Boxes {
			t.Logf("%s: %.1f %v %v", name, b.Weight, b.Behind, strings.Join(b.Evidence, "; "))
		}
	}
}
