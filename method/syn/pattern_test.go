package syn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePattern(t *testing.T) {
	for _, s := range []string{
		"*:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0",
		"4:54+10:0:1460:mss*44,7:mss,sok,ts,nop,ws:df:0",
		"4:54+?:0:1460:65535,0:mss:df:+",
		"6:128-:0:0:%8192,*::flow:*",
		"4:255:40:65535:mtu*4,255:nop,eol+39:id-,ecn,0+,seq-,ack+,ack-,uptr+,urgf+,pushf+,ts1-,ts2+,opt+,exws,bad:0",
		"*:1:0:*:*,*:sack,?30,?254:flow:0",
	} {
		p, err := ParsePattern(s)
		if err != nil {
			t.Error(err)
		} else if got := p.String(); got != s {
			t.Errorf("%s reads as %s", s, got)
		}
	}
}

func TestParsePatternErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"4:64:0", "has 3 parts"},
		{"5:64:0:*:*,*:::0", `version "5"`},
		{"4:0:0:*:*,*:::0", `TTL "0"`},
		{"4:250+10:0:*:*,*:::0", `TTL "250+10"`},
		{"4:64+-:0:*:*,*:::0", `TTL "64+-"`},
		{"4:64:256:*:*,*:::0", `olen "256"`},
		{"4:64:0:65536:*,*:::0", `mss "65536"`},
		{"4:64:0:*:*:::0", "want wsize,scale"},
		{"4:64:0:*:mss*0,*:::0", `window "mss*0"`},
		{"4:64:0:*:mss*1001,*:::0", `window "mss*1001"`},
		{"4:64:0:*:%1,*:::0", `window "%1"`},
		{"4:64:0:*:*,256:::0", `scale "256"`},
		{"4:64:0:*:*,*:mss,wscale::0", `option "wscale"`},
		{"4:64:0:*:*,*:eol+0,mss::0", "eol is not the last"},
		{"4:64:0:*:*,*:eol+40::0", `option "eol+40"`},
		{"4:64:0:*:*,*:?2::0", `option "?2"`},
		{"4:64:0:*:*,*:" + strings.Repeat("nop,", 24) + "nop::0", "more than 24"},
		{"4:64:0:*:*,*::dF:0", `quirk "dF"`},
		{"4:64:0:*:*,*::df,df:0", "df stands twice"},
		{"6:64:0:*:*,*::df:0", "df cannot be in IPv6"},
		{"4:64:0:*:*,*::flow:0", "flow cannot be in IPv4"},
		{"4:64:0:*:*,*:::1", `payload class "1"`},
		{"4:64:0:*:*,*:::", `payload class ""`},
	}
	for _, tt := range tests {
		if p, err := ParsePattern(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) || p != (Pattern{}) {
			t.Errorf("%s: %v, %v; want %q", tt.text, p, err, tt.want)
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	f.Add("*:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0")
	f.Add("4:64-:0:*:%8192,*:?30,eol+1:df,bad:*")
	f.Add("6:54+?:0:0:mtu*2,0::flow:+")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePattern(s)
		if err != nil {
			return
		}
		if back, err := ParsePattern(p.String()); err != nil || back != p {
			t.Errorf("%s prints as %s, %v", s, p, err)
		}
		for _, answer := range []bool{false, true} {
			l := p.Line(answer, answer)
			want, err := newForm(l)
			if err != nil {
				t.Errorf("%s as a line of a record: %v: %v", s, l, err)
			}
			if d := cmp.Diff(want, p.form(answer, answer), cmp.AllowUnexported(Form{}, Layout{})); d != "" {
				t.Errorf("%s as a form, and its line %v as one: %s", s, l, d)
			}
		}
	})
}

func TestLetters(t *testing.T) {
	for letters, words := range map[string]string{
		"": "", "MSTNW": "mss,sok,ts,nop,ws", "MNWNNTSLL": "mss,nop,ws,nop,nop,ts,sok,eol+1", "MX1ETX05L": "mss,?30,ts,sack,eol+0",
	} {
		l, err := ParseLetters(letters)
		if err != nil || l.String() != words || l.Letters() != letters {
			t.Errorf("%s: %v, %s, %v; want %s", letters, l, l.Letters(), err, words)
		}
	}
	for _, s := range []string{"m", "MA", "LM", "X", "X0", "X08", "X1e", "X00", strings.Repeat("N", 25), strings.Repeat("L", 41)} {
		if l, err := ParseLetters(s); err == nil {
			t.Errorf("%q reads as %v", s, l)
		}
	}
}

func FuzzParseLetters(f *testing.F) {
	f.Add("MNWNNTSLL")
	f.Add("MX1ETX05")
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := ParseLetters(s); err == nil && l.Letters() != s {
			t.Errorf("%q reads as %q", s, l.Letters())
		}
	})
}

