package report

import (
	"testing"

	"whorl"
)

// Messages are counted as what their print says they are.
func TestMessagesHeard(t *testing.T) {
	for _, tt := range []struct {
		print string
		n     int
		want  string
	}{
		{"U1(R=Y)\nHeard(N=1%TTL=40)\n", 1, "1 port unreachable"},
		{"U1_6(R=Y)\nHeard(N=3%TTL=40)\n", 3, "3 port unreachables"},
		{"IE(TG=40)\nHeard(N=2%TTL=40)\n", 2, "2 echo replies"},
		{"IE1_6(HLG=40)\nHeard(N=1%TTL=40)\n", 1, "1 echo reply"},
		{"Heard(N=2%TTL=40-FA)\n", 2, "2 ICMP messages"},
	} {
		o := whorl.Observation{Method: "icmp", Print: tt.print, Conditions: whorl.Conditions{Answered: tt.n}}
		if got := messagesHeard(&o); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.print, got, tt.want)
		}
	}
}
