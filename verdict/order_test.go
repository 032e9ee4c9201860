package verdict

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

func TestOrderContradicts(t *testing.T) {
	for _, c := range []struct {
		name, seen, record string
		want               bool
	}{
		{"the same", "M5B4ST11NW7", "M5B4ST11NW[0-A]", false},
		{"Linux without timestamps", "M5B4NNSNW7", "M5B4ST11NW7", false},
		{"timestamps replaced by NOPs", "M5B4SNNNNNNNNNNNW7", "M5B4ST11NW7", false},
		{"scale replaced by NOPs", "M5B4NNNNST11", "M5B4NW6SLL", false},
		{"an MSS tells of no order", "M5B4", "M5B4ST11NW7", false},
		{"no options", "", "M5B4ST11NW7", false},
		{"smoltcp: scale before SACK", "M5B4W7SLLL", "M5B4ST11NW7", true},
		{"Windows and Linux", "M5B4NW8ST11", "M5B4ST11NW7", true},
		{"Seastar: the NOP is behind the scale", "M5B4W7N", "M5B4NW7", true},
		{"FreeBSD ends the list, Linux aligns before", "M5B4SLL", "M5B4NNS", true},
	} {
		a, b := orderOf(c.seen), orderOf(c.record)
		if a.contradicts(b) != c.want || b.contradicts(a) != c.want {
			t.Errorf("%s: %s and %s: %v, %v; want %v", c.name, c.seen, c.record, a.contradicts(b), b.contradicts(a), c.want)
		}
	}
	both := orderOf("M5B4W7SLL") | orderOf("M5B4NNSNW7")
	if both.contradicts(orderOf("M5B4ST11NW7")) {
		t.Error("a stack that answers in either order contradicts one of them")
	}
}

// What a box in the path replaces by NOPs contradicts no record of the embedded database.
func TestOrderBehindBoxes(t *testing.T) {
	texts := 0
	for _, e := range withGen2(embedded(t)).Entries() {
		whole := orderOfEntry(t, e)
		for _, text := range optionTexts(e) {
			for gone := range 1 << len(ordered) {
				left := text
				for i, bytes := range []int{4, 3, 2, 10} {
					if gone>>i&1 != 0 {
						left = strings.ReplaceAll(left, ordered[i:i+1], strings.Repeat("N", bytes))
					}
				}
				texts++
				if orderOf(left).contradicts(whole) {
					t.Errorf("%s: %s of %s", e.Name, left, text)
				}
			}
		}
	}
	if texts < 1000 {
		t.Errorf("%d texts", texts)
	}
}

