package syn

import (
	"math"
	"testing"

	"whorl/method"
)

const (
	linuxSyn    = "Syn(TTL=40%DF=Y%ID=N%W=MAX*MSS%WS=0-E%O=MSTNW)"
	linuxSynAck = "SynAck(TTL=40%DF=Y%ID=Z%W=MAX*SEG%WS=0-E%O=MSTNW)"
	windowsSyn  = "Syn(TTL=80%DF=Y%ID=N%W=FAF0|FFFF%WS=8%O=MNWNNS)"
	seenLinux   = "4:54+10:0:1460:0,7:mss,sok,ts,nop,ws:df,id+:0"
)

// What agrees is likelier than what does not, attribute by attribute, and nothing else
// changes.
func TestWeigh(t *testing.T) {
	f := form(t, linuxSyn)
	base := observed(t, false, seenLinux, 64240)
	was := f.Weigh(&base, Offer{})
	tests := []struct {
		attr   Attr
		change func(*Signature)
	}{
		{AttrTTL, func(s *Signature) { s.TTL = 120 }},
		{AttrTTL, func(s *Signature) { s.TTL = 20 }}, // 44 hops
		{AttrWindow, func(s *Signature) { s.Window = 8192 }},
		{AttrScale, func(s *Signature) { s.Scale = 15 }},
		{AttrZero, func(s *Signature) { s.Quirks |= TS1Zero }},
		{AttrECN, func(s *Signature) { s.Quirks |= ECN }},
		{AttrQuirks, func(s *Signature) { s.Quirks |= PSH }},
		{AttrIPLength, func(s *Signature) { s.IPOptions = 4 }},
		{AttrData, func(s *Signature) { s.Data = true }},
		{AttrOrder, func(s *Signature) { s.Layout.kind[1], s.Layout.kind[2] = s.Layout.kind[2], s.Layout.kind[1] }},
	}
	for _, tt := range tests {
		s := base
		tt.change(&s)
		now := f.Weigh(&s, Offer{})
		for a := range NumAttrs {
			if a == tt.attr && now[a] >= was[a]-1 {
				t.Errorf("attribute %d: %.2f, was %.2f", a, now[a], was[a])
			} else if a != tt.attr && now[a] != was[a] {
				t.Errorf("attribute %d changes with %d: %.2f, was %.2f", a, tt.attr, now[a], was[a])
			}
		}
	}
	if sum := was.Sum(); math.Abs(sum-f.LogLikelihood(&base, Offer{})) > 1e-9 || sum < -4 {
		t.Errorf("log likelihood %.2f of what the record says", sum)
	}
}

// Options that somebody leaves out cost, and an order of its own costs more.
func TestOrder(t *testing.T) {
	f := form(t, linuxSynAck)
	all := Offer{true, OffersAll, 1460}
	weigh := func(letters string, o Offer) float64 {
		s := observed(t, true, seenLinux, 65160)
		s.Layout, _ = ParseLetters(letters)
		w := f.Weigh(&s, o)
		return w[AttrOrder]
	}
	order := []string{"MSTNW", "MNNSNW", "MNW", "M"}
	for i := range order[1:] {
		if weigh(order[i+1], all) >= weigh(order[i], all) {
			t.Errorf("%s is not less likely than %s", order[i+1], order[i])
		}
	}
	if weigh("MNWST", all) >= weigh("MNW", all) {
		t.Error("another order is as likely as fewer options")
	}
	if weigh("MNNSNW", Offer{true, OffersScale | OffersSACK, 1460}) != weigh("MSTNW", all) {
		t.Error("the answer to fewer options is less likely")
	}
	if lone := weigh("MNNSNW", Offer{}); lone <= weigh("MNWST", all) || lone >= weigh("MSTNW", all) {
		t.Errorf("%.2f without the SYN", lone)
	}
	if weigh("M", Offer{true, OffersScale | OffersSACK, 1460}) != math.Log(cookie) || weigh("M", all) >= math.Log(cookie) {
		t.Error("a SYN cookie has no options where no timestamps were offered, and only there")
	}
	if weigh("MSTNWX22NN", all) != weigh("MSTNW", all) {
		t.Error("a fast open option counts")
	}
}

