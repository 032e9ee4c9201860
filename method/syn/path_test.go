package syn

import (
	"math"
	"testing"
)

// Unusually far is less likely, and a SYN that began with 255 is hardly of a stack that
// begins with less; load balancers answer with what they like.
func TestTTLs(t *testing.T) {
	weigh := func(line, seen string, ttl uint8) float64 {
		f := form(t, line)
		s := observed(t, f.Answer, seen, 64240)
		s.TTL = ttl
		w := f.Weigh(&s, Offer{})
		return w[AttrTTL]
	}
	for _, line := range []string{linuxSyn, linuxSynAck} {
		near, far := weigh(line, seenLinux, 64-FarHops), weigh(line, seenLinux, 64-FarHops-1)
		if near != weigh(line, seenLinux, 64) || far >= near-1 {
			t.Errorf("%s: %.2f as far as usual, %.2f farther", line, near, far)
		}
	}
	if made, moved := weigh(linuxSyn, seenLinux, 250), weigh(linuxSyn, seenLinux, 120); made != math.Log(handMade) || moved <= made {
		t.Errorf("a SYN from 255: %.2f, from 128: %.2f", made, moved)
	}
	if answer := weigh(linuxSynAck, seenLinux, 250); answer <= math.Log(handMade) {
		t.Errorf("a SYN-ACK from 255: %.2f", answer)
	}
}

// A router that clears DF is one thing, a SYN from 255 without it another.
func TestHandMadeDF(t *testing.T) {
	f := form(t, "Syn(TTL=FF%DF=Y%W=FFFF%O=MSTNW)")
	s := observed(t, false, "4:250+5:0:1460:65535,7:mss,sok,ts,nop,ws::0", 65535)
	if w := f.Weigh(&s, Offer{}); w[AttrDF] != math.Log(handMade) {
		t.Errorf("%.2f", w[AttrDF])
	}
	if w := formWeights(t, linuxSyn, "4:54+10:0:1460:0,7:mss,sok,ts,nop,ws::0"); w[AttrDF] <= math.Log(handMade) {
		t.Errorf("from 64: %.2f", w[AttrDF])
	}
}

func formWeights(t *testing.T, line, seen string) Weights {
	t.Helper()
	f := form(t, line)
	s := observed(t, f.Answer, seen, 64240)
	return f.Weigh(&s, Offer{})
}

// A window of segments of IPv6 in a packet of IPv4, and the other way round, has come through
// NAT64.
func TestTranslated(t *testing.T) {
	for seen, window := range map[string]uint16{
		"4:54+10:0:1420:0,7:mss,sok,ts,nop,ws:df:0": 45 * 1440,
		"6:54+10:0:1380:0,7:mss,sok,ts,nop,ws::0":   44 * 1460,
	} {
		f := form(t, linuxSyn)
		s := observed(t, false, seen, window)
		if w := f.Weigh(&s, Offer{}); w[AttrWindow] < -1 {
			t.Errorf("%s, window %d: %.2f", seen, window, w[AttrWindow])
		}
	}
}

// A record with a line for each shape, as p0f has them, answers a full offer with the fullest.
func TestJoin(t *testing.T) {
	all := Offer{true, OffersAll, 1460}
	alone := Reference{form(t, "SynAck(TTL=80%DF=Y%W=4000%O=M)")}
	shapes := append(Reference{form(t, "SynAck(TTL=80%DF=Y%W=4000%O=MNWNNS)")}, alone...)
	s := observed(t, true, "4:128+0:0:1460:16384,0:mss:df,id+:0", 0x4000)
	lone, among := Rank([]Candidate{{"A", 1, alone}}, s, all), Rank([]Candidate{{"A", 1, shapes}}, s, all)
	if lone.Families[0].Probability < Confident || len(among.Families) > 0 && among.Families[0].Probability >= Confident {
		t.Errorf("%+v alone, %+v beside another shape", lone.Families, among.Families)
	}
	if r := Rank([]Candidate{{"A", 1, shapes}}, s, Offer{Known: true, MSS: 1460}); r.Families[0].Probability < 0.5 {
		t.Errorf("%+v for an offer of an MSS alone", r.Families)
	}
}
