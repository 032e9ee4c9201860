package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTranslate(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"scan -oX f -oN=g -iL - -Pn h", "scan --oX f --oN=g --iL - --Pn h"},
		{"scan -PN -P0 -vv -v3 -d -d2 --fuzzy h", "scan --Pn --Pn -vv --verbose=3 -v --verbose=2 --osscan-guess h"},
		{"scan -T4 -T aggressive -p- -p -100 h", "scan -T4 -T aggressive -p- -p -100 h"},
		{"scan -sS -O --reason -PS22,80 -PE h", "scan h"},
		{"scan --max-rtt-timeout 100ms --min-rate=5 h", "scan h"},
		{"scan -oJ f h", "scan --json=f h"},
		{"--db x scan -oX f h", "--db x scan --oX f h"},
		{"scan -n -- -sS -oX", "scan -n -- -sS -oX"},
		{"explain -oX f", "explain -oX f"},
		{"explain --json out.json", "explain --json out.json"},
		{"db list -A", "db list -A"},

		{"scan h --json", "scan h --json"},
		{"scan --json h", "scan --json h"},
		{"scan --json - h", "scan --json=- h"},
		{"scan --json out.json h", "scan --json=out.json h"},
		{"scan --json out/a.jsonl h", "scan --json=out/a.jsonl h"},
		{"scan --json /tmp/x h", "scan --json=/tmp/x h"},
		{"scan --json ./x h", "scan --json=./x h"},
		{"scan --json=x h", "scan --json=x h"},
		{"scan --json 192.0.2.0/24", "scan --json 192.0.2.0/24"},
		{"scan --json example.com/24", "scan --json example.com/24"},
		{"scan --json -oX f h", "scan --json --oX f h"},
	}
	for _, tt := range tests {
		a := &app{people: io.Discard}
		got, err := a.translate(a.root(), strings.Fields(tt.typed))
		if err != nil {
			t.Errorf("%s: %v", tt.typed, err)
		}
		if diff := cmp.Diff(strings.Fields(tt.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.typed, diff)
		}
	}
}

// The table of foreign options is complete and does not hide flags of our own.
func TestForeignTable(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range foreignOptions {
		for n := range strings.FieldsSeq(o.names) {
			if seen[n] {
				t.Errorf("%s stands twice", n)
			}
			seen[n] = true
		}
		if o.refused && (o.why == "" || o.instead == "") {
			t.Errorf("%s: refused without reason or advice", o.names)
		}
	}
	// What we have ourselves must not be taken for Nmap's.
	a := &app{people: io.Discard}
	scan, _, err := a.root().Find([]string{"scan"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range seen {
		if f := scan.Flags().Lookup(strings.TrimLeft(n, "-")); f != nil {
			t.Errorf("%s is a flag of our own", n)
		}
		if len(n) == 2 && scan.Flags().ShorthandLookup(n[1:]) != nil {
			t.Errorf("%s is a flag of our own", n)
		}
	}
}

func TestPeriod(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration // 0: refused
	}{
		{"90s", 90 * time.Second}, {"15m", 15 * time.Minute}, {"30", 30 * time.Second}, {"0.5", 500 * time.Millisecond},
		{"500ms", 500 * time.Millisecond}, {"0", 0}, {"-1", 0}, {"", 0}, {"soon", 0}, {"NaN", 0}, {"1e300", 0}, {"-Inf", 0},
	}
	for _, tt := range tests {
		var p period
		err := p.Set(tt.in)
		if time.Duration(p) != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("%q: %v, %v; want %v", tt.in, time.Duration(p), err, tt.want)
		}
	}
}

// Whatever is typed, the command line is read without a crash, and words after --
// are left alone.
func FuzzTranslate(f *testing.F) {
	f.Add("scan -oX f --json x.json -sSV -PS22 -v9")
	f.Add("scan --json")
	f.Add("--db scan -- -oX")
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Fields(line)
		a := &app{people: io.Discard}
		got, err := a.translate(a.root(), args)
		if err != nil {
			return
		}
		if _, rest, ok := strings.Cut(" "+strings.Join(args, " ")+" ", " -- "); ok && !strings.HasSuffix(strings.Join(got, " ")+" ", rest) {
			t.Errorf("%q became %q", args, got)
		}
	})
}
