package verdict

import (
	"slices"
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

// Evidence tells packets as they came, and of attributes only those that the packet and the
// record have, or in which they differ.
func TestEvidenceAsItCame(t *testing.T) {
	j := handshakeJudge(t)
	for _, ttl := range []struct{ print, want, words string }{
		{"Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)", "3C", "TTL 60"},
		{"Syn(V=4%TTL=39%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)", "39", "TTL 57"},
	} {
		h := heardHost(ttl.print)
		j.Judge(h)
		var attrs []string
		for _, e := range h.Verdicts[0].Evidence {
			attrs = append(attrs, e.Attr)
			if e.Attr == "TTL" && (e.Got != ttl.want || e.GotWords != ttl.words) {
				t.Errorf("%s: %+v", ttl.print, e)
			}
			if e.Attr == "DF" && e.GotWords != "don't fragment" {
				t.Errorf("%+v", e)
			}
		}
		if want := []string{"TTL", "DF", "ID", "W", "WS", "O"}; !slices.Equal(attrs, want) {
			t.Errorf("%s: evidence of %v, want %v", ttl.print, attrs, want)
		}
	}
}

// An MSS that the path has lowered differs from that of an Ethernet, which a record does not name.
func TestLoweredMSSInWords(t *testing.T) {
	j := handshakeJudge(t)
	h := heardHost("Syn(V=4%TTL=39%H=3C%DF=Y%ID=N%W=FAF0%MSS=5AC%WS=7%O=MSTNW)")
	j.Judge(h)
	i := slices.IndexFunc(h.Verdicts[0].Evidence, func(e whorl.Evidence) bool { return e.Attr == "MSS" })
	if i < 0 {
		t.Fatalf("no MSS in %+v", h.Verdicts[0].Evidence)
	}
	if e := h.Verdicts[0].Evidence[i]; e.Agrees || e.GotWords != "MSS 1452" || e.WantWords != "MSS of an Ethernet" {
		t.Errorf("%+v", e)
	}
}

// A record that says nothing of an attribute is not contradicted by it, however odd.
func TestUntoldAttributes(t *testing.T) {
	const text = "Fingerprint Linux\nClass Linux | Linux | 6.X | general purpose\nSyn(O=MSTNW)\n"
	db, problems := osdb.Read(strings.NewReader(text), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	h := heardHost("Syn(V=4%TTL=21%H=3C%DF=N%ID=Z%W=3039%MSS=5B4%WS=E%O=MSTNW)")
	NewHandshakes(osdb.Set{db}, Options{}).Explained().Judge(h)
	for _, e := range h.Verdicts[0].Evidence {
		if e.Attr != "O" {
			t.Errorf("%+v", e)
		}
	}
}

// Counts of hostile records neither overflow nor change who has most handshakes.
func TestManyHandshakes(t *testing.T) {
	j := handshakeJudge(t)
	h := heardHost("Syn(V=4%TTL=3C%H=3C%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=7%O=MSTNW)\nSeen(N=FFFFFFFF%F=1%L=FFFFFFFF%P=50)\n",
		"Syn(V=4%TTL=80%H=34%DF=Y%ID=N%W=FAF0%MSS=5B4%WS=8%O=MNWNNS)\nSeen(N=1%F=2%L=2%P=50)\n")
	j.Judge(h)
	if v := h.Verdicts[0]; v.Family != "Linux" {
		t.Errorf("%+v", v)
	}
}
