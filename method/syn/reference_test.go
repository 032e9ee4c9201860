package syn

import (
	"slices"
	"strings"
	"testing"

	"whorl/method"
)

// sorted is a line with its attributes in the order of the alphabet.
func sorted(line string) string {
	l, _ := method.ParseLine(line)
	slices.SortFunc(l.Attrs, func(a, b method.Attr) int { return strings.Compare(a.Name, b.Name) })
	return l.String()
}

func form(t testing.TB, line string) Form {
	t.Helper()
	l, err := method.ParseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newForm(l)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return f
}

func TestReferenceErrors(t *testing.T) {
	tests := []struct{ line, want string }{
		{"Syn(TTL=40)", "syn: Syn: has no O; write the order of options, O= if there are none"},
		{"Syn(O=M%V=5)", `syn: Syn: V: "5"; want 4 or 6`},
		{"Syn(O=M%TTL=0)", `TTL: "0"; want 1 to FF`},
		{"Syn(O=M%DF=y)", `DF: "y"; want N, Y or both`},
		{"Syn(O=M%ID=Y)", `ID: "Y"; want Z, N or both`},
		{"Syn(O=M%W=20*mss)", `W: window "20*mss"`},
		{"Syn(O=M%W=0*MSS)", `W: window "0*MSS"`},
		{"Syn(O=M%W=MAX*MTU)", `W: window "MAX*MTU"`},
		{"Syn(O=M%W=ANY*1)", `W: window "ANY*1"`},
		{"Syn(O=M%W=10-5)", `W: window "10-5"`},
		{"Syn(O=M%MSS=5b4)", `MSS: "5b4"`},
		{"Syn(O=M%WS=10)", `WS: "10"; want shifts`},
		{"SynAck(O=Q)", `SynAck: O: syn: options "Q"`},
		{"SynAck(O=M%LESS=LM)", `LESS: syn: options "LM"`},
		{"Syn(O=M%TS=1)", `TS: "1"; want 0`},
		{"Syn(O=M%Q=df)", `Q: df: has an attribute of its own`},
		{"Syn(O=M%G=N)", `G: "N"; want Y`},
		{"Syn(O=M%X=1)", `X: no such attribute`},
		{"Syn(O=" + strings.Repeat("|", 64) + ")", "more than 64 alternatives"},
	}
	for _, tt := range tests {
		l, err := method.ParseLine(tt.line)
		if err != nil {
			t.Fatal(err)
		}
		good, _ := method.ParseLine("Syn(TTL=40%O=M)")
		r, errs := NewReference([]method.Line{l, {Test: "SEQ"}, good})
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), tt.want) || len(r) != 1 {
			t.Errorf("%s: %d forms, %v; want %q", tt.line, len(r), errs, tt.want)
		}
	}
}

// What a SYN-ACK looks like follows from what was offered: Linux and Windows as measured
// (docs/passive.md), FreeBSD and Apple by their source, Solaris by its layout.
func TestShapes(t *testing.T) {
	const s, w, ts = OffersSACK, OffersScale, OffersTimestamp
	offers := []Options{OffersAll, w | s, w | ts, s | ts, w, s, ts, 0}
	tests := []struct {
		line string
		want []string // by offers
	}{
		{"SynAck(O=MSTNW)", []string{"MSTNW", "MNNSNW", "MNNTNW", "MST", "MNW", "MNNS", "MNNT", "M"}},
		{"SynAck(O=MNWST)", []string{"MNWST", "MNWNNS", "MNWNNT", "MST", "MNW", "MNNS", "MNNT", "M"}},
		{"SynAck(O=MNWST%LESS=MNWSLL)", []string{"MNWST", "MNWSLL", "MNWNNT", "MST", "MNW", "MNNS", "MNNT", "M"}},
		{"SynAck(O=MNWNNTSLL)", []string{"MNWNNTSLL", "MNWSLL", "MNWNNT", "MNNTSLL", "MNW", "MSLL", "MNNT", "M"}},
		{"SynAck(O=MNNSNWNNT)", []string{"MNNSNWNNT", "MNNSNW", "MNWNNT", "MNNSNNT", "MNW", "MNNS", "MNNT", "M"}},
		{"SynAck(O=NNTMNWNNS)", []string{"NNTMNWNNS", "MNWNNS", "NNTMNW", "NNTMNNS", "MNW", "MNNS", "NNTM", "M"}},
		{"SynAck(O=MNWNNTSNN)", []string{"MNWNNTSNN", "MNWSNN", "MNWNNT", "MNNTSNN", "MNW", "MSNN", "MNNT", "M"}},
		{"SynAck(O=M)", []string{"M", "M", "M", "M", "M", "M", "M", "M"}},
		{"SynAck(O=MNWNNS|MNWST)", []string{"MNWNNS|MNWST", "MNWNNS", "MNW|MNWNNT", "MNNS|MST", "MNW", "MNNS", "M|MNNT", "M"}},
	}
	for _, tt := range tests {
		f := form(t, tt.line)
		for i, offer := range offers {
			var got []string
			for _, l := range f.Shapes(offer) {
				got = append(got, l.Letters())
			}
			if g := strings.Join(got, "|"); g != tt.want[i] {
				t.Errorf("%s, offer %03b: %s, want %s", tt.line, offer, g, tt.want[i])
			}
		}
	}
}

