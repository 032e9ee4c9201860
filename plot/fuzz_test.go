package plot

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"whorl"
)

// FuzzPage draws arbitrary records and schedules: no picture fails, all are XML without
// control characters and with numbers for places, and none is larger for a longer record.
func FuzzPage(f *testing.F) {
	record, _ := json.Marshal(sample().Series)
	f.Add(string(record), "<&>|\x1b[2J|SynRcvd|RST", int64(time.Second), uint8(3))
	f.Add(`{"isn":[0,0,0],"sent_ns":[-9223372036854775808,9223372036854775807,0]}`, "\xff|\u202e", int64(-1), uint8(200))
	f.Add(`{"isn":[1],"ipid":[1,2],"timestamps":[4294967295]}`, "", int64(1<<62), uint8(0))
	f.Fuzz(func(t *testing.T, record, names string, n int64, count uint8) {
		p := &Page{Series: &whorl.Sequences{}}
		if json.Unmarshal([]byte(record), p.Series) != nil {
			p.Series = nil
		}
		texts := strings.Split(names, "|")
		text := func(i int) string { return texts[i%len(texts)] }
		p.Title, p.Verdict = text(0), text(1)
		for i := range int(count) / 16 {
			l := Lane{State: text(i), End: text(i + 1), Heard: time.Duration(n), Ended: time.Duration(n / 2)}
			x := Candidate{Name: text(i + 2), Share: text(i + 3), Rank: i - 1}
			for j := range int(count) {
				l.Segments = append(l.Segments, time.Duration(n>>j))
				x.Copies = append(x.Copies, Window{time.Duration(n >> j), time.Duration(n >> (j / 2))})
			}
			if i > 1 {
				x.End = &Window{time.Duration(n), time.Duration(-n)}
			}
			l.Candidates = []Candidate{x, x, x, x}
			p.Lanes = append(p.Lanes, l)
		}
		if p.Empty() {
			return
		}
		var b bytes.Buffer
		if err := p.SVG(&b); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 1<<21 {
			t.Errorf("%d bytes", b.Len())
		}
		d := read(t, b.Bytes())
		for _, s := range d.texts {
			if strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("%q", s)
			}
		}
		for _, s := range d.places {
			if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				t.Errorf("a place at %q", s)
			}
		}
	})
}
