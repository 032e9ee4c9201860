package verdict

import (
	"fmt"
	"time"

	"whorl"
	"whorl/method/backoff"
)

// words are the evidence for a relay, as people say it: who repeats SYN-ACKs, who repeats
// FINs, and what else differs between them.
func (r *relay) words(front, behind whorl.Behind) (out []string) {
	fin := false
	for i := range r.runs {
		run := &r.runs[i]
		switch {
		case !run.Seen:
		case run.State == backoff.SynRcvd && r.devices.Once:
			out = append(out, "SYN-ACK not repeated in "+secondsWords(run.Heard)+", so nothing waits for the handshake")
		case run.State == backoff.SynRcvd:
			out = append(out, runWords(run)+as(front))
		case run.State == backoff.Held:
			if follows, ok := reacts(run); ok && !follows {
				out = append(out, "our ACK was held back for "+secondsWords(run.RTT)+", but the FIN was repeated after "+
					secondsWords(run.Gaps[0])+": it comes from somebody who did not wait for that ACK")
			}
		case !fin && len(run.Gaps) > 1:
			fin = true
			out = append(out, runWords(run)+as(behind))
		}
	}
	return append(out, r.why...)
}

// as says whose times they are.
func as(who whorl.Behind) string {
	if who.Name == whorl.Unknown {
		return ", by a stack that times alone do not name"
	}
	return ", as " + who.Name
}

// secondsWords is a time as in "0.8 s".
func secondsWords(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
