package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"whorl"
)

// hostile is the sample hosts with every text replaced by one of the given and
// every number by one as large.
func hostile(texts []string, n int64) []*whorl.Host {
	all := hosts()
	next := 0
	for _, h := range all {
		fill(reflect.ValueOf(h).Elem(), func(v reflect.Value) {
			switch {
			case v.Kind() == reflect.String:
				v.SetString(texts[next%len(texts)])
				next++
			case v.CanInt():
				v.SetInt(n)
			case v.CanUint():
				v.SetUint(uint64(n))
			}
		})
		for i := range h.Observations {
			h.Observations[i].Method = "gen2"
		}
	}
	return all
}

// fill calls set for all the texts and numbers within v.
func fill(v reflect.Value, set func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), set)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), set)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), set)
		}
	default:
		set(v)
	}
}

// FuzzForms writes hosts made of arbitrary texts: people never get a control
// character, XML and JSON can always be read.
func FuzzForms(f *testing.F) {
	f.Add("\x1b[2J\n\xff\u202e]]>&<\"'\x00", int64(-1))
	f.Add("SCAN(V=1%G=Y)\nT2(R=N)", int64(4))
	f.Add("|", int64(1<<62))
	f.Add("WIN|OPS|\xc3\xa4|W1", int64(1))
	f.Fuzz(func(t *testing.T, s string, n int64) {
		all := hostile(strings.SplitAfter(s, "|"), n)
		for _, name := range []string{"text", "verbose.text", "normal", "gnmap", "jsonl", "xml"} {
			out := render(t, forms[name], all...)
			if r := unprintable(out, name == "gnmap"); r != 0 {
				t.Errorf("%s carries %q", name, r)
			}
			switch name {
			case "xml":
				if got := elements(t, out)["host"]; got != len(all) {
					t.Errorf("xml has %d hosts, want %d", got, len(all))
				}
			case "jsonl":
				for line := range bytes.Lines(out) {
					if !json.Valid(line) {
						t.Errorf("not JSON: %q", line)
					}
				}
			case "gnmap":
				if got := bytes.Count(out, []byte("\nHost: ")); got < len(all) {
					t.Errorf("gnmap has %d lines, want at least %d", got, len(all))
				}
			}
		}
		for _, h := range all {
			out := Explain(h, s, ExplainOptions{Top: 3, Verbose: 1})
			if r := unprintable(out, false); r != 0 {
				t.Errorf("explain carries %q", r)
			}
		}
	})
}

// unprintable is the first character that has no place in an output, or 0.
func unprintable(out []byte, tabs bool) rune {
	if !utf8.Valid(out) {
		return utf8.RuneError
	}
	for _, r := range string(out) {
		if !unicode.IsPrint(r) && r != '\n' && !(tabs && r == '\t') {
			return r
		}
	}
	return 0
}
