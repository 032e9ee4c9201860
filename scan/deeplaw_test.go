package scan

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/deep"
	"whorl/method/expr"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
)

var themAddr = netip.MustParseAddr("192.0.2.7")

// deepOf scans a persona of the record at an address and gives what our own probes measured.
func deepOf(t *testing.T, e *osdb.Entry, at netip.Addr) (deep.Print, error) {
	t.Helper()
	p, err := persona.New(e, persona.Options{Addr: at, OpenTCP: []uint16{80}, Delay: 300 * time.Microsecond})
	if err != nil {
		return nil, err
	}
	n := sim.New(sim.Options{Resets: true})
	n.Add(at, p)
	o := scan(context.Background(), t, dual{network{n}}, Job{Deep: Always, SkipUp: true, Timing: Timings[3]}, nil, at.String())
	if o.err != nil {
		return nil, o.err
	}
	for _, obs := range o.hosts[at.String()][0].Observations {
		if obs.Method == "deep" {
			return deep.Parse(obs.Print)
		}
	}
	return nil, fmt.Errorf("no deep print in %+v", o.hosts[at.String()][0])
}

// over is the version of IP of an address.
func over(at netip.Addr) packet.Network {
	if at.Is6() {
		return packet.IPv6
	}
	return packet.IPv4
}

// askedOver are the attributes of a record whose tests are asked over the version of IP.
func askedOver(r deep.Reference, at netip.Addr) deep.Reference {
	return slices.DeleteFunc(slices.Clone(r), func(t deep.Term) bool { return !deep.Over(over(at), t.Test) })
}

// unlikeOf are the attributes that the persona of a record shows otherwise than it says, over
// either version of IP.
func unlikeOf(t *testing.T, e *osdb.Entry) (wrong []string, err error) {
	t.Helper()
	ref, errs := deep.NewReference(e.Extra)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	for _, at := range []netip.Addr{themAddr, themAddr6} {
		print, err := deepOf(t, e, at)
		switch {
		case err != nil && (at.Is4() || len(askedOver(ref, at)) > 0):
			return nil, fmt.Errorf("%v: %w", at, err)
		case slices.ContainsFunc(print, func(l method.Line) bool { return !deep.Over(over(at), l.Test) }):
			wrong = append(wrong, fmt.Sprintf("%v: %s", at, print))
		}
		for _, w := range unlike(askedOver(ref, at), print) {
			wrong = append(wrong, fmt.Sprintf("%v: %s in %s", at, w, print))
		}
	}
	return wrong, nil
}

// unlike are the attributes of a record that the print does not have, or has otherwise.
// HZ is not looked for where the clock has none.
func unlike(r deep.Reference, print deep.Print) (out []string) {
	seen := r.Score(print)
	for _, term := range r {
		i := slices.IndexFunc(seen, func(e whorl.Evidence) bool { return e.Test == term.Test && e.Attr == term.Attr })
		switch {
		case i >= 0 && !seen[i].Agrees:
			out = append(out, fmt.Sprintf("%s.%s=%s got %s", term.Test, term.Attr, term.Expr, seen[i].Got))
		case i < 0 && !depends(r, print, term):
			out = append(out, fmt.Sprintf("%s.%s=%s got none", term.Test, term.Attr, term.Expr))
		}
	}
	return out
}

// condition is the attribute that another one depends on, and the values with which
// it is there.
var condition = map[string][2]string{"CLK.HZ": {"OFF", "SP"}, "ISN4.R": {"C", "T"}, "ISN4.D": {"C", "I"}}

// depends reports whether an attribute is missing because of the value of another,
// which the record allows.
func depends(r deep.Reference, print deep.Print, term deep.Term) bool {
	on, ok := condition[term.Test+"."+term.Attr]
	if !ok {
		on = [2]string{"R", "Y"}
	}
	l, _ := print.Test(term.Test)
	v, seen := l.Value(on[0])
	e := r.Expr(term.Test, on[0])
	return seen && !strings.Contains(on[1], v) && (e == nil || e.Match(v))
}

// The round-trip law for our own probes: what is measured of the persona of a record is
// what the record says, over both versions of IP.
func TestDeepLaw(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	records, parts := 0, 0
	for d, e := range set.Entries() {
		ref, errs := deep.NewReference(e.Extra)
		if len(errs) > 0 {
			t.Error(e.Name, errs)
		}
		if len(ref) == 0 {
			continue
		}
		records++
		if whole := d.Whole(e); whole != nil {
			e = narrowed(whole, e)
			parts++
		}
		if wrong, err := unlikeOf(t, e); err != nil || len(wrong) > 0 {
			t.Errorf("%s: %v, %s", e.Name, err, strings.Join(wrong, "\n"))
		}
	}
	if records-parts < 2 {
		t.Errorf("%d records with deep lines", records)
	}
	t.Logf("%d records, %d of them narrow another", records, parts)
}