func TestLaws(t *testing.T) {
	const stamped, plain = "4:64+0:0:1460:0,0:mss,sok,ts::0", "4:64+0:0:1460:0,0:mss::0"
	at := func(text, mss string) string { return strings.Replace(text, "1460", mss, 1) }
	tests := []struct {
		law    string
		text   string
		window uint16
		offer  uint16
		want   bool
	}{
		{"FFFF", plain, 65535, 0, true},
		{"FFFF", plain, 65534, 0, false},
		{"FA00-FFFF", plain, 64000, 0, true},
		{"FA00-FFFF", plain, 63999, 0, false},
		{"20*MSS", plain, 29200, 0, true},
		{"20*MSS", stamped, 28960, 0, false},
		{"20*SEG", stamped, 28960, 0, true},
		{"20*SEG", plain, 29200, 0, true},
		{"20*SEG", stamped, 29200, 0, false},
		{"20*MSS", at(plain, "1400"), 28000, 0, true},
		{"20*MSS", at(plain, "1400"), 29200, 0, true}, // clamped on the path
		{"20*MSS", at(plain, "1400"), 10720, 536, true},
		{"20*MSS", at(plain, "1400"), 10720, 0, false},
		{"20*MSS", at(plain, "8960"), 26880, 0, true},   // Linux: 3 large segments
		{"20*MSS", at(plain, "16396"), 32792, 0, true},  // and two at least
		{"20*SEG", at(stamped, "1410"), 26847, 0, true}, // 3 segments of 9001 - 40 - 12 behind a tunnel
		{"10*SEG", at(stamped, "1410"), 17898, 0, true}, // 2 of them
		{"MAX*SEG", stamped, 65160, 0, true},            // 45 * 1448
		{"MAX*MSS", plain, 64240, 0, true},              // 44 * 1460
		{"MAX*MSS", at(plain, "1400"), 64400, 0, true},  // 46 * 1400
		{"MAX*MSS", at(plain, "65495"), 65495, 0, true}, // loopback
		{"MAX*SEG", at(stamped, "65495"), 65483, 0, true},
		{"MAX*MSS", plain, 62780, 0, false}, // 43 * 1460
		{"4*MTU", plain, 6000, 0, true},
		{"4*MTU", strings.Replace(plain, "4:", "6:", 1), 6080, 0, true},
		{"MAX*MSS", strings.Replace(at(plain, "1440"), "4:64", "6:64", 1), 64800, 0, true},
		{"ANY*2000", plain, 16384, 0, true},
		{"ANY*2000", plain, 16385, 0, false},
		{"20*MSS", at(plain, "90"), 1800, 0, false}, // too small to be one
	}
	for _, tt := range tests {
		law, err := parseLaw(tt.law)
		if err != nil || law.String() != tt.law {
			t.Errorf("%s reads as %v, %v", tt.law, law, err)
			continue
		}
		s := observed(t, true, tt.text, tt.window)
		j := s.subject(Offer{MSS: tt.offer})
		if got := law.holds(&j); got != tt.want {
			t.Errorf("%s, %s, window %d: %v, want %v", tt.law, tt.text, tt.window, got, tt.want)
		}
	}
}

func FuzzNewReference(f *testing.F) {
	f.Add("SynAck(V=4%TTL=0-40%DF=Y|N%ID=Z%W=MAX*SEG|FFFF|20*MSS%MSS=5B4%WS=0-7|A%O=MSTNW|M%LESS=MST%TS=0%ECN=Y%FL=N%Q=bad%D=Y%G=Y)")
	f.Add("Syn(O=)")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := method.ParseLine(s)
		if err != nil {
			return
		}
		r, _ := NewReference([]method.Line{l})
		for i := range r {
			sig := observed(t, r[i].Answer, "4:64+0:0:1460:0,7:mss,sok,ts,nop,ws:df:0", 64240)
			for _, o := range []Offer{{}, {true, OffersAll, 1460}} {
				if got := r[i].LogLikelihood(&sig, o); got > 0 || got != got {
					t.Errorf("%s: log likelihood %v", s, got)
				}
			}
		}
	})
}

// What a form describes is described by it, and better than by any that says otherwise.
func TestExample(t *testing.T) {
	for _, line := range []string{
		"Syn(TTL=40%DF=Y%ID=N%W=MAX*MSS%WS=7%O=MSTNW)",
		"SynAck(TTL=80%DF=N%ID=Z%W=12*SEG%MSS=5A8%WS=1-3%O=MNWNNT%TS=0)",
		"Syn(V=6%TTL=FF%FL=N%W=4*MTU%O=M%ECN=Y%D=Y%Q=pushf+)",
		"Syn(TTL=0-80%OL=4%W=ANY*2000%O=)",
		"SynAck(W=FA00-FFFF%O=NNTNWM)",
	} {
		f := form(t, line)
		s := f.Example()
		w := f.Weigh(&s, Offer{true, OffersAll, 1460})
		for a, v := range w {
			if v < -5 {
				t.Errorf("%s: attribute %d of %v: %.2f", line, a, s, v)
			}
		}
	}
}