func TestOtherPackets(t *testing.T) {
	s := observed(t, false, seenLinux, 64240)
	for _, line := range []string{linuxSynAck, "Syn(V=6%O=MSTNW)"} {
		f := form(t, line)
		if l := f.LogLikelihood(&s, Offer{}); !math.IsInf(l, -1) {
			t.Errorf("%s: %v", line, l)
		}
	}
}

func candidates(t testing.TB) []Candidate {
	t.Helper()
	list := func(family string, prior float64, lines ...string) Candidate {
		c := Candidate{Family: family, Prior: prior}
		for _, l := range lines {
			c.Reference = append(c.Reference, form(t, l))
		}
		return c
	}
	return []Candidate{
		list("Linux", 10, linuxSyn, linuxSynAck),
		list("Linux", 10, "Syn(TTL=40%DF=Y%ID=N%W=20*MSS%WS=0-E%O=MSTNW)", "SynAck(TTL=40%DF=Y%ID=Z%W=20*SEG%WS=0-E%O=MSTNW)"),
		list("Windows", 10, windowsSyn, "SynAck(TTL=80%DF=Y%ID=N%W=FFFF%WS=8%O=MNWST)"),
		list("FreeBSD", 10, "Syn(TTL=40%DF=Y%ID=Z%W=FFFF%WS=6%O=MNWST)", "SynAck(TTL=40%DF=Y%ID=Z%W=FFFF%WS=6%O=MNWST%LESS=MNWSLL)"),
		list("relay", 1, "SynAck(TTL=FF%DF=N%W=1000%O=M)", "Syn(TTL=40%O=M%G=Y)"),
	}
}

func TestRank(t *testing.T) {
	windows := Offer{true, OffersScale | OffersSACK, 1460}
	all := Offer{true, OffersAll, 1460}
	tests := []struct {
		name    string
		answer  bool
		text    string
		window  uint16
		offer   Offer
		family  string // empty: no answer
		records int
	}{
		{"SYN", false, seenLinux, 64240, Offer{}, "Linux", 1},
		{"SYN of an older one", false, seenLinux, 29200, Offer{}, "Linux", 1},
		{"a window that somebody set", false, seenLinux, 30000, Offer{}, "Linux", 2},
		{"DF washed off", false, "4:54+10:0:1460:0,7:mss,sok,ts,nop,ws::0", 64240, Offer{}, "Linux", 1},
		{"IPv6", false, "6:54+10:0:1440:0,7:mss,sok,ts,nop,ws:flow:0", 64800, Offer{}, "Linux", 1},
		{"Windows behind a tunnel", false, "4:110+18:0:1360:0,8:mss,nop,ws,nop,nop,sok:df,id+:0", 64240, Offer{}, "Windows", 1},
		{"SYN-ACK", true, "4:60+4:0:1460:0,7:mss,sok,ts,nop,ws:df:0", 65160, all, "Linux", 1},
		{"to Windows", true, "4:60+4:0:1460:0,7:mss,nop,nop,sok,nop,ws:df:0", 64240, windows, "Linux", 1},
		{"SYN not seen", true, "4:60+4:0:1460:0,7:mss,nop,nop,sok,nop,ws:df:0", 64240, Offer{}, "Linux", 1},
		{"FreeBSD to Windows", true, "4:60+4:0:1460:0,6:mss,nop,ws,sok,eol+1:df:0", 65535, windows, "FreeBSD", 1},
		{"Windows to all", true, "4:120+8:0:1460:0,8:mss,nop,ws,sok,ts:df,id+:0", 65535, all, "Windows", 1},
		{"no order of any", false, "4:60+4:0:1460:0,3:mss,ws,nop,ts,sok:df:0", 5000, Offer{}, "", 0},
		{"near the client", true, "4:64+0:0:1460:0,0:mss::0", 65535, all, "", 0},
		{"too little", true, "4:60+4:0:1460:0,0:mss:df:0", 500, all, "", 0},
	}
	for _, tt := range tests {
		s := observed(t, tt.answer, tt.text, tt.window)
		r := Rank(candidates(t), s, tt.offer)
		got, ok := r.Answer()
		if got.Family != tt.family || ok != (tt.family != "") || len(got.Records) != tt.records {
			t.Errorf("%s: %+v, unknown %.2f; want %q of %d records", tt.name, r.Families, r.Unknown, tt.family, tt.records)
		}
		sum := r.Unknown
		for _, f := range r.Families {
			sum += f.Probability
		}
		if sum > 1+1e-9 || sum < 0.9 {
			t.Errorf("%s: probabilities add up to %v", tt.name, sum)
		}
	}
	if r := Rank(nil, observed(t, false, seenLinux, 64240), Offer{}); r.Unknown != 1 {
		t.Errorf("without records: %+v", r)
	}
}