// optionTexts are the layouts of a record.
func optionTexts(e *osdb.Entry) (out []string) {
	for _, f := range Features {
		if f.Aspect != Layout {
			continue
		}
		said, _ := expressionOf(e.Gen2, f)
		for _, alt := range said.Alternatives() {
			if text := optionPart(alt.Text, "MWT", false); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

func orderOfEntry(t *testing.T, e *osdb.Entry) (o order) {
	for _, text := range optionTexts(e) {
		o |= orderOf(text)
	}
	return o
}

// A family keeps of what its records lose what is left of it, a record that explains all
// takes the rest, and no probability comes from nowhere.
func TestExclude(t *testing.T) {
	const text = `Fingerprint A1
Class V | A | 1 | t
OPS(O1=M5B4ST11NW7)
Fingerprint A2
Class V | A | 2 | t
OPS(O1=M5B4NW7ST11)
T1(R=Y%DF=N)
Fingerprint B
Class V | B | | t
OPS(O1=M5B4NW7ST11)
T1(R=Y%DF=Y)
`
	w := NewWeigher(NewReferences(records(t, text)), NewModel())
	kept := math.Exp(w.refs.orders.cost[w.refs.orders.kindOf[0]])
	for _, c := range []struct {
		name, seen string
		want       [3]float64
	}{
		{"the rest to nobody", "OPS(O1=M5B4NW7ST10)T1(R=Y%DF=Y)", [3]float64{0.4 * kept, 0.4, 0.1}},
		{"the rest to B", "OPS(O1=M5B4NW7ST11)T1(R=Y%DF=Y)", [3]float64{0.4 * kept, 0.4, 0.1}},
		{"nothing contradicts", "OPS(O1=M5B4)T1(R=Y%DF=N)", [3]float64{0.4, 0.4, 0.1}},
	} {
		all := []float64{0.4, 0.4, 0.1}
		w.exclude(all, Observe(joined(c.seen)))
		lost := 1 - (c.want[0]+c.want[1])/0.8
		want := []float64{c.want[0] * (1 + lost), c.want[1] * (1 + lost), c.want[2]}
		if c.name == "the rest to B" {
			want[2] = 0.9 - want[0] - want[1]
		}
		if !slices.EqualFunc(all, want, near) {
			t.Errorf("%s: %.4f, want %.4f", c.name, all, want)
		}
	}
}

// Stacks whose order no Linux has are not called Linux; a smoltcp is in all else as one
// without timestamps is.
func TestOtherOrderIsNoLinux(t *testing.T) {
	const rest = `WIN(W1=16D0%W2=16D0%W3=16D0%W4=16D0%W5=16D0%W6=16D0)
ECN(R=N)
T1(R=Y%DF=Y%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
T2(R=N)
T3(R=N)
T4(R=N)
T5(R=Y%DF=Y%TG=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
T6(R=Y%DF=Y%TG=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
T7(R=N)
U1(R=N)
IE(R=N)
`
	const seq = "SEQ(SP=104%GCD=1%ISR=10A%TI=Z%CI=Z%TS=U)\n"
	for _, set := range []osdb.Set{embedded(t), append(embedded(t), installedOrNone()...)} {
		j := NewJudges(set, Options{}).New()
		for _, c := range []struct {
			name, ops string
			linux     bool
		}{
			{"Linux, timestamps off", "OPS(O1=M5B4NNSNW7%O2=M5B4NNSNW7%O3=M5B4NW7%O4=M5B4NNSNW7%O5=M5B4NNSNW7%O6=M5B4NNS)\n", true},
			{"smoltcp", "OPS(O1=M5B4W7SLLL%O2=M5B4W7SLLL%O3=M5B4W7L%O4=M5B4W7SLLL%O5=M5B4W7SLLL%O6=M5B4SLL)\n", false},
			{"smoltcp, as far as our record tells", "OPS(O1=M5B4W7SLLL%O2=M5B4W7SLLL%O3=M5B4NW7%O4=M5B4W7SLLL%O5=M5B4W7SLLL%O6=M5B4NNS)\n", false},
			{"Seastar", "OPS(O1=M5B4W7N%O2=M5B4W7N%O3=M5B4W7N%O4=M5B4W7N%O5=M5B4W7N%O6=M5B4)\n", false},
		} {
			h := &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: seq + c.ops + rest}}}
			j.Judge(h)
			v := h.Verdicts[0]
			if isLinux := strings.Contains(v.Name, "Linux"); isLinux != c.linux {
				t.Errorf("%s: %s, %.2f", c.name, v.Name, v.Confidence)
			}
		}
	}
}

// An ArubaOS has the order of Linux because it is one.
func TestArubaIsLinux(t *testing.T) {
	e := &osdb.Entry{Name: "x", Classes: []whorl.Class{{Vendor: "Aruba", Family: "ArubaOS"}}}
	if got := classesOf(e); !slices.ContainsFunc(got, func(c whorl.Class) bool { return c.Family == "Linux" }) {
		t.Errorf("%v", got)
	}
}

// Where no other record of its families is left, a host is named by another family less
// often than without exclusion, and seldom.
func TestStrangersStayUnknown(t *testing.T) {
	const hosts, most = 500, 0.085
	refs := NewReferences(installed(t))
	w := NewWeigher(refs, Embedded())
	r := rand.New(rand.NewPCG(3, 1))
	named, unexcluded := 0, 0
	for range hosts {
		host := r.IntN(len(refs.Entries))
		o := Observe(Subject(refs.Entries[host].Gen2, r))
		scores := w.Scores(o, &w.model.Family)
		for _, f := range refs.families.of[host] {
			for _, i := range refs.families.members[f] {
				scores[i] = math.Inf(-1)
			}
		}
		shares(scores, scores, w.unknown())
		if _, said := best(refs.families.sums(scores)); said >= 0.8 {
			unexcluded++
		}
		w.exclude(scores, o)
		if _, said := best(refs.families.sums(scores)); said >= 0.8 {
			named++
		}
	}
	t.Logf("of %d hosts of families without a record %d are named by another, %d without exclusion", hosts, named, unexcluded)
	if named > unexcluded || float64(named) > most*hosts {
		t.Errorf("%d of %d hosts of families without a record are named by another, %d without exclusion", named, hosts, unexcluded)
	}
}
