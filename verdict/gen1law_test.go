package verdict_test

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/data"
	"whorl/link/sim"
	"whorl/method"
	"whorl/method/gen1"
	"whorl/osdb"
	"whorl/packet"
	"whorl/persona"
	"whorl/verdict"
)

// askedGen1 is a host of the record that only the first generation has asked; nil if the
// record cannot be played.
func askedGen1(e *osdb.Entry) *whorl.Host {
	us, them := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	p, err := persona.New(e, persona.Options{Addr: them, OpenTCP: []uint16{80}})
	if err != nil {
		return nil
	}
	net := sim.New(sim.Options{Resets: true})
	net.Add(them, p)
	m := gen1.NewMachine(gen1.Target{Addr: them, OpenTCP: 80, ClosedTCP: 81, ClosedUDP: 40000, ClosedKnown: true}, method.Key{1}.Stream(them, "gen1"))
	var out method.Outbox
	var in packet.Packet
	buf := make([]byte, 2048)
	for {
		out.Reset()
		wake := m.Poll(net.Now(), &out)
		for i := range out.Len() {
			q, tag := out.At(i)
			q.Src, q.Link = us, packet.Raw
			frame, _ := q.Append(nil)
			at, _ := net.Send(frame)
			m.Sent(tag, at)
		}
		if wake.IsZero() {
			return &whorl.Host{Observations: []whorl.Observation{{Method: "gen1", Print: m.Measure().String()}}}
		}
		if n, at, err := net.Recv(buf, wake); err == nil {
			in.Decode(packet.Raw, buf[:n])
			m.Receive(&in, at)
		}
	}
}

func isOf(v whorl.Verdict, e *osdb.Entry) bool {
	of := &osdb.Entry{Name: v.Name, Classes: append([]whorl.Class{{Vendor: v.Vendor, Family: v.Family}}, v.Classes...)}
	return slices.ContainsFunc(verdict.Families(of), func(c whorl.Class) bool { return slices.Contains(familiesOf(e), c.Vendor+"|"+c.Family) })
}

func familiesOf(e *osdb.Entry) (out []string) {
	for _, c := range verdict.Families(e) {
		out = append(out, c.Vendor+"|"+c.Family)
	}
	return out
}

// Hosts of all records of ours, asked by the first generation alone: those that our own
// records tell of are named, and no other system is taken for one of them.
func TestGen1NamesNoOther(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judge := verdict.NewJudges(set, verdict.Options{}).New()
	named, hosts, told := 0, 0, 0
	for _, e := range set.Entries() {
		if e.Gen2 == nil && e.Gen1 == nil {
			continue
		}
		h := askedGen1(e)
		if h == nil {
			continue
		}
		hosts++
		judge.Judge(h)
		v := h.Verdicts[0]
		switch {
		case e.Gen1 != nil:
			told++
			if v.Name == whorl.Unknown || !isOf(v, e) {
				t.Errorf("%s is taken for %s: %s", e.Name, v.Name, v.Source.Text)
			}
		case v.Name == whorl.Unknown:
		case strings.Contains(v.Name, " or ") && isOf(h.Verdicts[1], e):
		case !isOf(v, e):
			t.Errorf("%s is taken for %s, %d of %d", e.Name, v.Name, v.Passed, v.Compared)
		default:
			named++
		}
	}
	t.Logf("%d hosts, %d with records of the first generation, %d others named", hosts, told, named)
	if told < 5 || hosts < 100 {
		t.Error("too few records")
	}
}

// Of a database of the first generation, which is none of ours, 99 % of the records are
// listed as perfect for a host that answers as they say.
func TestGen1RoundTrip(t *testing.T) {
	file := os.Getenv("WHORL_GEN1_DB")
	if file == "" {
		t.Skip("set WHORL_GEN1_DB to a file nmap-os-fingerprints or nmap.prints")
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	db, _ := osdb.Read(f, "foreign", file)
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	judge := verdict.NewJudges(append(set, db), verdict.Options{}).New()
	points := verdict.NewJudges(osdb.Set{db}, verdict.Options{NmapOnly: true}).New()
	all, listed, right, wrong := 0, 0, 0, 0
	for _, e := range db.Entries {
		h := askedGen1(e)
		if h == nil {
			continue
		}
		all++
		points.Judge(h)
		perfect := 0
		for _, v := range h.Verdicts {
			if v.Accuracy == 1 {
				perfect++
			}
			if v.Accuracy == 1 && v.Name == e.Name {
				listed++
				break
			}
			if perfect > 36 { // more than Nmap could list
				listed++
				break
			}
		}
		judge.Judge(h)
		switch v := h.Verdicts[0]; {
		case v.Name == whorl.Unknown:
		case isOf(v, e) || len(h.Verdicts) > 2 && (isOf(h.Verdicts[1], e) || isOf(h.Verdicts[2], e)) && v.Source.File == "":
			right++
		default:
			wrong++
		}
	}
	t.Logf("%d records, %d listed as perfect; our own answer: %d right, %d wrong, the others none", all, listed, right, wrong)
	if all == 0 || float64(listed) < 0.99*float64(all) {
		t.Error("fewer than 99 %")
	}
}

// Hosts of Nmap's second-generation records, asked by the first, with two thirds of their
// prints as a database: of the others few get a wrong name, and few of those that only our
// own records could name.
func TestGen1HeldOut(t *testing.T) {
	set, _ := osdb.Load(osdb.Config{Embedded: data.Files})
	made, hosts := &osdb.DB{Database: "made"}, map[*osdb.Entry]*whorl.Host{}
	for n, e := range nmapEntries(t) {
		if n%4 != 0 {
			continue
		}
		h := askedGen1(e)
		if h == nil {
			continue
		}
		if len(hosts)*2 <= len(made.Entries) {
			hosts[e] = h
			continue
		}
		p, _ := gen1.Parse(h.Observations[0].Print)
		r, _ := gen1.NewReference(p)
		made.Entries = append(made.Entries, &osdb.Entry{Name: e.Name, Classes: e.Classes, Gen1: r, Source: whorl.Source{Database: "made", Line: n + 1}})
	}
	for _, c := range []struct {
		name string
		set  osdb.Set
		most float64 // wrong names for each right one
	}{{"our own records", set, 0.05}, {"with the others", append(slices.Clone(set), made), 0.2}} {
		judge := verdict.NewJudges(c.set, verdict.Options{}).New()
		right, wrong, none := 0, 0, 0
		for e, h := range hosts {
			judge.Judge(h)
			switch v := h.Verdicts[0]; {
			case v.Name == whorl.Unknown || v.Source.File == "" && v.Source.Line == 0:
				none++
			case isOf(v, e) || strings.HasPrefix(v.Name, "Linux"): // of many devices the class does not say that they run Linux
				right++
			default:
				wrong++
			}
		}
		t.Logf("%s: %d hosts, %d right, %d wrong, %d none or a tie", c.name, len(hosts), right, wrong, none)
		if right == 0 || float64(wrong) > c.most*float64(right) {
			t.Errorf("%s: too many wrong names", c.name)
		}
	}
}

// nmapEntries are the records of the installed nmap-os-db, a few thousand.
func nmapEntries(t *testing.T) (out []*osdb.Entry) {
	t.Helper()
	set, _ := osdb.Load(osdb.Config{Places: osdb.Places{Nmap: []string{"/usr/share/nmap/nmap-os-db"}}})
	for _, e := range set.Entries() {
		out = append(out, e)
	}
	if len(out) == 0 {
		t.Skip("no nmap-os-db is installed")
	}
	return out
}
