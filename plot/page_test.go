package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

// after are times in seconds.
func after(s ...float64) (out []time.Duration) {
	for _, x := range s {
		out = append(out, time.Duration(x*float64(time.Second)))
	}
	return out
}

// due are the windows of copies with such gaps, each late by up to a part of it.
func due(late float64, gaps ...float64) (out []Window) {
	at := 0.0
	for _, g := range gaps {
		at += g
		t := after(at, at*(1+late))
		out = append(out, Window{t[0], t[1]})
	}
	return out
}

// sample is a page with all that can be on one.
func sample() *Page {
	index := 258
	return &Page{Title: "192.0.2.7 (web.example.net)", Verdict: "Linux 6.1 - 7.3, 96 % sure",
		Lanes: []Lane{
			{State: "SynRcvd", Segments: after(0, 1.04, 3.05, 7.31, 15.5, 31.6), Heard: time.Minute, Candidates: []Candidate{
				{Name: "Linux 4.15 - 6.19 and 3 more", Share: "98 %", Copies: due(0.13, 1, 2, 4, 8, 16)},
				{Name: "gVisor netstack", Share: "1 %", Rank: 1, Copies: due(0, 1, 2, 4, 8, 16, 32)},
			}},
			{State: "FinWait1", Heard: time.Minute},
			{State: "LastAck", Segments: after(0, 1.8, 4.4), End: "RST", Ended: 14 * time.Second, Heard: 14 * time.Second, Candidates: []Candidate{
				{Name: `<script>&"'`, Rank: 2, Copies: due(0, 1.8, 2.6), End: &Window{9 * time.Second, 20 * time.Second}},
			}},
		},
		Series: &whorl.Sequences{ISN: []uint32{1, 1 << 31, 7, 2, 9, 1<<32 - 1}, IPID: []uint16{9, 8, 7, 6, 5, 4},
			Timestamps: []uint32{1<<32 - 50, 50, 150, 250, 351, 450}, Sent: after(0, 0.1, 0.2, 0.3, 0.4, 0.5),
			Index: &index, IPIDClass: "RD", ClockClass: "1000HZ"},
	}
}

// drawing is what stands in an SVG file.
type drawing struct {
	texts  []string
	disks  int      // filled circles
	places []string // coordinates
}

func read(t *testing.T, file []byte) (d drawing) {
	t.Helper()
	x := xml.NewDecoder(bytes.NewReader(file))
	inText := false
	for {
		token, err := x.Token()
		if errors.Is(err, io.EOF) {
			return d
		}
		if err != nil {
			t.Fatalf("%v in %.2000s", err, file)
		}
		switch e := token.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "text" || e.Name.Local == "tspan"
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "d":
					d.disks += strings.Count(a.Value, "1 0 7 0a")
					fallthrough
				case "x", "y", "width", "height":
					d.places = append(d.places, a.Value)
				}
			}
		case xml.CharData:
			if inText {
				d.texts = append(d.texts, string(e))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func (d drawing) has(text string) bool { return strings.Contains(strings.Join(d.texts, "\n"), text) }

func svg(t *testing.T, p *Page) drawing {
	t.Helper()
	var b bytes.Buffer
	if err := p.SVG(&b); err != nil {
		t.Fatal(err)
	}
	return read(t, b.Bytes())
}

// Each segment and each sample has its mark, each candidate its name.
func TestSVG(t *testing.T) {
	p := sample()
	const inKey, segments, samples = 1, 6 + 3, 3 * 6
	d := svg(t, p)
	if d.disks != inKey+segments+samples {
		t.Errorf("%d disks, want %d", d.disks, inKey+segments+samples)
	}
	for _, want := range []string{p.Title, p.Verdict, "SynRcvd", "FinWait1", "LastAck", "none came in 60 s",
		"Linux 4.15 - 6.19 and 3 more, 98 %", "gVisor netstack, 1 %", `<script>&"'`, "RST",
		"seconds since the first segment", "less the first, mod 2³²", "predictability index 258", "random", "Hz"} {
		if !d.has(want) {
			t.Errorf("no %q in %q", want, d.texts)
		}
	}
	p.Series = nil
	if d := svg(t, p); d.disks != inKey+segments || d.has("TSval") {
		t.Errorf("without samples: %d disks, %q", d.disks, d.texts)
	}
	p = sample()
	p.Lanes = nil
	if d := svg(t, p); d.disks != samples || d.has("first segment") {
		t.Errorf("without times: %d disks, %q", d.disks, d.texts)
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

// A page is the same bytes every time.
func TestGolden(t *testing.T) {
	var b bytes.Buffer
	if err := sample().SVG(&b); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "sample.svg")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("-update if this is meant (-want +got):\n%s", d)
	}
}

// No label begins left of the page, whatever letters it is made of.
func TestStripe(t *testing.T) {
	for _, name := range []string{"Linux 4.15 - 6.19", strings.Repeat("W", 40), strings.Repeat("漢", 40), strings.Repeat("x", 40)} {
		p := &Page{Lanes: []Lane{{Candidates: []Candidate{{Name: name, Share: "over 99 %"}}}}}
		if at := p.stripe(); at > 2*width/3 || at < margin {
			t.Errorf("%s: lanes begin at %v", name, at)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, p := range []*Page{{}, {Series: &whorl.Sequences{}}, {Title: "192.0.2.7"}} {
		if err := p.SVG(io.Discard); !errors.Is(err, ErrEmpty) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteFails(t *testing.T) {
	if err := sample().SVG(full{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}

func TestHeadline(t *testing.T) {
	for want, v := range map[string][]whorl.Verdict{
		"not judged":                      nil,
		"unknown":                         {{Name: whorl.Unknown, Confidence: 0.3}},
		"lwIP 2.1, 99 % sure":             {{Name: "lwIP 2.1", Confidence: 0.999, Accuracy: 0.5}, {Name: "other"}},
		"lwIP 2.1, 87 % of Nmap's points": {{Name: "lwIP 2.1", Accuracy: 0.87}},
	} {
		if got := Headline(&whorl.Host{Verdicts: v}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