// narrowed is a record with the deep lines of one that narrows it.
func narrowed(whole, part *osdb.Entry) *osdb.Entry {
	e := *whole
	e.Name, e.Extra = part.Name, slices.Clone(part.Extra)
	for _, l := range whole.Extra {
		if !slices.ContainsFunc(part.Extra, func(p method.Line) bool { return p.Test == l.Test }) {
			e.Extra = append(e.Extra, l)
		}
	}
	return &e
}

// example is a record of gen2 that deep lines can be added to.
const example = `Fingerprint Example
Class Example | Example | 1.X | general purpose
SEQ(SP=100-108%%GCD=1-6%%ISR=106-10C%%TI=I%%CI=I%%II=I%%SS=S%%TS=%s)
OPS(O1=M5B4ST11NW7|M5B4NW7%%O2=M5B4ST11NW7|M5B4NW7%%O3=M5B4NNT11NW7|M5B4NW7%%O4=M5B4ST11NW7|M5B4NW7%%O5=M5B4ST11NW7|M5B4NW7%%O6=M5B4ST11|M5B4)
WIN(W1=7200%%W2=7200%%W3=7200%%W4=7200%%W5=7200%%W6=7200)
ECN(R=Y%%DF=Y%%T=3B-45%%TG=40%%W=7200%%O=M5B4NNSNW7%%CC=Y%%Q=)
T1(R=Y%%DF=Y%%T=3B-45%%TG=40%%S=O%%A=S+%%F=AS%%RD=0%%Q=)
T2(R=N)
T3(R=N)
T4(R=Y%%DF=N%%T=3B-45%%TG=40%%W=0%%S=A%%A=Z%%F=R%%O=%%RD=0%%Q=)
T5(R=Y|N%%DF=N%%T=3B-45%%TG=40%%W=0%%S=Z%%A=S+%%F=AR%%O=%%RD=0%%Q=)
T6(R=Y%%DF=N%%T=3B-45%%TG=40%%W=0%%S=A%%A=Z%%F=R%%O=%%RD=0%%Q=)
T7(R=Y%%DF=N%%T=3B-45%%TG=40%%W=0%%S=Z%%A=S+%%F=AR%%O=%%RD=0%%Q=)
U1(%s)
IE(R=Y|N%%DFI=S%%T=3B-45%%TG=40%%CD=S)
%s
Source measured: nothing, it is made up
`

// exampleOf is the example with some deep lines. An empty length of errors means that
// there are none.
func exampleOf(t *testing.T, ts, ipl, lines string) *osdb.Entry {
	t.Helper()
	u1 := "R=N"
	if ipl != "" {
		u1 = "R=Y%DF=N%T=3B-45%TG=40%IPL=" + ipl + "%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G"
	}
	db, problems := osdb.Read(strings.NewReader(fmt.Sprintf(example, ts, u1, lines)), osdb.User, "test")
	if len(problems) > 0 || len(db.Entries) != 1 {
		t.Fatalf("%v", problems)
	}
	return db.Entries[0]
}

