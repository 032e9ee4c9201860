package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whorl"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// forms is every form in the variations that the golden files show.
var forms = map[string]func(io.Writer) Writer{
	"text":         func(w io.Writer) Writer { return NewText(w, TextOptions{}) },
	"verbose.text": func(w io.Writer) Writer { return NewText(w, TextOptions{Verbose: 1, Guess: true}) },
	"color.text":   func(w io.Writer) Writer { return NewText(w, TextOptions{Color: true}) },
	"normal":       func(w io.Writer) Writer { return NewNormal(w, TextOptions{Verbose: 2, Color: true}) },
	"xml":          func(w io.Writer) Writer { return NewXML(w, XMLOptions{}) },
	"nmap.xml":     func(w io.Writer) Writer { return NewXML(w, XMLOptions{Scanner: "nmap", Verbose: 1}) },
	"gnmap":        NewGrepable,
	"jsonl":        NewJSON,
}

// render writes a whole run.
func render(t testing.TB, form func(io.Writer) Writer, hosts ...*whorl.Host) []byte {
	t.Helper()
	var b bytes.Buffer
	w := form(&b)
	if err := w.Begin(run); err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts {
		if err := w.Host(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(summary); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			golden(t, "run."+name, render(t, form, hosts()...))
		})
	}
}

// golden compares an output with the file of testdata that shows it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), rewrite it with -update if that is meant:\n%s", file, diff)
	}
}
