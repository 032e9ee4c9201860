package verdict

import (
	"testing"

	"whorl"
)

// Whatever observations a record has, each host that has any that can be judged gets a name or
// a reason, and a probability that is one.
func FuzzHandshakes(f *testing.F) {
	f.Add(newLinuxSYN, "Again(T=3E8,BB8)\n", asLinux, asGVisor)
	f.Add(windowsSYN+"\nSeen(N=5%F=1%L=9%P=1BB)", "Habits(SI=R%AI=Z%HZ=3E8)\n", as7, "Heard(N=2%TTL=40-FF)\n")
	f.Add("SynAck(V=6%TTL=40%H=3C%W=FAF0%MSS=5A0%WS=7%O=MSTNW)", "AgainAck(T=1)\n", "U1_6(R=Y%HL=40%PL=>5)\nHeard(N=1%TTL=1-FF)\n", "")
	f.Add("", "", "EC(ID=%TOS=)\nIE(DFI=[)\nHeard(N=1%TTL=0)\n", "U1(IPL=<0|5-3)\nHeard(N=FFFFFFFF%TTL=FF)\n")
	j := messageJudge(f)
	f.Fuzz(func(t *testing.T, handshake, witness, first, second string) {
		h := &whorl.Host{Observations: []whorl.Observation{
			{Method: "syn", Print: handshake}, {Method: "syn", Print: handshake}, {Method: "syn", Print: witness},
			{Method: "icmp", Print: first}, {Method: "icmp", Print: second}, {Method: "icmp", Print: first}}}
		j.Judge(h)
		if len(h.Verdicts) == 0 {
			t.Fatal("neither a name nor a reason")
		}
		for _, v := range h.Verdicts {
			if v.Name == "" || !(v.Confidence >= 0 && v.Confidence <= 1) || v.Name == whorl.Unknown && v.Source.Text == "" {
				t.Errorf("%+v", v)
			}
		}
	})
}
