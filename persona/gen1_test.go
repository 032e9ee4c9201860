package persona_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"whorl/data"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/method/gen2"
	"whorl/osdb"
	"whorl/packet"
)

// firstRecords are records of the first generation, made up so that each of its values
// and forms of expressions stands somewhere.
const firstRecords = `# Made up for a test.
Fingerprint Counter that grows with time
TSeq(Class=TD%gcd=FA|<6%SI=<14%IPID=BI%TS=2HZ)
T1(Resp=Y)

Fingerprint Random increments
TSeq(Class=RI%gcd=<6%SI=<7A8FA&>50%IPID=I%TS=100HZ)
T1(DF=Y%W=402E|FAF0%ACK=S++%Flags=AS%Ops=MNWNNT)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=402E%ACK=S++%Flags=AS%Ops=MNWNNT)
T4(DF=N%W=0%ACK=O%Flags=R%Ops=)
T5(DF=N%W=0%ACK=S++%Flags=AR%Ops=)
T6(DF=N%W=0%ACK=O%Flags=R%Ops=)
T7(DF=N%W=0%ACK=S|O%Flags=AR%Ops=)
PU(DF=N%TOS=0|C0%IPLEN=38%RIPTL=148%RID=E%RIPCK=E|F|0%UCK=E|F%ULEN=134%DAT=E)

Fingerprint Truly random, offers SACK that nobody asked for
TSeq(Class=TR|RI%IPID=RD%TS=1000HZ|U)
T1(DF=Y|N%W=+%ACK=S++%Flags=AS%Ops=MNWNNTNNM)
T2(Resp=Y%DF=N%W=0%ACK=S%Flags=AR%Ops=)
T3(Resp=Y%DF=N%W=FFFF%ACK=O%Flags=A%Ops=NNT)
T7(Resp=N)
PU(Resp=N)

Fingerprint Steps of 64000, flags with the odd bit, old errors
TSeq(Class=64K%IPID=Z%TS=U)
T1(DF=N%W=1000&>FFF%ACK=S++%Flags=BAS%Ops=ME)
T3(Resp=Y%DF=N%W=1000%ACK=S++%Flags=UAPRSF%Ops=M)
T4(Resp=Y%DF=N%W=C00%ACK=O%Flags=AR%Ops=)
PU(DF=Y%TOS=20%IPLEN=164%RIPTL=3415%RID=F%RIPCK=0%UCK=0%ULEN=134%DAT=F)

Fingerprint Steps of 800, zero timestamps
TSeq(Class=i800%IPID=RPI%TS=0)
T1(DF=Y%W=8000%ACK=S++%Flags=AS%Ops=MNNTNWL)
T2(Resp=N)
T3(Resp=N)
PU(Resp=Y%IPLEN=B0%RIPTL=15C%RID=0%RIPCK=F%UCK=F%DAT=E)

Fingerprint Constant
TSeq(Class=C%Val=ABCD%IPID=I%TS=U)
T1(Resp=Y%DF=N%W=0%ACK=S++%Flags=AS%Ops=M)

Fingerprint Refuses the odd bit
TSeq(Class=RI%gcd=1%SI=1312D00%IPID=I|Z%TS=1000HZ)
T1(Resp=Y%DF=N%W=0%ACK=S++%Flags=AR%Ops=)

Fingerprint Echoes
TSeq(Class=TD%gcd=1%SI=0|1|2%IPID=I%TS=100HZ)
T1(DF=N%W=2238|2017%ACK=S++%Flags=AS%Ops=WNMETL)
T4(DF=N%W=0)

Fingerprint Closed
T5(Resp=Y%DF=N%W=800%ACK=S++%Flags=AR%Ops=)
T6(Resp=N)
PU(DF=Y%IPLEN=38)
`

// drive runs one machine over a net to its end.
func drive(net *sim.Net, m method.Machine) {
	var (
		out method.Outbox
		buf [2048]byte
		p   packet.Packet
	)
	for {
		out.Reset()
		wake := m.Poll(net.Now(), &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			q.Src, q.Link = scanners[0], packet.Raw
			if q.Network == packet.IPv6 {
				q.Src = scanner6
			}
			frame, _ := q.Append(nil)
			at, _ := net.Send(frame)
			m.Sent(tag, at)
		}
		if wake.IsZero() {
			return
		}
		if n, at, err := net.Recv(buf[:], wake); err == nil {
			p.Decode(packet.Raw, buf[:n])
			m.Receive(&p, at)
		}
	}
}

// measureFirst is what a scan of the first generation sees of a host of the entry.
func measureFirst(e *osdb.Entry, seed uint64) (gen1.Print, error) {
	p, err := newPersona(e, seed)
	if err != nil {
		return nil, err
	}
	net := sim.New(sim.Options{})
	net.Add(victim, p)
	t := gen1.Target{Addr: victim, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}
	m := gen1.NewMachine(t, method.Key{byte(seed), 1}.Stream(victim, "gen1"))
	drive(net, m)
	return m.Measure(), nil
}

// checkFirst is the round-trip law: what is measured of the persona of a record is the
// record, in every attribute that the record has.
func (l *law) checkFirst(e *osdb.Entry) {
	l.entries++
	seen, err := measureFirst(e, uint64(l.entries))
	if err != nil {
		l.refused.note(reason(err), e.Name)
		return
	}
	points, evidence := e.Gen1.Score(seen)
	if !points.Perfect() {
		l.wrong.note(disagreements(evidence), e.Name)
		return
	}
	l.perfect++
	if points.Compared == comparable(e.Gen1) {
		l.whole++
	}
}

