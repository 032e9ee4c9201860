package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The pages in docs/man are those that the program writes. To renew them:
// go run ./cmd/whorl man docs/man
func TestManualUpToDate(t *testing.T) {
	fresh := t.TempDir()
	var people strings.Builder
	if code := run(t.Context(), []string{"man", fresh}, nil, &people, &people); code != exitOK {
		t.Fatalf("exit code %d: %s", code, people.String())
	}
	if diff := cmp.Diff(folder(t, "../../docs/man"), folder(t, fresh)); diff != "" {
		t.Errorf("go run ./cmd/whorl man docs/man would change (-there +new):\n%s", diff)
	}
}

// Help fits a terminal of 80 columns.
func TestHelpWidth(t *testing.T) {
	pages, err := filepath.Glob("../../docs/man/*.1")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		words := strings.Split(strings.TrimSuffix(filepath.Base(page), ".1"), "-")[1:]
		var out, people strings.Builder
		if code := run(t.Context(), append(words, "--help"), nil, &out, &people); code != exitOK {
			t.Fatalf("%v: exit code %d: %s", words, code, people.String())
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%v: %d columns: %s", words, n, line)
			}
		}
	}
}

func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages in %s: %v", dir, err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(n)] = string(b)
	}
	return out
}
