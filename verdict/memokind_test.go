package verdict

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// oneKind are hosts of one Linux, as a lab of many addresses gives them: only the numbers
// that rates are computed to differ.
func oneKind(n int) (out []*whorl.Host) {
	r := rand.New(rand.NewPCG(11, 1))
	for range n {
		seq := fmt.Sprintf("SEQ(SP=%X%%GCD=1%%ISR=%X%%TI=Z%%CI=Z%%II=I%%TS=%X)", 0xf0+r.IntN(32), 0x100+r.IntN(24), 0x1f+r.IntN(4))
		lines := strings.Split(linux618, "\n")
		for i, l := range lines {
			if strings.HasPrefix(l, "SEQ(") {
				lines[i] = seq
			}
		}
		out = append(out, &whorl.Host{Observations: []whorl.Observation{{Method: "gen2", Print: strings.Join(lines, "\n")}}})
	}
	return out
}

// A judge that has seen many hosts of a kind says of the next what one says that has seen
// none, and so does a memo: word for word, although only SEQ is computed anew.
func TestMemoOfOneKind(t *testing.T) {
	judges := NewJudges(append(embedded(t), installedOrNone()...), Options{})
	warm, different := NewMemo(judges.New(), 2, false), map[string]bool{}
	for i, h := range oneKind(40) {
		known := &whorl.Host{Observations: h.Observations}
		warm.Judge(h)
		warm.Judge(known)
		if !cmp.Equal(h.Verdicts, known.Verdicts) || len(h.Verdicts) == 0 {
			t.Fatalf("host %d: a known print is judged otherwise than a new one", i)
		}
		different[fmt.Sprint(h.Verdicts)] = true
		if i%5 != 0 {
			continue
		}
		want := &whorl.Host{Observations: h.Observations}
		NewMemo(judges.New(), 2, false).Judge(want)
		if d := cmp.Diff(want.Verdicts, h.Verdicts); d != "" {
			t.Errorf("host %d: -fresh +warm\n%s", i, d)
		}
	}
	if len(different) < 10 {
		t.Errorf("%d different verdicts: the test needs more", len(different))
	}
}

// A box on our own side is not that of another host with the same print.
func TestMemoOwnSide(t *testing.T) {
	memo := NewMemo(ours(t), 1, false)
	nat := whorl.Box{Kind: whorl.BoxOwnNAT, Evidence: []string{"it answers itself"}, LeftOut: EveryTest()}
	for range 2 {
		open, behind := oneKind(1)[0], oneKind(1)[0]
		behind.Boxes = []whorl.Box{nat}
		memo.Judge(open)
		memo.Judge(behind)
		if len(open.Boxes) != 0 || open.Verdicts[0].Name == whorl.Unknown {
			t.Errorf("%v, %v", open.Boxes, open.Verdicts[0].Name)
		}
		if len(behind.Boxes) != 1 || behind.Verdicts[0].Name != whorl.Unknown {
			t.Errorf("behind a box of ours: %v, %v", behind.Boxes, behind.Verdicts[0].Name)
		}
	}
}

// BenchmarkMemo judges hosts of one kind, all with new prints or all with known ones.
func BenchmarkMemo(b *testing.B) {
	set := append(embedded(b), installed(b)...)
	judges := NewJudges(set, Options{})
	for name, n := range map[string]int{"new": 3 * maxMemo, "known": 8} {
		b.Run(name, func(b *testing.B) { benchMemo(b, judges, oneKind(n)) })
	}
}

func benchMemo(b *testing.B, judges *Judges, list []*whorl.Host) {
	m := NewMemo(judges.New(), 1, false)
	for _, h := range list[:8] {
		m.Judge(h)
	}
	b.ReportAllocs()
	for i := 8; b.Loop(); i++ {
		h := list[i%len(list)]
		m.Judge(h)
		m.Undecided(h)
	}
}