// comparable is how many attributes of a record a print can have: of a test that is not
// answered, one.
func comparable(r gen1.Reference) (n int) {
	for _, t := range r {
		if resp := t.Expr("Resp"); resp != nil && !resp.Match("Y") {
			n++
			continue
		}
		n += len(t.Terms)
	}
	return n
}

func TestFirstRoundTrip(t *testing.T) {
	db, problems := osdb.Read(strings.NewReader(firstRecords), osdb.User, "test")
	if len(problems) > 0 {
		t.Error(problems)
	}
	l := law{refused: newTally("refused"), wrong: newTally("wrong")}
	for _, e := range db.Entries {
		l.checkFirst(e)
		if seen, _ := measureFirst(e, 1); t.Failed() {
			t.Logf("%s\n%s", e, seen)
		}
	}
	l.refused.log(t)
	l.wrong.log(t)
	if l.perfect != len(db.Entries) || l.whole != l.perfect {
		t.Errorf("%d of %d records are measured as they are, %d with all that they tell", l.perfect, len(db.Entries), l.whole)
	}
}

// The same over a database of the first generation, which is none of ours.
func TestFirstDatabase(t *testing.T) {
	file := os.Getenv("WHORL_GEN1_DB")
	if file == "" {
		t.Skip("set WHORL_GEN1_DB to a file nmap-os-fingerprints or nmap.prints")
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	db, problems := osdb.Read(f, osdb.User, file)
	for _, p := range problems {
		t.Log(p)
	}
	l := law{refused: newTally("refused"), wrong: newTally("wrong")}
	for _, e := range db.Entries {
		if e.Gen1 != nil {
			l.checkFirst(e)
		}
	}
	t.Logf("%d entries, %d measured as they are, %d of these with every attribute", l.entries, l.perfect, l.whole)
	l.refused.log(t)
	l.wrong.log(t)
	if l.entries == 0 || float64(l.perfect) < 0.99*float64(l.entries) {
		t.Error("fewer than 99 %")
	}
}

// Our own records that have both generations answer the first as they say too, and those
// that have the second alone answer it at least where their port is open.
func TestFirstOfOwn(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	l := law{refused: newTally("refused"), wrong: newTally("wrong")}
	told, answered := 0, 0
	for _, e := range set.Entries() {
		if e.Gen2 == nil {
			continue
		}
		if e.Gen1 != nil {
			l.checkFirst(e)
			continue
		}
		seen, err := measureFirst(e, 7)
		if err != nil {
			continue
		}
		told++
		if t1, ok := seen.Test("T1"); ok {
			if flags, _ := t1.Value("Flags"); flags == "AS" {
				answered++
			}
		}
	}
	t.Logf("%d records of both generations, %d measured as they are; %d of %d others accept T1", l.entries, l.perfect, answered, told)
	l.refused.log(t)
	l.wrong.log(t)
	if l.perfect != l.entries || l.entries < 5 { // TS of hosts with a clock for each port is of no class
		t.Error("records are not measured as they are")
	}
	if told == 0 || float64(answered) < 0.95*float64(told) {
		t.Errorf("%d of %d records of the second generation accept T1", answered, told)
	}
}

// A host of a record of the first generation is a whole one: clients are answered.
func TestFirstNatural(t *testing.T) {
	db, _ := osdb.Read(strings.NewReader(firstRecords), osdb.User, "test")
	for _, c := range []struct {
		record        int
		flags         packet.Flags
		port          uint16
		options, want string
	}{
		{1, packet.SYN, 80, linux, "AS M5B4NW0NNT11"},
		{1, packet.SYN, 80, scanner, "AS M5B4"},
		{1, packet.SYN, 81, linux, "AR "},
		{1, packet.ACK, 80, "", "R "},
		{3, packet.SYN, 80, linux, "AS M5B4"},
		{3, packet.SYN, 80, dialup, "AS M218"},
		{6, packet.SYN, 80, linux, "AS M5B4NNT11"},
	} {
		p, err := newPersona(db.Entries[c.record], 1)
		if err != nil {
			t.Fatal(err)
		}
		got := "nothing"
		if a := ask(p, start.Add(time.Hour), tcp(c.flags, c.port, c.options)); a != nil {
			got = a.TCP.Flags.String() + " " + gen2.OptionString(a.TCP.Options)
		}
		if got != c.want {
			t.Errorf("%s, %v to %d: %s, want %s", db.Entries[c.record].Name, c.flags, c.port, got, c.want)
		}
	}
}

// What cannot be shown is refused with the reason.
func TestFirstRefused(t *testing.T) {
	for tests, want := range map[string]string{
		"T1(Resp=N)\nT2(Resp=N)":        "no answer to any probe",
		"T1(W=10000)":                   "T1: W: no window shows 10000",
		"T1(Flags=X)":                   "no flag is written 'X'",
		"T1(Ops=MW)":                    "cannot be encoded in a multiple of 4 bytes",
		"T1(Ops=Q)":                     "no option is written",
		"T1(Ops=NNS)":                   "no option is written",
		"T1(ACK=7)":                     "is not S++, S or O",
		"TSeq(Class=TD%SI=FF)\nT1(W=1)": "no steps of initial sequence numbers show TSeq(Class=TD%SI=FF)",
		"TSeq(Class=RI%IPID=C)":         "no numbering shows C",
		"PU(IPLEN=200)":                 "no number up to 164",
		"PU(IPLEN=20)":                  "too short",
		"PU(ULEN=135)":                  "always the one sent",
		"PU(IPLEN=38%DAT=F)":            "no data is quoted",
		"TSeq(Class=800|64)\nT1(W=5)":   "no steps of initial sequence numbers show TSeq(Class=800|64)",
	} {
		_, err := newPersona(entry(t, "Fingerprint A\n"+tests+"\n"), 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", tests, err, want)
		}
	}
}