// Every value that a line can have is shown by a persona of a record that has it.
func TestDeepLines(t *testing.T) {
	for _, c := range []struct{ ts, ipl, lines string }{
		{"A", "164", "CLK(HZ=3E8%OFF=S)"},
		{"A|U", "164", "CLK(OFF=U)"},
		{"7", "164", "CLK(HZ=64%OFF=S)"},
		{"8", "164", "CLK(HZ=FA%OFF=S)"},
		{"1", "164", "CLK(HZ=2%OFF=S)"},
		{"A|1E-23", "164", "CLK(HZ=3E8%OFF=P)"},
		{"1E-23", "164", "CLK(OFF=R)"},
		{"A|1F", "164", "CLK(HZ=3E8%OFF=S)"},
		{"A", "164", "ISN4(C=T%R=BF)"},
		{"A", "164", "ISN4(C=T%R=C6-C8)"},
		{"A", "164", "ISN4(C=I%D=FA00)"},
		{"A", "164", "ISN4(C=G)"},
		{"A", "164", "ISN4(C=K)"},
		{"A", "164", "ISN4(C=R)"},
		{"A", "164", "AE(R=Y%B=0%O=N)\nAN(R=Y%B=1%O=N)"},
		{"A", "164", "AE(R=Y%B=3%O=Y)\nAN(R=Y%B=2%O=Y)"},
		{"A", "164", "AE(R=Y%B=7)\nAN(R=N)"},
		{"A", "164", "MD5(R=N)\nAO(R=Y%F=AS)"},
		{"A", "164", "MD5(R=Y%F=AR)\nAO(R=N)"},
		{"A", "164", "EC(R=Y%ID=S%TOS=S%TTL=S)"},
		{"A", "164", "EC(R=Y%ID=O%TOS=D%TTL=O)"},
		{"A", "164", "EC(R=Y%ID=Z%TOS=Z)"},
		{"A", "164", "EC(R=Y%TOS=O)"},
		{"A", "164", "EC(R=N)"},
		{"A", "164", "RT(R=Y%ID=Z%TOS=D)"},
		{"A", "164", "RT(R=Y%ID=S%TOS=S)"},
		{"A", "164", "RT(R=Y%ID=O%TOS=Z)"},
		{"A", "164", "RT(R=N)"},
		{"A", "164", "QU(IPL=240%TOS=C0)\nBU(N=5)"},
		{"A", "164", "QU(IPL=254%TOS=0)\nBU(N=7)"},
		{"A", "38", "QU(IPL=38%TOS=0)\nBU(N=1)"},
		{"A", "164", "BU6(N=6%L=6-7)"},
		{"A", "164", "BU6(N=6%L=2|A)"},
		{"A", "164", "BU6(N=7%L=A)"},
		{"A", "164", "BU6(N=7%L=8)"},
		{"A", "164", "BU6(N=7)"},
		{"A", "164", "BU6(L=6)"},
		{"A", "164", "BU6(N=6%L=0)"},
		{"A", "164", "BU6(N=3-4)"},
		{"A", "164", "BU6(N=1%L=1)"},
	} {
		if wrong, err := unlikeOf(t, exampleOf(t, c.ts, c.ipl, c.lines)); err != nil || len(wrong) > 0 {
			t.Errorf("%s: %v, %s", c.lines, err, strings.Join(wrong, "\n"))
		}
	}
}

// What no host can be is refused, and the reason names the test.
func TestDeepRefused(t *testing.T) {
	for _, c := range []struct{ ts, ipl, lines, want string }{
		{"A", "164", "CLK(OFF=P)", "CLK: OFF: P, but TS"},
		{"A", "164", "CLK(OFF=Z)", "CLK: OFF: Z, but OPS"},
		{"A", "164", "CLK(HZ=64%OFF=S)", "CLK: HZ: TS shows no clock of 100 Hz"},
		{"A", "164", "ISN4(C=X)", `ISN4: C: "X" is not`},
		{"A", "164", "AE(B=8)", "AE: B: no number up to 7"},
		{"A", "164", "MD5(F=AX)", "MD5: F: "},
		{"A", "164", "EC(ID=D)", `EC: ID: "D" is no way to copy it`},
		{"A", "", "BU(N=3)", "QU and BU tell of errors"},
		{"A", "38", "QU(IPL=240)", "QU: IPL: no limit shows 240"},
		{"A", "164", "QU(IPL=400)", "QU: IPL: no number up to 254"},
		{"A", "164", "BU6(N=8)", "BU6: N: no number up to 7"},
		{"A", "164", "BU6(N=2%L=5)", "BU6: L: no number up to 4"},
		{"A", "", "BU6(N=6)", "BU6 tells of errors"},
	} {
		e := exampleOf(t, c.ts, c.ipl, c.lines)
		at := themAddr
		if strings.HasPrefix(c.want, "BU6") {
			at = themAddr6
		}
		if _, err := deepOf(t, e, at); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.lines, err, c.want)
		}
	}
}

// A record with deep lines still shows what it says of gen2.
func TestDeepKeepsGen2(t *testing.T) {
	e := exampleOf(t, "1E-23|A", "164", "CLK(HZ=3E8%OFF=P)\nISN4(C=T%R=BF)\nAE(B=0)\nMD5(R=N)\nEC(ID=O%TOS=S)\nRT(TOS=D)\nQU(IPL=240%TOS=C0)\nBU(N=3-6)")
	p, err := persona.New(e, persona.Options{Addr: themAddr, OpenTCP: []uint16{80}})
	if err != nil {
		t.Fatal(err)
	}
	n := sim.New(sim.Options{Resets: true})
	n.Add(themAddr, p)
	o := scan(context.Background(), t, network{n}, Job{Deep: Always, SkipUp: true, Timing: Timings[3]}, nil, themAddr.String())
	f, err := gen2.Parse(o.hosts[themAddr.String()][0].Observations[0].Print)
	if err != nil {
		t.Fatal(err)
	}
	score, evidence := e.Gen2.Explain(f.Tests, gen2.DefaultPoints(), expr.Whorl)
	if score.Num != score.Den || score.Den == 0 {
		t.Errorf("%v of %v\n%v", score.Num, score.Den, evidence)
	}
}