// The first divisor that leaves no rest counts: p0f, section 2 of its algorithm as
// docs/passive.md has it.
func TestWindowAs(t *testing.T) {
	const plain, stamped = "mss", "mss,nop,nop,ts"
	tests := []struct {
		name    string
		version string
		answer  bool
		mss     string
		options string
		quirks  string
		window  uint16
		offer   uint16
		want    string
	}{
		{"own MSS", "4", false, "1400", plain, "", 14000, 0, "mss*10"},
		{"less the timestamps", "4", false, "1400", stamped, "", 13880, 0, "mss*10"},
		{"not without them", "4", false, "1400", plain, "", 13880, 0, "13880"},
		{"nor with zero", "4", false, "1400", stamped, "ts1-", 13880, 0, "13880"},
		{"Ethernet behind a clamp", "4", false, "1400", plain, "", 29200, 0, "mss*20"},
		{"the same with timestamps", "4", false, "1400", plain, "", 28960, 0, "mss*20"},
		{"MSS of IPv6", "6", false, "1400", plain, "", 28800, 0, "mss*20"},
		{"which IPv4 does not have", "4", false, "1400", plain, "", 28800, 0, "mtu*20"},
		{"MTU", "4", false, "1300", plain, "", 5360, 0, "mtu*4"},
		{"MTU of IPv6", "6", false, "1300", plain, "", 5440, 0, "mtu*4"},
		{"MTU with all options", "4", false, "1300", stamped, "", 5424, 0, "mtu*4"},
		{"MTU of an Ethernet", "4", false, "1300", plain, "", 6000, 0, "mtu*4"},
		{"MSS that was answered", "4", true, "1300", plain, "", 8042, 4021, "mss*2"},
		{"and is not known", "4", true, "1300", plain, "", 8042, 0, "8042"},
		{"MSS too small", "4", false, "99", plain, "", 990, 0, "990"},
		{"no window", "4", false, "1460", plain, "", 0, 0, "0"},
	}
	for _, tt := range tests {
		s := observed(t, tt.answer, tt.version+":64+0:0:"+tt.mss+":0,0:"+tt.options+":"+tt.quirks+":0", tt.window)
		if got := s.WindowAs(tt.offer).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestCovers(t *testing.T) {
	const wide = "*:64:0:*:mss*20,*:mss,nop,ws:df,id+,flow:*"
	tests := []struct {
		text string
		want bool
	}{
		{"4:64:0:1460:mss*20,7:mss,nop,ws:df,id+:0", true},
		{"4:40:0:*:mss*20,7:mss,nop,ws:df,id+:0", true},
		{"4:20:0:*:mss*20,7:mss,nop,ws:df,id+:0", false},
		{"4:128:0:*:mss*20,7:mss,nop,ws:df,id+:0", false},
		{"4:64:4:*:mss*20,7:mss,nop,ws:df,id+:0", false},
		{"4:64:0:*:mss*10,7:mss,nop,ws:df,id+:0", false},
		{"4:64:0:*:*,7:mss,nop,ws:df,id+:0", false},
		{"4:64:0:*:mss*20,7:mss:df,id+:0", false},
		{"4:64:0:*:mss*20,7:mss,nop,ws:df:0", false},
		{"6:64:0:*:mss*20,7:mss,nop,ws:flow:+", true},
		{"6:64:0:*:mss*20,7:mss,nop,ws::+", false},
	}
	p, err := ParsePattern(wide)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		o, err := ParsePattern(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Covers(&o); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestPatternLine(t *testing.T) {
	tests := []struct {
		text            string
		answer, generic bool
		want            string
	}{
		{"*:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0", false, false, "Syn(TTL=40%DF=Y%ID=N%W=20*MSS|20*SEG%WS=A%O=MSTNW)"},
		{"4:128:0:*:8192,*:mss,nop,ws:df:0", true, true, "SynAck(V=4%TTL=80%DF=Y%ID=Z%W=2000%O=MNW%G=Y)"},
		{"6:255-:0:1220:*,0:mss,?30:flow,ecn,ts1-,bad:+", false, false, "Syn(V=6%TTL=0-FF%MSS=4C4%O=MX1E%FL=N%TS=0%ECN=Y%Q=bad%D=Y)"},
		{"6:64:8:*:%4096,0:::*", false, false, "Syn(V=6%TTL=40%OL=8%FL=Z%W=ANY*1000%O=%D=N|Y)"},
		{"*:64:0:*:mtu*4,0:mss::0", false, false, "Syn(TTL=40%DF=N%ID=N%W=4*MTU%O=M)"},
		{"4:64:0:*:0,0:mss:id-:0", false, false, "Syn(V=4%TTL=40%DF=N%ID=Z%W=0%O=M)"},
	}
	for _, tt := range tests {
		p, err := ParsePattern(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Line(tt.answer, tt.generic).String(); sorted(got) != sorted(tt.want) {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
		f, err := ParseSignature(tt.text, tt.answer, tt.generic)
		if err != nil || sorted(f.Line().String()) != sorted(tt.want) {
			t.Errorf("%s\nform %s, %v\nwant %s", tt.text, f.Line(), err, tt.want)
		}
	}
}