func TestNearEnd(t *testing.T) {
	tests := []struct {
		name   string
		text   string
		window uint16
		offer  Offer
		want   bool
	}{
		{"libslirp", "4:64+0:0:1460:0,0:mss::0", 65535, Offer{true, OffersAll, 1460}, true},
		{"VMware", "4:128+0:0:1460:0,0:mss::0", 64240, Offer{}, true},
		{"asked for nothing", "4:64+0:0:1460:0,0:mss::0", 65535, Offer{true, 0, 1460}, false},
		{"DF", "4:64+0:0:1460:0,0:mss:df:0", 65535, Offer{}, false},
		{"one hop away", "4:63+1:0:1460:0,0:mss::0", 65535, Offer{}, false},
		{"other options", "4:64+0:0:1460:0,0:mss,nop,nop,sok::0", 65535, Offer{}, false},
		{"other window", "4:64+0:0:1460:0,0:mss::0", 8192, Offer{}, false},
	}
	for _, tt := range tests {
		s := observed(t, true, tt.text, tt.window)
		if got := NearEnd(&s, tt.offer); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if s := observed(t, false, "4:64+0:0:1460:0,0:mss::0", 65535); NearEnd(&s, Offer{}) {
		t.Error("a SYN")
	}
}

func TestPlain(t *testing.T) {
	tests := []struct {
		letters, plain string
		extras         Extras
	}{
		{"MSTNW", "MSTNW", 0},
		{"MSTNWX22NN", "MSTNW", FastOpen},
		{"MSTNWX1E", "MSTNW", Multipath},
		{"MX13NNSTNW", "MSTNW", MD5},
		{"MNWNNTSX22L", "MNWNNTSLL", FastOpen},
		{"MX1EX22NNXFD", "M", Multipath | FastOpen | Experiments},
		{"MX1C", "MX1C", 0},
	}
	for _, tt := range tests {
		l, err := ParseLetters(tt.letters)
		if err != nil {
			t.Fatal(err)
		}
		if plain, x := l.Plain(); plain.Letters() != tt.plain || x != tt.extras {
			t.Errorf("%s: %s and %v, want %s and %v", tt.letters, plain.Letters(), x, tt.plain, tt.extras)
		}
	}
	if got := (FastOpen | Multipath).String(); got != "multipath TCP, fast open" {
		t.Error(got)
	}
}

func BenchmarkRank(b *testing.B) {
	list, s := candidates(b), observed(b, false, seenLinux, 64240)
	b.ReportAllocs()
	for b.Loop() {
		Rank(list, s, Offer{})
	}
}

func BenchmarkLogLikelihood(b *testing.B) {
	l, _ := method.ParseLine(linuxSyn)
	f, _ := newForm(l)
	s := observed(b, false, seenLinux, 64240)
	b.ReportAllocs()
	for b.Loop() {
		f.LogLikelihood(&s, Offer{})
	}
}
